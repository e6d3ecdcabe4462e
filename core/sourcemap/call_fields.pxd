# Enums of call_fields.py, written by `make enums`.

cdef enum Row:
    SOURCE = 0
    LINE = 1
    COLUMN = 2
    END_LINE = 3
    END_COLUMN = 4
    PARENT = 5
    FRAME = 6
    NAME = 7
    SCOPE_SIZE = 8
    RANGE_SIZE = 13

cdef enum ScopeRange:
    DEFINITION = 7
    KIND = 8
    INLINED = 9
    CALL_SOURCE = 10
    CALL_LINE = 11
    CALL_COLUMN = 12

cdef enum RangeKind:
    NO_FRAME = 0
    STACK_FRAME = 1
    HIDDEN = 2

cdef enum ScopeTag:
    EMPTY = 0
    SCOPE_START = 1
    SCOPE_END = 2
    RANGE_START = 4
    RANGE_END = 5
    CALL_SITE = 8

cdef enum DartEntry:
    OFFSET = 0
    TOP = 1
    ENTRY_SIZE = 2

cdef enum DartCall:
    CALLER_SOURCE = 0
    CALLER_LINE = 1
    CALLER_COLUMN = 2
    CALLEE_NAME = 3
    AROUND = 4
    CALL_SIZE = 5
