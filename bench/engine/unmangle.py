"""Unmangle's engine as the benchmark uses it.  Only this module knows its interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.sourcemap.index_file import open_index, write_index
from core.sourcemap.position import NoName
from core.sourcemap.source_map import SourceMap, read_source_map


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of an engine for a place, in comparable form: counted from 0, None for nothing and empty."""

    file: str | None
    line: int
    column: int
    name: str | None
    function: str | None


def read(generated: bytes, source_map: bytes) -> Callable[[tuple[int, int]], Any]:
    """Return an opened map: asked for a place, it says where that comes from, with context lines."""
    return _asking(read_source_map(source_map, generated))


def write(generated: bytes, source_map: bytes, path: Path) -> SourceMap:
    """Write the whole index of a map to ``path``; return the map."""
    opened = read_source_map(source_map, generated)
    write_index(opened, path)
    return opened


def reopen(generated: bytes, source_map: bytes, path: Path) -> Callable[[tuple[int, int]], Any]:
    """Return the map whose index is at ``path``, opened as by ``read``."""
    return _asking(open_index(path, source_map, generated))


def answers(generated: bytes, source_map: bytes) -> Callable[[tuple[int, int]], Answer | None]:
    """Return an opened map that says where places come from, without context, to be compared."""
    opened = read_source_map(source_map, generated)

    def ask(place: tuple[int, int]) -> Answer | None:
        position = opened.lookup(*place)
        if position is None:
            return None
        function = position.function
        return Answer(
            file=position.file or None,
            line=position.line,
            column=position.column,
            name=position.name or None,
            function=(function.value if isinstance(function, NoName) else function) or None,
        )

    return ask


def _asking(opened: SourceMap) -> Callable[[tuple[int, int]], Any]:
    def ask(place: tuple[int, int]) -> Any:
        position = opened.lookup(*place)
        if position is None or position.source is None:
            return position
        return position, opened.source_context(position.source, position.line, position.column)

    return ask
