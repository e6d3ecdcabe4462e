"""Fields of the rows of ``core.sourcemap.call_tables``."""

from __future__ import annotations

from enum import IntEnum


class Row(IntEnum):
    """Fields of a scope, and the first ones of a range.  Places start at 0 and end before the end."""

    SOURCE = 0
    """Index of the source; 0 for ranges, which are in the generated code."""
    LINE = 1
    COLUMN = 2
    END_LINE = 3
    END_COLUMN = 4
    PARENT = 5
    """Row around it."""
    FRAME = 6
    """Row, itself or further out, that is a stack frame; of ranges also one that is hidden."""
    NAME = 7
    """Index of a scope's name, plus 1."""
    SCOPE_SIZE = 8
    RANGE_SIZE = 13


class ScopeRange(IntEnum):
    """Further fields of a range."""

    DEFINITION = 7
    """Scope that it is the code of."""
    KIND = 8
    INLINED = 9
    """Range, itself or further out within the same frame, that is the code of an inlined call."""
    CALL_SOURCE = 10
    CALL_LINE = 11
    CALL_COLUMN = 12


class RangeKind(IntEnum):
    """Kind of a range."""

    NO_FRAME = 0
    STACK_FRAME = 1
    HIDDEN = 2


class ScopeTag(IntEnum):
    """Tag of an item of ``scopes``; what others say isn't kept."""

    EMPTY = 0
    SCOPE_START = 1
    SCOPE_END = 2
    RANGE_START = 4
    RANGE_END = 5
    CALL_SITE = 8


class DartEntry(IntEnum):
    """Fields of a change of the inlined calls at an offset: ``TOP`` is the innermost call from there on."""

    OFFSET = 0
    TOP = 1
    ENTRY_SIZE = 2


class DartCall(IntEnum):
    """Fields of an inlined call: where it was, the name of what was called, and the call around it."""

    CALLER_SOURCE = 0
    CALLER_LINE = 1
    CALLER_COLUMN = 2
    CALLEE_NAME = 3
    AROUND = 4
    CALL_SIZE = 5
