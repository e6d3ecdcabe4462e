cdef class Reader:
    cdef const unsigned char[::1] text
    cdef readonly Py_ssize_t length
    cdef const unsigned char[::1] bytes_
    cdef const unsigned char[::1] characters
    cdef int size
    cdef int code_point

    cdef Py_ssize_t name_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t name_character_end(self, Py_ssize_t at, int wanted) noexcept nogil
    cdef Py_ssize_t escape_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t unicode_escape_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t digits_end(self, Py_ssize_t at, int base) noexcept nogil
    cdef bint is_line_separator(self, Py_ssize_t at) noexcept nogil
    cdef int decode(self, Py_ssize_t at) noexcept nogil
    cdef int class_of(self, int code_point) noexcept nogil
