# What shapes.py says, for the compiler: a test compares the two.

cdef enum Shape:
    OTHER = 0
    NAME = 1
    LET = 2
    LITERAL = 3
    MEMBER = 4
    BRACKETS = 5
    METHODS = 6
    PARENTHESES = 7

cdef enum Function:
    YIELD = 1
    YIELD_IN_BODY = 2
    AWAIT = 4
    SUPER = 8

cdef enum Modifier:
    GET = 1
    SET = 2
    ASYNC = 4
    GENERATOR = 8
