"""Inlined calls and original functions at a place in the generated code, where a map tells of them.

ECMA-426's ``scopes`` say which scope of a source a range of the code was, and which call it was inlined for; dart2js
has a list of inlined calls.  Whatever is wrong with either of them, the map is good without it.

Source: ECMA-426's proposal "scopes" at stage 3; Dart's own tools.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

import msgspec
from msgspec.structs import replace

from core.sourcemap.call_fields import DartCall, DartEntry, RangeKind, Row, ScopeRange
from core.sourcemap.call_tables import innermost
from core.sourcemap.functions import GeneratedCode
from core.sourcemap.inlining_tables import DartCalls, ScopeTables
from core.sourcemap.json_strings import MemoisedStrings
from core.sourcemap.position import FunctionName, NoName, OriginalPosition
from core.text.buffers import Numbers

MOST_INLINED_CALLS = 64
"""Inlined calls of one frame that are told, the innermost ones; compilers inline 15 deep."""
_SHORT_NAME = 2  # characters: minifiers write such names


class NoFunction(Enum):
    """Scope of a source that is in no function."""

    GLOBAL = "<global>"


ScopedName = str | NoName | NoFunction | None
"""Function as scopes have it: NoName.ANONYMOUS is one without a name; None: they don't say."""


class OriginalCalls(msgspec.Struct, frozen=True, gc=False):
    """Original frames of one generated frame, callee first: inlined calls, and then the one that was left.

    ``is_hidden`` says that no function of the sources is behind it; there are no frames then.
    """

    frames: tuple[OriginalPosition, ...]
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class CallLookup:
    """Search for the original calls of a place; ``position`` is what the mappings say of it."""

    scopes: ScopeTables | None
    dart: DartCalls | None
    code: GeneratedCode | None
    files: MemoisedStrings
    names: MemoisedStrings
    position: Callable[[int, int], OriginalPosition | None]

    def calls(self, line: int, column: int) -> OriginalCalls | None:
        """Return the original calls at a place in the generated code; None if ``position`` says all there is."""
        position = self.position(line, column)
        if position is None:
            return None
        if self.scopes is not None:
            return self._by_scopes(self.scopes, position, line, column)
        if self.dart is not None and self.code is not None:
            return self._of_dart(self.dart, self.code.positions().offset(line, column), position)
        return None

    def scoped_names(self, line: int, column: int) -> list[tuple[OriginalPosition, ScopedName]] | None:
        """Return the frames of a place, functions as scopes have them; none if it's hidden, None without scopes."""
        position = self.position(line, column)
        return None if position is None or self.scopes is None else self._scoped(self.scopes, position, line, column)

    def _of_dart(self, dart: DartCalls, offset: int, position: OriginalPosition) -> OriginalCalls | None:
        entries, calls = dart.entries, dart.calls
        count = len(entries) // DartEntry.ENTRY_SIZE
        entry = bisect_right(range(count), offset, key=lambda each: entries[each * DartEntry.ENTRY_SIZE]) - 1
        top = entries[entry * DartEntry.ENTRY_SIZE + DartEntry.TOP] if entry >= 0 else 0
        if not top:
            return None
        frames: list[OriginalPosition] = []
        here = position
        while top and len(frames) < MOST_INLINED_CALLS:
            row = (top - 1) * DartCall.CALL_SIZE
            frames.append(replace(here, function=self.names[calls[row + DartCall.CALLEE_NAME]]))
            source = calls[row + DartCall.CALLER_SOURCE]
            here = self._place(source, calls[row + DartCall.CALLER_LINE], calls[row + DartCall.CALLER_COLUMN])
            top = calls[row + DartCall.AROUND]
        return OriginalCalls((*frames, replace(here, function=position.function)))

    def _by_scopes(
        self, tables: ScopeTables, position: OriginalPosition, line: int, column: int
    ) -> OriginalCalls | None:
        scoped = self._scoped(tables, position, line, column)
        if not scoped:
            return OriginalCalls((), is_hidden=True)
        *inlined, (outer, name) = scoped
        function = position.function
        if tables.has_frames:
            function = believed_name(name, self._generated_name(line, column), position.function)
        if not inlined and function == position.function:
            return None
        frames = [replace(each, function=_shown(scoped_name)) for each, scoped_name in inlined]
        return OriginalCalls((*frames, replace(outer, function=function)))

    def _scoped(
        self, tables: ScopeTables, position: OriginalPosition, line: int, column: int
    ) -> list[tuple[OriginalPosition, ScopedName]]:
        ranges = tables.ranges
        found: int = innermost(ranges, Row.RANGE_SIZE, 0, line, column)
        if found < 0:
            has_ranges = len(ranges) > 0
            return [(position, None if has_ranges else self._name_around(tables, position))]
        row = found * Row.RANGE_SIZE
        frame = ranges[row + Row.FRAME]
        if frame and ranges[(frame - 1) * Row.RANGE_SIZE + ScopeRange.KIND] == RangeKind.HIDDEN:
            return []
        definition = ranges[row + ScopeRange.DEFINITION]
        scoped = [(position, self._name(tables, definition) if definition else None)]
        for call in _inlined_calls(ranges, row):
            source = ranges[call + ScopeRange.CALL_SOURCE]
            place = self._place(source, ranges[call + ScopeRange.CALL_LINE], ranges[call + ScopeRange.CALL_COLUMN])
            scoped.append((place, self._name_around(tables, place)))
        return scoped

    def _place(self, source: int, line: int, column: int) -> OriginalPosition:
        return OriginalPosition(source, self.files[source], line, column, None, NoName.UNKNOWN)

    def _name_around(self, tables: ScopeTables, place: OriginalPosition) -> ScopedName:
        """Return the function of a source around a place in it."""
        scope: int = innermost(tables.scopes, Row.SCOPE_SIZE, place.source, place.line, place.column)
        return self._name(tables, scope + 1)

    def _name(self, tables: ScopeTables, scope: int) -> ScopedName:
        """Return the function that a scope, its number plus 1, is in, or is."""
        frame = tables.scopes[(scope - 1) * Row.SCOPE_SIZE + Row.FRAME] if scope else 0
        if not frame:
            return NoFunction.GLOBAL
        name = tables.scopes[(frame - 1) * Row.SCOPE_SIZE + Row.NAME]
        return (self.names[name - 1] if name else "") or NoName.ANONYMOUS

    def _generated_name(self, line: int, column: int) -> str | None:
        """Return the name of the function around a place in the generated code."""
        if self.code is None:
            return None
        scope = self.code.scopes.covering(self.code.positions().offset(line, column))
        return None if scope is None else self.code.scopes.name(scope)


def believed_name(scoped: ScopedName, generated: str | None, mapped: FunctionName) -> FunctionName:
    """Return the name of a function that is called ``generated`` in the code: as scopes say, or as the map does.

    Some emitters write names into scopes that were minified before, and many leave out those of arrow functions.
    """
    if scoped is None or isinstance(scoped, NoFunction):
        return mapped
    last = None if generated is None else generated.rpartition(".")[2]
    if isinstance(scoped, str):
        is_renamed_by_map = isinstance(mapped, str) and mapped != generated
        return mapped if scoped == last and is_renamed_by_map else scoped
    if not isinstance(mapped, str):
        return NoName.ANONYMOUS
    is_minified = mapped == generated and len(mapped.rpartition(".")[2]) <= _SHORT_NAME
    return NoName.ANONYMOUS if is_minified else mapped


def _inlined_calls(ranges: Numbers, row: int) -> Iterator[int]:
    """Yield the rows of the ranges around a range, itself included, that are inlined calls, within its frame."""
    for _ in range(MOST_INLINED_CALLS):
        inlined = ranges[row + ScopeRange.INLINED]
        if not inlined:
            return
        row = (inlined - 1) * Row.RANGE_SIZE
        yield row
        around = ranges[row + Row.PARENT]
        if ranges[row + ScopeRange.KIND] != RangeKind.NO_FRAME or not around:
            return
        row = (around - 1) * Row.RANGE_SIZE


def _shown(name: ScopedName) -> FunctionName:
    return name if isinstance(name, str) or name is NoName.ANONYMOUS else NoName.UNKNOWN
