"""Original frames of the frames of a text, or why a frame has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.frames.function_names import function_to_show
from core.frames.module_names import shown_file
from core.offline.frame_places import Style, TextFrame
from core.offline.map_search import FileWithMap, Unmapped, UnmappedReason
from core.source_names.source_functions import SourceFunctions, read_functions
from core.sourcemap.inlined_calls import OriginalCalls
from core.sourcemap.position import FunctionName, NoName, OriginalPosition
from core.sourcemap.source_contents import SourceLines
from core.sourcemap.source_map import SourceMap

_TOO_MUCH = 1 << 32
_ENOUGH_POSITIONS = 1000
_INITIALIZERS = frozenset({"<instance_members_initializer>", "<static_initializer>"})
"""V8 calls what fills the fields of a class so, minified or not."""
_NAMELESS = frozenset({*(name.value for name in NoName), "<global>"})  # the last one is Metro's

FindMap = Callable[[str], FileWithMap | Unmapped]
"""Returns the source map of the generated file that a path means."""


class WrittenFunctions:
    """Finds the function around an original position in the source that the map embeds.

    That is what a person calls it.  What the service answers is made of the minified code and the map: minifiers that
    inline functions, and maps without names, leave their mark on that.
    """

    def __init__(self) -> None:
        self._sources: dict[tuple[int, int], SourceFunctions | None] = {}

    def function(self, source_map: SourceMap, position: OriginalPosition, outwards: int = 0) -> FunctionName | None:
        """Return the function around ``position``, or that which is so many further outwards.

        None if its source isn't embedded, or is in another language.
        """
        if position.source is None:
            return None
        key = (id(source_map), position.source)
        if key not in self._sources:
            content = source_map.source_content(position.source)
            self._sources[key] = None if content is None else read_functions(content, position.file or "")
        source = self._sources[key]
        return None if source is None else source.name_at(position.line, position.column, outwards)


@dataclass(frozen=True, slots=True)
class OriginalFrame:
    """Original place of a frame; ``function`` is None if it has no name.

    ``has_column`` is False if the frame has none: all that is on its line comes from one line then.  ``inlined`` are
    the frames of calls that were inlined into it, callee first.
    """

    function: str | None
    position: OriginalPosition
    mapped: FileWithMap
    has_column: bool = True
    inlined: tuple[OriginalFrame, ...] = ()

    @property
    def file(self) -> str:
        """The original file, for people: without the name of the bundler, and without the way up to the project."""
        return shown_file(self.position.file or "")

    @property
    def lineno(self) -> int:
        """The line, from 1."""
        return self.position.line + 1

    @property
    def colno(self) -> int | None:
        """The column, from 1."""
        return self.position.column + 1 if self.has_column else None

    @property
    def place(self) -> str:
        """File, line and column, as all engines write them."""
        return f"{self.file}:{self.lineno}:{self.colno}" if self.has_column else f"{self.file}:{self.lineno}"

    @property
    def is_ignored(self) -> bool:
        """Whether the map says that nobody wants to see the file: it's a library's, say."""
        return self.position.source is not None and self.mapped.source_map.is_ignored(self.position.source)

    def source_lines(self, around: int) -> SourceLines | None:
        """Return the line of the source and so many around it; None if the map doesn't embed the source."""
        if self.position.source is None:
            return None
        return self.mapped.source_map.source_lines(self.position.source, self.position.line, around)


def original_frames(frames: list[TextFrame], find_map: FindMap) -> list[OriginalFrame | Unmapped]:
    """Return what is known of each frame; they come callee first, as in every stack trace."""
    written = WrittenFunctions()
    found: list[OriginalFrame | Unmapped] = []
    caller: TextFrame | None = None
    word: str | None = None  # that of the caller for what it calls
    for frame in reversed(frames):
        if caller is not None and caller.line != frame.line + 1:
            caller, word = None, None
        located = _with_column(frame, caller)
        original = _original_frame(located, find_map, written, word)
        caller, word = located, None if isinstance(original, Unmapped) else _innermost(original).position.name
        found.append(original)
    return found[::-1]


def _with_column(frame: TextFrame, caller: TextFrame | None) -> TextFrame:
    """Return a frame of code that ``eval`` runs with the place of that call, which is where its caller is."""
    if frame.style is not Style.EVAL_LINE or frame.function is not None or caller is None:
        return frame
    is_its_place = (caller.path, caller.lineno) == (frame.path, frame.lineno)
    return frame._replace(colno=caller.colno) if is_its_place else frame


def _original_frame(
    frame: TextFrame, find_map: FindMap, written: WrittenFunctions, caller_name: str | None
) -> OriginalFrame | Unmapped:
    mapped = find_map(frame.path)
    if isinstance(mapped, Unmapped):
        return mapped
    if frame.colno is None:
        return _frame_without_column(frame, mapped, written)
    line, column = frame.lineno - 1, max(frame.colno - 1, 0)
    position = mapped.source_map.lookup(line, column) if 0 <= line < _TOO_MUCH and column < _TOO_MUCH else None
    if position is None:
        return _not_covered(frame, mapped)
    calls = mapped.source_map.calls(line, column)
    if calls is not None and not calls.is_hidden:
        return _frame_with_calls(frame, mapped, calls, written, caller_name)
    outwards = scopes_outwards(mapped.source_map, line, column)
    if outwards < 0:
        return OriginalFrame(_shown(frame.function), position, mapped)
    function = written.function(mapped.source_map, position, outwards)
    name = _function(frame, position, NoName.UNKNOWN if outwards and function is None else function, caller_name)
    return OriginalFrame(_shown(name), position, mapped)


def _frame_with_calls(
    frame: TextFrame, mapped: FileWithMap, calls: OriginalCalls, written: WrittenFunctions, caller_name: str | None
) -> OriginalFrame:
    """Return the frame that was left, and those of the calls that were inlined into it."""
    *inner, outer = calls.frames
    names = [written.function(mapped.source_map, each) for each in inner]
    inlined = [
        OriginalFrame(_shown(each.function if name is None else name), each, mapped)
        for each, name in zip(inner, names, strict=True)
    ]
    function = written.function(mapped.source_map, outer)
    return OriginalFrame(_shown(_function(frame, outer, function, caller_name)), outer, mapped, inlined=tuple(inlined))


def scopes_outwards(source_map: SourceMap, line: int, column: int) -> int:
    """Return how many functions the generated code at a place is further outwards than the token that covers it.

    So it is where tokens are few, and a function ended since the last one: at the call of a function expression.  -1 if
    another function started: nobody knows where in the source that one is.
    """
    code = source_map.parts.code
    token = source_map.index.mappings.reader().last_token(line, column)
    if code is None or token is None or (token.line, token.column) == (line, column):
        return 0
    ranges = source_map.index.mappings.ranges
    if ranges and ranges[token.number]:
        return 0
    positions = code.positions()
    scope, wanted = (code.scopes.covering(positions.offset(line, each)) for each in (token.column, column))
    if scope == wanted:
        return 0
    outwards = 0
    while scope is not None and scope != wanted:
        scope = code.scopes.around(scope)
        outwards += 1
    return outwards if scope == wanted else -1


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


def _frame_without_column(frame: TextFrame, mapped: FileWithMap, written: WrittenFunctions) -> OriginalFrame | Unmapped:
    """Return where a whole line comes from, if that is one line, too."""
    positions = _positions_of_line(mapped.source_map, frame.lineno - 1)
    if not positions:
        return _not_covered(frame, mapped)
    if len({(position.source, position.line) for position in positions}) > 1:
        detail = f"a column is needed: line {frame.lineno} of {frame.path} comes from several lines"
        return Unmapped(UnmappedReason.NO_COLUMN, detail)
    functions = {written.function(mapped.source_map, position) for position in positions}
    function = functions.pop() if len(functions) == 1 else None
    return OriginalFrame(_shown(frame.function if function is None else function), positions[0], mapped, False)


def _positions_of_line(source_map: SourceMap, line: int) -> list[OriginalPosition]:
    """Return what is known of a generated line; no more than what shows that it comes from several lines."""
    positions: list[OriginalPosition] = []
    if not 0 <= line < _TOO_MUCH:
        return positions
    reader = source_map.index.mappings.reader()
    token = reader.first_token(line, 0)
    while token is not None and token.line == line and len(positions) < _ENOUGH_POSITIONS:
        position = source_map.lookup(line, token.column)
        if position is not None:
            positions.append(position)
            if (position.source, position.line) != (positions[0].source, positions[0].line):
                break
        number = token.number + 1
        token = reader.token(number) if number < source_map.index.mappings.token_count else None
    return positions


def _not_covered(frame: TextFrame, mapped: FileWithMap) -> Unmapped:
    place = f"line {frame.lineno}" if frame.colno is None else f"{frame.lineno}:{frame.colno}"
    return Unmapped(
        UnmappedReason.NOT_COVERED, f"{mapped.map_place} says nothing about {place}: is it of another build?"
    )


def _innermost(original: OriginalFrame) -> OriginalFrame:
    return original.inlined[0] if original.inlined else original


def _shown(name: FunctionName | None) -> str | None:
    return None if name is None or isinstance(name, NoName) or name in _NAMELESS else name
