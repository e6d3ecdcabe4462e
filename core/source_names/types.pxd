from core.source_names.lexer cimport Lexer

cdef class Types:
    cdef Lexer lexer

    cdef void skip_annotation(self)
    cdef void skip_type(self)
    cdef void skip_list(self)
    cdef bint skip_arguments(self)
    cdef bint _skip_operand(self)
    cdef void skip_template(self)
