cdef class ScopeSearch:
    cdef const int[::1] scopes
    cdef long long count

    cpdef long long innermost(self, long long offset) noexcept nogil
    cdef long long _started(self, long long offset) noexcept nogil
