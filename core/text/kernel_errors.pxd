# The functions of kernel_errors.py for the compiler, which can put them where they are called.


cdef inline long long fault(long long at, int kind) noexcept nogil:
    return -(at * 16 + kind)
