# What steps.py says, for the compiler: a test compares the two.

cdef enum Layout:
    COLUMNS = 128
    LINE_BREAK = 127
    STEP_MASK = 65535
    TOP_SHIFT = 16
    POPPED = 65535
    STEP_SIZE = 8
    ACTION = 0
    MODE = 1
    COUNT = 2
    SYMBOLS = 4
    MAX_SYMBOLS = 4

cdef enum Mode:
    STAY = 0
    NEXT = 1
    REGEX = 2
    TEMPLATE = 3
