from core.source_names.function_recorder cimport FunctionRecorder
from core.source_names.type_skipper cimport TypeSkipper
from core.source_names.typescript_lexer cimport TypescriptLexer

cdef class ParserState:
    cdef TypescriptLexer lexer
    cdef readonly FunctionRecorder recorder
    cdef TypeSkipper types
    cdef bint has_types
    cdef bint has_jsx
    cdef Py_ssize_t depth
    cdef Py_ssize_t attempts_left
    cdef readonly Py_ssize_t errors
    cdef Py_ssize_t owner
    cdef Py_ssize_t receiver
    cdef bint in_choice
    cdef bint in_case
    cdef bint is_arrow
    cdef bint is_optional
    cdef bint is_this
    cdef Py_ssize_t hint_start
    cdef Py_ssize_t hint_end
    cdef Py_ssize_t result
    cdef Py_ssize_t name_start
    cdef Py_ssize_t name_end
    cdef int key_kind
    cdef Py_ssize_t key_start
    cdef Py_ssize_t key_end
    cdef int key_word
    cdef Py_ssize_t most_depth

    cdef bint _is_too_deep(self)
    cdef void _skip_expression(self)
    cdef void _block(self)
    cdef void _expressions(self)
    cdef int _assignment(self)
    cdef int _primary(self)
    cdef int _chain(self, int shape, bint is_new)
    cdef int _elements_of_group(self)
    cdef void _array(self)
    cdef void _decorator(self)
