# What steps.py says, for the compiler: a test compares the two.

cdef enum Layout:
    COLUMNS = 128
    LINE_BREAK = 127
    STEP_SIZE = 16
    ACTION = 0
    MODE = 1
    COUNT = 2
    SYMBOLS = 3
    MAX_SYMBOLS = 13

cdef enum Mode:
    STAY = 0
    NEXT = 1
    REGEX = 2
    TEMPLATE = 3

cdef enum Special:
    REJECT = 0
    POP = 16
