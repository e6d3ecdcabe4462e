"""Places in a generated file to ask about: where the tokens of its map are, as the peer engine decodes them.

The peer, so that a token that Unmangle fails to see is asked for too.
"""

from __future__ import annotations

import random

from symbolic.sourcemap import SourceMapView

Place = tuple[int, int]
"""Line and column of the generated code, both from 0."""


def token_places(source_map: bytes, most: int, seed: int = 0) -> list[Place]:
    """Return where the map's tokens are, in order; a sample of ``most`` of them if there are more."""
    view = SourceMapView.from_json_bytes(source_map)
    tokens = (view[index] for index in _sample(len(view), most, seed))
    return [(token.dst_line, token.dst_col) for token in tokens]


def mapped_places(source_map: bytes, count: int, seed: int) -> list[Place]:
    """Return ``count`` places of tokens that name a file, in no order, some of them perhaps twice."""
    view = SourceMapView.from_json_bytes(source_map)
    chance = random.Random(seed)
    places: list[Place] = []
    while len(places) < count:
        token = view[chance.randrange(len(view))]
        if token.src is not None:
            places.append((token.dst_line, token.dst_col))
    return places


def _sample(count: int, most: int, seed: int) -> range | list[int]:
    return range(count) if count <= most else sorted(random.Random(seed).sample(range(count), most))
