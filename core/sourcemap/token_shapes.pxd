# What token_shapes.py says, for the compiler: a test compares the two.

cdef enum Shape:
    DIGITS = 0
    FIELDS = 1
    SHIFTS = 2
    MASKS = 7
    SIZE = 12
