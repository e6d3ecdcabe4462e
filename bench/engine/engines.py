"""Unmangle and its peers in Python, behind one face each: what the measurements ask of them.

``symbolic`` is the peer's engine as its Python package offers it: all at once, and nothing to write to disk.
``symbolic view`` is its older interface, which finds no functions by itself.  ``sourcemap`` is the classic package in
pure Python, which knows none at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sourcemap
from symbolic.sourcemap import SourceMapView, SourceView
from symbolic.sourcemapcache import SourceMapCache

from bench.engine import unmangle
from bench.engine.positions import Place

_CONTEXT_LINES = 5

Ask = Callable[[Place], Any]
"""Says where a place comes from, with context lines: an opened map."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Engine that is measured.  All functions take the generated file and its map, whole and as bytes.

    ``read`` does what the first frame needs.  ``index`` does what any frame may need, and writes it to the path where
    the engine can; it returns what came of it, for the caller to free.  ``reopen`` opens what ``index`` wrote; None if
    the engine keeps nothing on disk.
    """

    read: Callable[[bytes, bytes], Ask]
    index: Callable[[bytes, bytes, Path], Any]
    reopen: Callable[[bytes, bytes, Path], Ask] | None = None


def _read_cache(generated: bytes, source_map: bytes) -> Ask:
    cache = SourceMapCache.from_bytes(generated, source_map)
    return lambda place: cache.lookup(place[0] + 1, place[1] + 1, _CONTEXT_LINES)


def _read_view(_: bytes, source_map: bytes) -> Ask:
    view = SourceMapView.from_json_bytes(source_map)
    sources: dict[int, SourceView | None] = {}

    def ask(place: Place) -> Any:
        token = view.lookup(*place)
        if token is None or token.src_id is None:
            return token
        if token.src_id not in sources:
            sources[token.src_id] = view.get_sourceview(token.src_id)
        source = sources[token.src_id]
        return token, source and source[_around(token.src_line)]

    return ask


def _read_sourcemap(_: bytes, source_map: bytes) -> Ask:
    index = sourcemap.loads(source_map.decode())
    contents = dict(zip(index.sources, index.raw.get("sourcesContent") or (), strict=False))
    lines: dict[str, list[str]] = {}

    def ask(place: Place) -> Any:
        token = index.lookup(*place)
        if token.src not in lines:
            lines[token.src] = (contents.get(token.src) or "").split("\n")
        return token, lines[token.src][_around(token.src_line)]

    return ask


def _around(line: int) -> slice:
    return slice(max(line - _CONTEXT_LINES, 0), line + _CONTEXT_LINES + 1)


ENGINES = {
    "unmangle": Engine(unmangle.read, unmangle.write, unmangle.reopen),
    "symbolic": Engine(_read_cache, lambda generated, source_map, _: SourceMapCache.from_bytes(generated, source_map)),
    "symbolic view": Engine(_read_view, lambda _, source_map, __: SourceMapView.from_json_bytes(source_map)),
    "sourcemap": Engine(_read_sourcemap, lambda generated, source_map, _: _read_sourcemap(generated, source_map)),
}
