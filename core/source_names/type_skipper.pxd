from core.source_names.typescript_lexer cimport TypescriptLexer

cdef class TypeSkipper:
    cdef TypescriptLexer lexer

    cdef void skip_annotation(self)
    cdef void skip_type(self)
    cdef void skip_list(self)
    cdef bint skip_arguments(self)
    cdef bint _skip_operand(self)
    cdef void skip_template(self)
