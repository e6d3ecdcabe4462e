# cython: boundscheck=False, wraparound=False, initializedcheck=False
# What words.py says, for the compiler, which can put it where it's called.

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memcpy

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    #define UNMANGLE_LITTLE_ENDIAN(word) __builtin_bswap64(word)
    #else
    #define UNMANGLE_LITTLE_ENDIAN(word) (word)
    #endif
    """
    unsigned long long UNMANGLE_LITTLE_ENDIAN(unsigned long long word) noexcept nogil
    int __builtin_ctzll(unsigned long long word) noexcept nogil


cdef inline unsigned long long eight_bytes(const unsigned char[::1] text, long long at) noexcept nogil:
    cdef unsigned long long word
    memcpy(&word, &text[at], 8)
    return UNMANGLE_LITTLE_ENDIAN(word)


cdef inline long long first_mark(unsigned long long marks) noexcept nogil:
    return __builtin_ctzll(marks) // 8


cdef inline long long character_length(const unsigned char[::1] text, long long at, long long size) noexcept nogil:
    cdef int first = text[at]
    cdef int length = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if first < 0xC2 or first > 0xF4 or at + length > size:
        return 0
    cdef int second = text[at + 1]
    cdef int lowest = 0xA0 if first == 0xE0 else 0x90 if first == 0xF0 else 0x80
    cdef int highest = 0x9F if first == 0xED else 0x8F if first == 0xF4 else 0xBF
    if second < lowest or second > highest:
        return 0
    if length > 2 and text[at + 2] & 0xC0 != 0x80:
        return 0
    if length > 3 and text[at + 3] & 0xC0 != 0x80:
        return 0
    return length


cdef inline str text_of(const unsigned char[::1] text, long long start, long long end):
    return PyUnicode_DecodeUTF8(<const char*> &text[start], end - start, "replace")
