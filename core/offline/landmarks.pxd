cdef int NO_PLACE
cdef int EVAL_LINE
cdef int POSITION
cdef int LINE_ONLY
cdef int PLACE

cdef class Landmarks:
    cdef readonly str text
    cdef readonly int kind
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef readonly Py_ssize_t number_end
    cdef readonly long long lineno
    cdef readonly long long colno
    cdef readonly Py_ssize_t line
    cdef readonly Py_ssize_t line_start
    cdef readonly Py_ssize_t floor
    cdef Py_ssize_t _length
    cdef bint _has_found
    cdef long long _value

    cdef bint advance(self)
    cdef void note_found(self) noexcept
    cdef inline bint is_first(self) noexcept
    cdef void _go_on(self, Py_ssize_t count, Py_ssize_t line_end) noexcept
    cdef bint _is_at(self, Py_ssize_t at, Py_UCS4 character)
    cdef bint _is_place(self, Py_ssize_t at) noexcept
    cdef bint _is_position(self, Py_ssize_t at) noexcept
    cdef bint _is_eval_line(self, Py_ssize_t at)
    cdef Py_ssize_t _evaluated_end(self, Py_ssize_t at)
    cdef bint _is_without_place(self, Py_ssize_t at)
    cdef Py_ssize_t _number_end_at(self, Py_ssize_t at) noexcept
    cdef bint _is_digit(self, Py_ssize_t at) noexcept
    cdef bint _is(self, Py_ssize_t at, Py_UCS4 character) noexcept

cdef bint is_line_end(Py_UCS4 character) noexcept
cdef bint is_end_of_line(str text, Py_ssize_t at, Py_ssize_t length) noexcept
