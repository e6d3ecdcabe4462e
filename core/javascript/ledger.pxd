cdef class Ledger:
    cdef int[::1] parts
    cdef int[::1] scopes
    cdef int[::1] saved
    cdef readonly int parts_used
    cdef readonly int scopes_used
    cdef int saved_used
    cdef int saved_limit
    cdef readonly bint is_full
    cdef int floor
    cdef int floor_scopes
    cdef int node
    cdef int flags

    cpdef void finish(self) noexcept
    cdef int part(self, int kind, int offset, int around) noexcept nogil
    cdef void _give_up(self) noexcept nogil
    cdef void forget(self) noexcept nogil
    cdef int hold_scope(self, int start) noexcept nogil
    cdef void release_scope(self, int slot) noexcept nogil
    cdef void push(self, int value) noexcept nogil
    cdef int pop(self) noexcept nogil
    cdef void enter(self, int node) noexcept nogil
    cdef void leave(self) noexcept nogil
    cdef void open_scope(self, int slot, int part, int node, int flags) noexcept nogil
    cdef void end_scope(self, int end) noexcept nogil
    cdef int entered_slot(self) noexcept nogil
