from core.javascript.reader cimport Reader

cdef class Literals(Reader):
    cdef readonly Py_ssize_t position

    cdef int token(self, int kind, Py_ssize_t end) noexcept nogil
    cdef int number(self, Py_ssize_t at) noexcept nogil
    cdef int decimal(self, Py_ssize_t at) noexcept nogil
    cdef int string(self, Py_ssize_t at) noexcept nogil
    cdef int template_part(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t regex_end(self, Py_ssize_t at) noexcept nogil

    cdef Py_ssize_t _string_stop(self, Py_ssize_t at, int quote) noexcept nogil
    cdef int _prefixed_number(self, Py_ssize_t at, int base) noexcept nogil
    cdef int _number_token(self, Py_ssize_t end) noexcept nogil
    cdef bint _is_octal_escape(self, Py_ssize_t at) noexcept nogil
