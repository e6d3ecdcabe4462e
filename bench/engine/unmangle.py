"""Unmangle's engine as the benchmark uses it.  Only this module knows its interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.context import source_context
from core.sourcemap.position import NoName
from core.sourcemap.source_map import SourceMap, read_source_map


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of a place, in words that can be compared: counted from 0, None for nothing and empty."""

    file: str | None
    line: int
    column: int
    name: str | None
    function: str | None


def read(_: bytes, source_map: bytes) -> Callable[[tuple[int, int]], Any]:
    """Return an opened map: asked for a place, it says where that comes from, with context lines."""
    return _asking(read_source_map(source_map))


def answers(_: bytes, source_map: bytes) -> Callable[[tuple[int, int]], Answer | None]:
    """Return an opened map that says where places come from, without context, to be compared."""
    opened = read_source_map(source_map)

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
        content = opened.source_content(position.source)
        return position, content and source_context(content, position.line + 1, position.column + 1)

    return ask
