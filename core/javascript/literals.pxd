from core.javascript.reader cimport Reader

cdef class Literals(Reader):
    cdef readonly int position

    cdef int token(self, int kind, int end) noexcept nogil
    cdef int number(self, int at) noexcept nogil
    cdef int decimal(self, int at) noexcept nogil
    cdef int string(self, int at) noexcept nogil
    cdef int template_part(self, int at) noexcept nogil
    cdef int regex_end(self, int at) noexcept nogil

    cdef int _string_stop(self, int at, int quote) noexcept nogil
    cdef int _prefixed_number(self, int at, int base) noexcept nogil
    cdef int _number_token(self, int end) noexcept nogil
    cdef bint _is_octal_escape(self, int at) noexcept nogil
