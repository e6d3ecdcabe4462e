# What steps.py says, for the compiler: a test compares the two.

cdef enum Layout:
    COLUMNS = 128
    LINE_BREAK = 127
    STEP_SIZE = 8
    ACTIONS = 0
    MODE = 1
    COUNT = 2
    MARK = 3
    SYMBOLS = 4
    MAX_SYMBOLS = 4
    MAX_ACTIONS = 2
    ACTION_BITS = 8
    SHAPE_SHIFT = 8

cdef enum Mode:
    STAY = 0
    NEXT = 1
    REGEX = 2
    TEMPLATE = 3
