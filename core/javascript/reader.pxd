cdef class Reader:
    cdef const unsigned char[::1] text
    cdef readonly int length
    cdef const unsigned char[::1] bytes_
    cdef const unsigned char[::1] characters
    cdef int size
    cdef int code_point

    cdef int name_end(self, int at) noexcept nogil
    cdef int name_character_end(self, int at, int wanted) noexcept nogil
    cdef int escape_end(self, int at) noexcept nogil
    cdef int unicode_escape_end(self, int at) noexcept nogil
    cdef int digits_end(self, int at, int base) noexcept nogil
    cdef bint is_line_separator(self, int at) noexcept nogil
    cdef int decode(self, int at) noexcept nogil
    cdef int class_of(self, int code_point) noexcept nogil
