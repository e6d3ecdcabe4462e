cdef class Lexer:
    cdef const unsigned char[::1] text
    cdef readonly Py_ssize_t length
    cdef const unsigned char[::1] bytes_
    cdef const unsigned char[::1] characters
    cdef int size
    cdef int code_point
    cdef readonly Py_ssize_t position
    cdef const unsigned char[::1] firsts
    cdef const unsigned long long[::1] words
    cdef const unsigned char[::1] word_kinds
    cdef unsigned long long word_factor
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t previous_end
    cdef readonly bint line_break
    cdef Py_ssize_t html_comment

    cpdef void seek(self, Py_ssize_t position) noexcept nogil
    cpdef int next(self) noexcept nogil
    cdef bint is_string(self, int kind, Py_ssize_t at) noexcept nogil
    cdef int reread(self, int mode, int kind) noexcept nogil
    cpdef int regex(self, int kind) noexcept nogil

    cdef int _other_token(self, int first, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _blanks_end(self, Py_ssize_t at) noexcept nogil
    cdef inline Py_ssize_t _spaces_end(self, Py_ssize_t at) noexcept nogil
    cdef bint _is_html_comment(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _other_blank_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _line_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _comment_end(self, Py_ssize_t at) noexcept nogil
    cdef int _word(self, Py_ssize_t at) noexcept nogil
    cdef inline Py_ssize_t _usual_end(self, Py_ssize_t at) noexcept nogil
    cdef inline unsigned long long _marks_after_name(self, unsigned long long eight) noexcept nogil
    cdef int _long_word(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil
    cdef inline bint _name_goes_on(self, Py_ssize_t at) noexcept nogil
    cdef int _word_kind(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil
    cdef inline int _kind_of(self, unsigned long long first, unsigned long long rest) noexcept nogil
    cdef inline int _slot(self, unsigned long long first) noexcept nogil
    cdef int _unusual_word(self, Py_ssize_t at) noexcept nogil
    cdef int _spelling_kind(self, Py_ssize_t at, Py_ssize_t end) noexcept nogil
    cdef int _private_name(self, Py_ssize_t at) noexcept nogil
    cdef int _resume_template(self) noexcept nogil
    cdef int _operator(self, Py_ssize_t at) noexcept nogil
    cdef int _dot(self, Py_ssize_t at) noexcept nogil
    cdef int _equals(self, Py_ssize_t at) noexcept nogil
    cdef int _plus_or_minus(self, Py_ssize_t at) noexcept nogil
    cdef int _question(self, Py_ssize_t at) noexcept nogil
    cdef int _star(self, Py_ssize_t at) noexcept nogil
    cdef int _comparison(self, Py_ssize_t at, int longest) noexcept nogil
    cdef int _assigning(self, Py_ssize_t at) noexcept nogil
    cdef int _token(self, int kind, Py_ssize_t end) noexcept nogil
    cdef int _number(self, Py_ssize_t at) noexcept nogil
    cdef int _decimal(self, Py_ssize_t at) noexcept nogil
    cdef int _prefixed_number(self, Py_ssize_t at, int base) noexcept nogil
    cdef int _number_token(self, Py_ssize_t end) noexcept nogil
    cdef int _string(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _string_stop(self, Py_ssize_t at, int quote) noexcept nogil
    cdef int _template_part(self, Py_ssize_t at) noexcept nogil
    cdef bint _is_octal_escape(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _regex_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _name_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _name_character_end(self, Py_ssize_t at, int wanted) noexcept nogil
    cdef Py_ssize_t _escape_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _unicode_escape_end(self, Py_ssize_t at) noexcept nogil
    cdef Py_ssize_t _digits_end(self, Py_ssize_t at, int base) noexcept nogil
    cdef bint _is_line_separator(self, Py_ssize_t at) noexcept nogil
    cdef int _decode(self, Py_ssize_t at) noexcept nogil
    cdef int _class_of(self, int code_point) noexcept nogil
