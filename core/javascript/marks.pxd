# What marks.py says, for the compiler: a test compares the two.

cdef enum Place:
    NOWHERE = 0
    OPERAND = 2
    SHAPE = 3
    KEY = 4
    KEY_SHAPE = 5
    DECLARED = 6
    SIZE = 8
