# Enums of token_shapes.py, written by `make enums`.

cdef enum Shape:
    DIGITS = 0
    FIELDS = 1
    SHIFTS = 2
    MASKS = 7
    SIZE = 12
