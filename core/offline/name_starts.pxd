cdef class NameStarts:
    cdef str _text
    cdef Py_ssize_t _end
    cdef Py_ssize_t _mark_end
    cdef Py_ssize_t _bracket_from, _bracket_at
    cdef Py_ssize_t _paren_from, _paren_at
    cdef Py_ssize_t _angle_from, _angle_at
    cdef Py_ssize_t _word_from, _word_at
    cdef Py_ssize_t _field_from, _field_at
    cdef Py_ssize_t _sign_from, _sign_at

    cdef Py_ssize_t start(self, Py_ssize_t floor, Py_ssize_t end)
    cdef Py_ssize_t _string_start(self, Py_ssize_t floor)
    cdef Py_ssize_t _quotation_mark(self, Py_ssize_t at) noexcept
    cdef bint _is_in_front_of_string(self, Py_ssize_t floor, Py_ssize_t end) noexcept
    cdef Py_ssize_t _last_colon_end(self, Py_ssize_t start) noexcept
    cdef Py_ssize_t _cause_end(self, Py_ssize_t start)
    cdef Py_ssize_t _prefix_part_end(self, Py_ssize_t at)
    cdef Py_ssize_t _spaced_end(self, Py_ssize_t at)
    cdef Py_ssize_t _time_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _priority_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _logger_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _level_end(self, Py_ssize_t at)
    cdef Py_ssize_t _command_end(self, Py_ssize_t at)
    cdef Py_ssize_t _place_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _field_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _label_end(self, Py_ssize_t at)
    cdef Py_ssize_t _tag_end(self, Py_ssize_t at)
    cdef Py_ssize_t _digits_end(self, Py_ssize_t at, Py_ssize_t most) noexcept
    cdef Py_ssize_t _words_end(self, Py_ssize_t at, Py_ssize_t most) noexcept
    cdef Py_ssize_t _dotted_end(self, Py_ssize_t at, Py_ssize_t most) noexcept
    cdef Py_ssize_t _blank_end(self, Py_ssize_t at) noexcept
    cdef bint _is_blank(self, Py_ssize_t at) noexcept
    cdef bint _is(self, Py_ssize_t at, Py_UCS4 character) noexcept
    cdef Py_ssize_t _next_bracket(self, Py_ssize_t at)
    cdef Py_ssize_t _next_paren(self, Py_ssize_t at)
    cdef Py_ssize_t _next_angle(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _next_word_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _next_field_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _next_sign_end(self, Py_ssize_t at) noexcept
