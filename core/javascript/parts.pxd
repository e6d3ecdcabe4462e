# What parts.py says, for the compiler: a test compares the two.

cdef enum Part:
    ROOT = 0
    OBJECT = 1
    ARRAY = 2
    GROUP = 3
    INDEX = 4
    PROPERTY = 5
    OBJECT_METHOD = 6
    OBJECT_GETTER = 7
    OBJECT_SETTER = 8
    METHOD = 9
    GETTER = 10
    SETTER = 11
    COMPUTED_KEY = 12
    CLASS_EXPRESSION = 13
    CLASS_DECLARATION = 14
    DECLARATOR = 15
    IDENTIFIER = 16
    THIS = 17
    NAMED_MEMBER = 18
    LITERAL_INDEX = 19
    COMPUTED_INDEX = 20
    PRIVATE_MEMBER = 21
    FUNCTION_NAME = 22
    CLASS = 23

cdef enum Flag:
    WHOLE = 32
    PATTERN = 64
    METHODS = 128
    ONLY_PARAMETERS = 256
    ELEMENT = 512
