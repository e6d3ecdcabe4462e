# Enums of checkpoint.py, written by `make enums`.

cdef enum Field:
    OFFSET = 0
    NUMBER = 1
    LINE = 2
    COLUMN = 3
    SOURCE = 4
    ORIGINAL_LINE = 5
    ORIGINAL_COLUMN = 6
    NAME = 7
    BEFORE = 8
    SIZE = 9
