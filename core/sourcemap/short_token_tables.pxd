# Enums of short_token_tables.py, written by `make enums`.

cdef enum TokenShape:
    DIGITS = 0
    FIELDS = 1
    SHIFTS = 2
    MASKS = 7
    SIZE = 12
