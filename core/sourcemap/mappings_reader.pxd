from core.sourcemap.mappings_cursor cimport MappingsCursor


cdef class Token:
    cdef readonly long long number
    cdef readonly long long line
    cdef readonly long long column
    cdef readonly long long source
    cdef readonly long long original_line
    cdef readonly long long original_column
    cdef readonly long long name

    cpdef long long counted_line(self, long long line) noexcept nogil
    cpdef long long counted_column(self, long long line, long long column) noexcept nogil


cdef class MappingsReader(MappingsCursor):
    cdef const unsigned int[::1] checkpoints
    cdef long long token_count
    cdef long long row  # the checkpoint before what is read next
    cdef long long next_row_number  # how many tokens come before the next checkpoint
    cdef long long number  # how many tokens were read
    cdef unsigned char[::1] window  # what the bytes of the text mean, WINDOW of them from ``window_start`` on
    cdef long long window_start
    cdef const unsigned int[::1] shapes

    cpdef Token last_token(self, long long line, long long column)
    cpdef bint find(self, long long line, long long column, Token token) noexcept
    cpdef Token first_token(self, long long line, long long column)
    cpdef Token token(self, long long number)
    cdef inline bint _is_before(self, long long line, long long column) noexcept nogil
    cdef inline bint _reads_on(self) noexcept nogil
    cdef inline long long _read_short_token(self) noexcept nogil
    cdef inline long long _sum(self, long long before, unsigned long long digits, long long shape) noexcept nogil
    cdef void _move_window(self) noexcept nogil
    cdef void _restore(self, long long row) noexcept nogil
    cdef long long _row_before(self, long long line, long long column) noexcept nogil
    cdef long long _row_of(self, long long number) noexcept nogil
    cdef inline void _restore_position(self, long long row) noexcept nogil
    cdef Token _current(self)
    cdef inline void _copy(self, Token token) noexcept
