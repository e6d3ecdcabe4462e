from core.source_names.parser_state cimport ParserState

cdef class JsxParser(ParserState):
    cdef void _jsx(self)
    cdef bint _jsx_tag(self)
    cdef void _jsx_attribute(self)
    cdef void _jsx_container(self)
    cdef void _close_container(self)
