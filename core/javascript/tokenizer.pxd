from core.javascript.literals cimport Literals

cdef class Tokenizer(Literals):
    cdef const unsigned char[::1] punctuation
    cdef const unsigned char[::1] words
    cdef unsigned char[::1] spelling
    cdef int first_factor
    cdef int last_factor
    cdef readonly int start
    cdef readonly int previous_end
    cdef readonly bint line_break
    cdef int html_comment

    cpdef void seek(self, int position) noexcept nogil
    cpdef int next(self) noexcept nogil
    cdef bint is_word(self, int kind, int at, int end) noexcept nogil
    cdef int resume_template(self) noexcept nogil
    cpdef int regex(self, int kind) noexcept nogil

    cdef int _blanks_end(self, int at) noexcept nogil
    cdef bint _is_html_comment(self, int at) noexcept nogil
    cdef int _other_blank_end(self, int at) noexcept nogil
    cdef int _line_end(self, int at) noexcept nogil
    cdef int _comment_end(self, int at) noexcept nogil
    cdef inline int _word(self, int at) noexcept nogil
    cdef inline bint _name_goes_on(self, int at) noexcept nogil
    cdef inline int _word_kind(self, int at, int end) noexcept nogil
    cdef inline int _slot(self, int first, int second, int last, int length) noexcept nogil
    cdef int _unusual_word(self, int at) noexcept nogil
    cdef int _spelling_kind(self, int at, int end) noexcept nogil
    cdef int _private_name(self, int at) noexcept nogil
    cdef int _operator(self, int at) noexcept nogil
    cdef int _dot(self, int at) noexcept nogil
    cdef int _equals(self, int at) noexcept nogil
    cdef int _plus_or_minus(self, int at) noexcept nogil
    cdef int _question(self, int at) noexcept nogil
    cdef int _star(self, int at) noexcept nogil
    cdef int _comparison(self, int at, int longest) noexcept nogil
    cdef int _assigning(self, int at) noexcept nogil
