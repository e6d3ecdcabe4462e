from core.javascript.literals cimport Literals

cdef class Tokenizer(Literals):
    cdef const unsigned char[::1] firsts
    cdef const unsigned long long[::1] words
    cdef const unsigned char[::1] word_kinds
    cdef unsigned long long word_factor
    cdef readonly int start
    cdef readonly int previous_end
    cdef readonly bint line_break
    cdef int html_comment

    cpdef void seek(self, int position) noexcept nogil
    cpdef int next(self) noexcept nogil
    cdef bint is_string(self, int kind, int at) noexcept nogil
    cdef int reread(self, int mode, int kind) noexcept nogil
    cpdef int regex(self, int kind) noexcept nogil

    cdef int _resume_template(self) noexcept nogil
    cdef int _other_token(self, int first, int at) noexcept nogil
    cdef int _blanks_end(self, int at) noexcept nogil
    cdef inline int _spaces_end(self, int at) noexcept nogil
    cdef bint _is_html_comment(self, int at) noexcept nogil
    cdef int _other_blank_end(self, int at) noexcept nogil
    cdef int _line_end(self, int at) noexcept nogil
    cdef int _comment_end(self, int at) noexcept nogil
    cdef int _word(self, int at) noexcept nogil
    cdef inline unsigned long long _marks_after_name(self, unsigned long long eight) noexcept nogil
    cdef inline int _usual_end(self, int at) noexcept nogil
    cdef int _long_word(self, int at, int end) noexcept nogil
    cdef inline bint _name_goes_on(self, int at) noexcept nogil
    cdef int _word_kind(self, int at, int end) noexcept nogil
    cdef inline int _kind_of(self, unsigned long long first, unsigned long long rest) noexcept nogil
    cdef inline int _slot(self, unsigned long long first) noexcept nogil
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
