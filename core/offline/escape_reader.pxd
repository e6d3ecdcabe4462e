cdef class PlainText:
    cdef readonly str text
    cdef long long[::1] _at
    cdef long long[::1] _lengths
    cdef long long[::1] _raw_starts
    cdef long long[::1] _raw_ends
    cdef Py_ssize_t _count

    cdef Py_ssize_t _piece_before(self, Py_ssize_t piece, Py_ssize_t position) noexcept

cdef class EscapeReader:
    cdef str _raw
    cdef list _pieces
    cdef object _at
    cdef object _lengths
    cdef object _raw_starts
    cdef object _raw_ends
    cdef Py_ssize_t _length
    cdef Py_ssize_t _read_to
    cdef Py_ssize_t _end
    cdef Py_ssize_t _signs_from
    cdef Py_ssize_t _signs_end
    cdef unsigned long long _levels
    cdef str _meaning

    cdef object _read_lines(self)
    cdef bint _needs_reading(self, Py_ssize_t start)
    cdef bint _is_special(self, Py_ssize_t at) noexcept
    cdef bint _is_half_place(self, Py_ssize_t at)
    cdef object _read_line(self, Py_ssize_t start)
    cdef object _read_percent(self, Py_ssize_t at)
    cdef Py_ssize_t _piece_end(self, Py_ssize_t at, Py_UCS4 character)
    cdef Py_ssize_t _backslashes_end(self, Py_ssize_t start)
    cdef Py_ssize_t _joint_end(self, Py_ssize_t at)
    cdef Py_ssize_t _byte_end(self, Py_ssize_t at)
    cdef Py_ssize_t _unicode_end(self, Py_ssize_t start, Py_ssize_t at)
    cdef str _control(self, Py_ssize_t start, Py_ssize_t at)
    cdef Py_ssize_t _entity_end(self, Py_ssize_t at)
    cdef Py_ssize_t _octal_end(self, Py_ssize_t at)
    cdef Py_ssize_t _escape_code_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _code_end(self, Py_ssize_t at, Py_ssize_t otherwise) noexcept
    cdef Py_ssize_t _parameters_end(self, Py_ssize_t at, Py_ssize_t otherwise) noexcept
    cdef Py_ssize_t _colour_end(self, Py_ssize_t at) noexcept
    cdef bint _has_level(self, Py_ssize_t backslashes) noexcept
    cdef object _replace(self, Py_ssize_t start, Py_ssize_t end, str meaning)
    cdef bint _is(self, Py_ssize_t at, Py_UCS4 character) noexcept
    cdef bint _is_digit(self, Py_ssize_t at) noexcept

cpdef unsigned long long written_levels(str raw, Py_ssize_t start, Py_ssize_t end)
cdef unsigned long long _level_bit(Py_ssize_t backslashes) noexcept
cdef bint _is_written_line_end(str raw, Py_ssize_t start, Py_ssize_t at, Py_ssize_t end)
cdef bint _is_behind_frame(str raw, Py_ssize_t at)
cdef bint _is_json(str raw, Py_ssize_t start, Py_ssize_t end)
cdef bint _starts_as_json(str raw, Py_ssize_t at, Py_ssize_t end) noexcept
cdef bint _is_value_behind(str raw, Py_ssize_t at, Py_ssize_t end) noexcept
cdef Py_ssize_t _blank_end(str raw, Py_ssize_t at, Py_ssize_t end) noexcept
cdef long _hex_number(str raw, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t end) noexcept
cpdef str json_text(str string)
cpdef str decoded(str text, int level)
