from core.offline.landmarks cimport Landmarks
from core.offline.name_starts cimport NameStarts

cdef class FrameReader:
    cdef Landmarks _place
    cdef NameStarts _names
    cdef str _text
    cdef object _is_known
    cdef dict _known
    cdef bint _is_loose

    cdef object _frame(self)
    cdef object _called(self)
    cdef object _bare(self)
    cdef object _at_sign(self)
    cdef object _eval_line(self)
    cdef object _position(self)
    cdef object _only_place(self)
    cdef object _console(self)
    cdef object _mention(self)
    cdef object _mention_from(self, Py_ssize_t path)
    cdef object _text_frame(self, object style, Py_ssize_t start, Py_ssize_t end, str name, Py_ssize_t path, Py_ssize_t path_end)
    cdef Py_ssize_t _path_at_sign(self, Py_ssize_t end)
    cdef Py_ssize_t _at_sign_before_root(self, Py_ssize_t start, Py_ssize_t end)
    cdef Py_ssize_t _opening_bracket(self, Py_ssize_t end) noexcept
    cdef Py_ssize_t _opening(self, Py_ssize_t end)
    cdef Py_ssize_t _after_opening(self, Py_ssize_t opening)
    cdef bint _is_whole(self, Py_ssize_t start, Py_ssize_t end)
    cdef Py_ssize_t _url_start(self, Py_ssize_t start, Py_ssize_t end)
    cdef Py_ssize_t _last_delimiter_end(self, Py_ssize_t start, Py_ssize_t end) noexcept
    cdef Py_ssize_t _last_opening_end(self, Py_ssize_t start, Py_ssize_t end) noexcept
    cdef Py_ssize_t _last_separator_end(self, Py_ssize_t start, Py_ssize_t end) noexcept
