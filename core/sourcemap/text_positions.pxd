cdef class TextPositions:
    cdef const unsigned char[::1] text
    cdef const unsigned int[::1] blocks
    cdef long long size

    cpdef long long place(self, long long offset) noexcept nogil
    cpdef long long offset(self, long long line, long long column) noexcept nogil
    cdef long long _block_before(self, long long line, long long column) noexcept nogil
