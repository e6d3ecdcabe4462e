cdef class MappingsCursor:
    cdef const unsigned char[::1] text
    cdef const unsigned char[::1] symbols
    cdef long long start
    cdef long long end

    cdef long long at  # what is read next
    cdef long long token_start
    cdef int fields  # of the token that was read last; 0 if there is none
    cdef long long line
    cdef long long column
    cdef long long source
    cdef long long original_line
    cdef long long original_column
    cdef long long name

    cdef void restart(self) noexcept nogil
    cdef bint finds_token(self) noexcept nogil
    cdef long long read_token(self) noexcept nogil
    cdef long long read_number(self) noexcept nogil
    cdef bint _is_over(self) noexcept nogil
    cdef long long _long_number(self, long long value) noexcept nogil
