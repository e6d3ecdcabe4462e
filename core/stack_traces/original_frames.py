"""The frames of a text → where they come from, or why that isn't known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.artifacts.map_search import MappedFile, Reason, Unmapped
from core.bundler_paths import turbopack_filename, webpack_filename
from core.functions import function_to_show
from core.sourcemap.position import FunctionName, NoName, OriginalPosition
from core.sourcemap.source_lines import SourceLines
from core.stack_traces.text_frames import TextFrame
from core.stack_traces.written_functions import WrittenFunctions

_NAMESPACE = re.compile(r"\A(?:webpack|rspack|turbopack)://[^/]*/")
_TOO_MUCH = 1 << 32
_UPWARDS = re.compile(r"\A(?:\.{1,2}/)+")
_INITIALIZERS = frozenset({"<instance_members_initializer>", "<static_initializer>"})
"""V8 calls what fills the fields of a class so, minified or not."""
_NAMELESS = frozenset({*(name.value for name in NoName), "<global>"})  # the last one is Metro's


@dataclass(frozen=True, slots=True)
class OriginalFrame:
    """Where a frame comes from; ``function`` is None if it has no name."""

    function: str | None
    position: OriginalPosition
    mapped: MappedFile

    @property
    def file(self) -> str:
        """The original file, for people: without the name of the bundler, and without the way up to the project."""
        name = self.position.file or ""
        return _UPWARDS.sub("", _NAMESPACE.sub("", turbopack_filename(webpack_filename(name)))) or "<unknown>"

    @property
    def lineno(self) -> int:
        """The line, from 1."""
        return self.position.line + 1

    @property
    def colno(self) -> int:
        """The column, from 1."""
        return self.position.column + 1

    @property
    def place(self) -> str:
        """File, line and column, as all engines write them."""
        return f"{self.file}:{self.lineno}:{self.colno}"

    def source_lines(self, around: int) -> SourceLines | None:
        """Return the line of the source and so many around it; None if the map doesn't embed the source."""
        if self.position.source is None:
            return None
        return self.mapped.source_map.source_lines(self.position.source, self.position.line, around)


FindMap = Callable[[str], MappedFile | Unmapped]
"""Returns the source map of the generated file that a path means."""


def original_frames(frames: list[TextFrame], find_map: FindMap) -> list[OriginalFrame | Unmapped]:
    """Return what is known of each frame; they come callee first, as in every stack trace."""
    written = WrittenFunctions()
    found: list[OriginalFrame | Unmapped] = []
    caller: tuple[int, str | None] = (-1, None)  # on which line, and its word for what it calls
    for frame in reversed(frames):
        caller_line, word = caller
        original = _original_frame(frame, find_map, written, word if caller_line == frame.line + 1 else None)
        caller = (frame.line, None if isinstance(original, Unmapped) else original.position.name)
        found.append(original)
    return found[::-1]


def _original_frame(
    frame: TextFrame, find_map: FindMap, written: WrittenFunctions, caller_name: str | None
) -> OriginalFrame | Unmapped:
    mapped = find_map(frame.path)
    if isinstance(mapped, Unmapped):
        return mapped
    line, column = frame.lineno - 1, max((frame.colno or 1) - 1, 0)
    position = mapped.source_map.lookup(line, column) if 0 <= line < _TOO_MUCH and column < _TOO_MUCH else None
    if position is None:
        place = f"{frame.lineno}:{frame.colno or 1}"
        return Unmapped(Reason.NOT_COVERED, f"{mapped.map_place} says nothing about {place}: is it of another build?")
    name = _function(frame, position, written.function(mapped.source_map, position), caller_name)
    return OriginalFrame(None if name in _NAMELESS else name, position, mapped)


def _function(
    frame: TextFrame, position: OriginalPosition, function: FunctionName | None, caller_name: str | None
) -> str | None:
    """Return the name to show: as the source has it, or if that can't be told, as the service would."""
    if frame.function in _INITIALIZERS:
        return frame.function
    if function is None:
        # To the service, a private method's number sign is no part of its name: it would be there twice.
        return function_to_show(position, frame.function, caller_name).replace("##", "#")
    return None if isinstance(function, NoName) else function
