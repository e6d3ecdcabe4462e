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
    THIS = 8

cdef enum Key:
    WORD = 0
    STRING = 1
    NUMBER = 2
    PRIVATE = 3
    CONSTRUCTOR = 4
    COMPUTED = 5

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
