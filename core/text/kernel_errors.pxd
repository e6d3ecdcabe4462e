# What faults.py says, for the compiler, which can put it where it's called.


cdef inline long long fault(long long at, int kind) noexcept nogil:
    return -(at * 16 + kind)
