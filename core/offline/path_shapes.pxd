cdef bint may_hold_path(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint is_path(str text, Py_ssize_t start, Py_ssize_t end)
cdef bint is_script(str text, Py_ssize_t start, Py_ssize_t end)
cdef bint is_absolute(str text, Py_ssize_t start, Py_ssize_t end)
cdef bint has_root(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint has_scheme(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint has_blank(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint has_sign_of_no_path(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint has_code_sign(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef Py_ssize_t last_word_start(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef Py_ssize_t separators_end(str text, Py_ssize_t start, Py_ssize_t end) noexcept
cdef bint is_blank_to_line_end(str text, Py_ssize_t at) noexcept
cdef bint _is_letter(Py_UCS4 character) noexcept
