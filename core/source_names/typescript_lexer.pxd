cdef class TypescriptLexer:
    cdef const unsigned char[::1] text
    cdef const unsigned char[::1] classes
    cdef const unsigned char[::1] simple_kinds
    cdef const unsigned long long[::1] words
    cdef const unsigned char[::1] word_kinds
    cdef readonly Py_ssize_t length
    cdef readonly Py_ssize_t position
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef readonly Py_ssize_t previous_end
    cdef readonly int kind
    cdef readonly int word
    cdef readonly bint line_break

    cdef void advance(self) noexcept
    cdef inline bint is_any(self, unsigned long long kinds) noexcept
    cdef inline bint is_word(self, unsigned long long words) noexcept
    cdef inline bint is_closing(self) noexcept
    cdef inline bint is_opening(self) noexcept
    cdef void rewind(self, Py_ssize_t previous_end) noexcept
    cdef void resume(self, Py_ssize_t position) noexcept
    cdef void finish_operator(self) noexcept
    cdef void finish_regex(self) noexcept
    cdef bint template_characters(self) noexcept
    cdef void skip_brackets(self)
    cdef bint is_upper_case(self, Py_ssize_t at) noexcept
    cdef void finish_jsx_name(self) noexcept
    cdef int jsx_value(self) noexcept
    cdef int jsx_text(self) noexcept
    cdef bint skip_closing_tag(self) noexcept
    cdef bint has_closing_tag(self, Py_ssize_t at) noexcept

    cdef Py_ssize_t _blanks_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _unusual_blank_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _comment_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _line_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _name(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _string_end(self, Py_ssize_t at, int quote) noexcept
    cdef Py_ssize_t _number_end(self, Py_ssize_t at) noexcept
    cdef Py_ssize_t _operator(self, Py_ssize_t at, int byte) noexcept
    cdef Py_ssize_t _doubled(self, Py_ssize_t at, int byte, int kind) noexcept
