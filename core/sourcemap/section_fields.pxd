# Enums of section_fields.py, written by `make enums`.

cdef enum SectionField:
    START = 0
    END = 1
    LINE = 2
    COLUMN = 3
    FIRST_SOURCE = 4
    SOURCE_COUNT = 5
    FIRST_NAME = 6
    NAME_COUNT = 7
    SOURCES = 8
    NAMES = 9
    CONTENT = 10
    IGNORED = 11
    SIZE = 12
