"""Forty generated files that people really ship, with their source maps, and places in them to ask about."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.engine.bundles import fetch_all, pairs_in
from core.sourcemap.source_map import read_source_map

COUNT = 40

_SMALLEST_BYTES = 40_000
_LARGEST_BYTES = 6_000_000
_PLACES = 20_000

Place = tuple[int, int]
"""Line and column of the generated code, both from 0."""


@dataclass(frozen=True, slots=True)
class RealFile:
    """A generated file, its source map, and places of tokens that name a source, in no order, each once."""

    name: str
    debug_id: UUID
    generated: bytes
    source_map: bytes
    places: list[Place]

    @property
    def map_name(self) -> str:
        """The name of the map: where the generated file says that it is."""
        return f"{self.name}.map"

    def new(self, number: int) -> tuple[bytes, bytes]:
        """Return both texts with a number at their ends: they say the same, but nobody has seen them."""
        return self.generated + self.generated_tail(number), self.source_map[:-1] + map_tail(number)

    def generated_tail(self, number: int) -> bytes:
        """Return what makes the generated file a new one."""
        return b"//%d\n" % number

    def body_of_map(self) -> bytes:
        """Return the source map but for its end, which ``map_tail`` is."""
        return self.source_map[:-1]


def map_tail(number: int) -> bytes:
    """Return what makes a source map a new one: the end of it."""
    return b',"x_number":%d}' % number


def real_files(cache: Path) -> list[RealFile]:
    """Return the files, from small to large; what isn't below ``cache`` yet comes from npm.

    They have from 40 KB to 6 MB, the smallest of one line, most of many, and are forty of those that
    ``bench.engine.bundles`` fetches.
    """
    fetch_all(cache)
    pairs = [pair for pair in pairs_in(cache) if _SMALLEST_BYTES <= pair.generated.stat().st_size <= _LARGEST_BYTES]
    pairs.sort(key=lambda pair: pair.generated.stat().st_size)
    chosen = pairs[-COUNT:]
    assert len(chosen) == COUNT, f"{len(chosen)} pairs below {cache}"
    return [_read(index, pair.generated, pair.source_map) for index, pair in enumerate(chosen)]


def _read(index: int, generated: Path, source_map: Path) -> RealFile:
    name = f"{index:02}-{generated.name}"
    text, content = source_map.read_bytes().rstrip(), _without_reference(generated.read_bytes())
    content += f"\n//# sourceMappingURL={name}.map\n".encode()
    return RealFile(name, UUID(int=0xDEB << 64 | index), content, text, _places(text, index))


def _without_reference(content: bytes) -> bytes:
    start = content.rfind(b"\n//# sourceMappingURL=")
    return content[:start] if start >= 0 else content


def _places(source_map: bytes, seed: int) -> list[Place]:
    reader = read_source_map(source_map).index.mappings
    tokens, chance = reader.reader(), random.Random(seed)
    chosen = chance.sample(range(reader.token_count), min(_PLACES, reader.token_count))
    found = [tokens.token(number) for number in chosen]
    return list(dict.fromkeys((token.line, token.column) for token in found if token.source != 0xFFFF_FFFF))
