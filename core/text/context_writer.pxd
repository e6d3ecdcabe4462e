cdef class ContextWriter:
    cdef unsigned char[::1] out
    cdef const unsigned char[::1] pieces
    cdef long long at
    cdef long long line
    cdef long long number

    cpdef void begin(self, long long number) noexcept
    cpdef void add(self, const unsigned char[::1] text, long long start, long long end) noexcept
    cpdef void add_line(
        self, const unsigned char[::1] text, long long start, long long end, long long column
    ) noexcept
    cpdef void snip_before(self, long long start) noexcept
    cpdef void snip_behind(self, long long end, long long size) noexcept
    cpdef bytes finished(self)

    cdef void _put(self, long long start, long long end) noexcept nogil
    cdef bint _is_utf8(self) noexcept nogil


cpdef long long shown_start(long long size, long long column) noexcept nogil
cpdef long long shown_end(long long size, long long column) noexcept nogil
