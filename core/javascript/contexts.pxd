from core.javascript.operands cimport Operands

cdef class Contexts(Operands):
    cdef int member_start
    cdef int modifiers
    cdef int key_part
    cdef int key_slot

    cdef bint perform(self, int action, int kind) noexcept nogil

    cdef bint _open_arrow(self) noexcept nogil
    cdef void _close_scope(self, int end) noexcept nogil
    cdef void _name_function(self) noexcept nogil
    cdef void _open_body(self) noexcept nogil
    cdef void _open_class(self) noexcept nogil
    cdef void _name_class(self, int kind) noexcept nogil
    cdef void _open_key(self) noexcept nogil
    cdef void _close_key(self) noexcept nogil
    cdef void _release_key(self) noexcept nogil
    cdef void _open_property(self) noexcept nogil
    cdef void _open_property_method(self) noexcept nogil
    cdef bint _open_class_method(self) noexcept nogil
    cdef bint _is_constructor(self) noexcept nogil
    cdef void _open_method(self, int kind, int node) noexcept nogil
