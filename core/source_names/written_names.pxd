# Enums of written_names.py, written by `make enums`.

cdef enum WrittenPart:
    ANONYMOUS = 0
    NAME = 1
    STRING = 2
    NUMBER = 3
    PRIVATE_NAME = 4
    COMPUTED_KEY = 5
    INDEX = 6
    ALIAS = 7
    OWN_NAME = 8
    CONSTRUCTOR = 9
    STATIC = 10
    DEFAULT = 11
    RECEIVER = 12
    UNKNOWN = 13

cdef enum WrittenPartFlag:
    GETTER = 32
    SETTER = 64
    KEY = 128

cdef enum Role:
    VARIABLE = 0
    MEMBER = 1
    PROTOTYPE = 2
    ENCLOSING = 3

cdef enum ExpressionKind:
    OTHER = 0
    PLAIN_NAME = 1
    MEMBER_ACCESS = 2
    CALL = 3
    NAMELESS_FUNCTION = 4
    NAMED_FUNCTION = 5
    NAMELESS_CLASS = 6

cdef enum FunctionUse:
    DECLARED = 0
    EXPRESSED = 1
    DEFAULT_EXPORT = 2
