# Enums of characters.py, written by `make enums`.

cdef enum Byte:
    NAME_START = 1
    NAME_PART = 2
    DIGIT = 4
    NAME_RESUMES = 8
    STRING_STOP = 16
    TEMPLATE_STOP = 32
    COMMENT_STOP = 64
    REGEX_STOP = 128

cdef enum Character:
    START = 1
    PART = 2
    SPACE = 4
    LINE_END = 8

cdef enum First:
    WORD = 200
    BLANK = 201
    NUMBER = 202
    STRING = 203
    TEMPLATE = 204
    OTHER = 205
