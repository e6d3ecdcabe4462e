# cython: boundscheck=False, initializedcheck=False
# What words.py says, for the compiler, which makes one instruction of it.

from libc.string cimport memcpy


cdef inline unsigned long long eight_bytes(const unsigned char[::1] text, long long at) noexcept nogil:
    cdef unsigned long long word
    memcpy(&word, &text[at], 8)
    return word
