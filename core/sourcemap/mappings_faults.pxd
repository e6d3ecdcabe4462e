# Enums of mappings_faults.py, written by `make enums`.

cdef enum MappingsFault:
    CUT_OFF = 1
    TOO_LONG = 2
    FIELD_COUNT = 3
    NO_SUCH_SOURCE = 4
    NO_SUCH_NAME = 5
    NO_ROOM = 15
