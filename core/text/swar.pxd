# cython: boundscheck=False, wraparound=False, initializedcheck=False
# What words.py says, for the compiler, which can put it where it's called.

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcpy

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    #define UNMANGLE_LITTLE_ENDIAN(word) __builtin_bswap64(word)
    #else
    #define UNMANGLE_LITTLE_ENDIAN(word) (word)
    #endif

    #include <string.h>
    #ifdef __SSE2__
    #include <emmintrin.h>
    #endif

    typedef signed char unmangle_sixteen __attribute__((vector_size(16)));

    static inline unmangle_sixteen unmangle_sixteen_bytes(const unsigned char *text) {
        unmangle_sixteen bytes;
        memcpy(&bytes, text, 16);
        return bytes;
    }

    /* No branches and no early end: sixteen bytes at once. */
    static inline int unmangle_is_usual_text(const unsigned char *text) {
        unmangle_sixteen unusual = {0};
        unsigned long long halves[2];
        for (int place = 0; place < 64; place += 16) {
            unmangle_sixteen before = unmangle_sixteen_bytes(text + place - 1);
            unmangle_sixteen byte = unmangle_sixteen_bytes(text + place);
            unmangle_sixteen after = unmangle_sixteen_bytes(text + place + 1);
            unmangle_sixteen escaped = (after == 'n') | (after == '"') | (after == 't') | (after == 'r');
            /* As signed numbers, bytes beyond ASCII are below 0. */
            unusual |= (byte < 32) | ((byte == '"') & (before != 92)) | ((byte == 92) & ~escaped);
        }
        memcpy(halves, &unusual, 16);
        return (halves[0] | halves[1]) == 0;
    }

    static inline int unmangle_line_feeds(const unsigned char *text) {
        unmangle_sixteen found = {0}, foreign = {0};
        unsigned long long halves[2];
        for (int place = 0; place < 64; place += 16) {
            unmangle_sixteen byte = unmangle_sixteen_bytes(text + place);
            found -= byte == 10;
            foreign |= byte < 0;
        }
        memcpy(halves, &foreign, 16);
        if (halves[0] | halves[1])
            return -1;
        memcpy(halves, &found, 16);
        /* No count is above 4, so neither are there any carries: the product has their sum in its highest byte. */
        return (int)(((halves[0] + halves[1]) * 0x0101010101010101ULL) >> 56);
    }

    static inline int unmangle_all_line_feeds(const unsigned char *text) {
        unmangle_sixteen found = {0};
        unsigned long long halves[2];
        for (int place = 0; place < 64; place += 16)
            found -= unmangle_sixteen_bytes(text + place) == 10;
        memcpy(halves, &found, 16);
        return (int)(((halves[0] + halves[1]) * 0x0101010101010101ULL) >> 56);
    }

    static inline int unmangle_last_line_feed(const unsigned char *text) {
    #ifdef __SSE2__
        unsigned long long found = 0;
        for (int place = 48; place >= 0; place -= 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(text + place));
            found = found << 16 | (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(10)));
        }
        return 63 - __builtin_clzll(found);
    #else
        int place = 63;
        while (text[place] != 10)
            place--;
        return place;
    #endif
    }

    static inline int unmangle_are_ascii(const unsigned char *text) {
        unmangle_sixteen foreign = {0};
        unsigned long long halves[2];
        for (int place = 0; place < 64; place += 16)
            foreign |= unmangle_sixteen_bytes(text + place) < 0;
        memcpy(halves, &foreign, 16);
        return (halves[0] | halves[1]) == 0;
    }

    static inline int unmangle_may_start(const unsigned char *text, char first, char last, long long distance) {
        unmangle_sixteen found = {0};
        unsigned long long halves[2];
        for (int place = 0; place < 64; place += 16)
            found |= (unmangle_sixteen_bytes(text + place) == first)
                   & (unmangle_sixteen_bytes(text + place + distance) == last);
        memcpy(halves, &found, 16);
        return (halves[0] | halves[1]) != 0;
    }
    """
    int unmangle_last_line_feed(const unsigned char *text) noexcept nogil
    int unmangle_are_ascii(const unsigned char *text) noexcept nogil
    int unmangle_may_start(const unsigned char *text, char first, char last, long long distance) noexcept nogil
    int unmangle_line_feeds(const unsigned char *text) noexcept nogil
    int unmangle_all_line_feeds(const unsigned char *text) noexcept nogil
    int unmangle_is_usual_text(const unsigned char *text) noexcept nogil
    unsigned long long UNMANGLE_LITTLE_ENDIAN(unsigned long long word) noexcept nogil
    int __builtin_ctzll(unsigned long long word) noexcept nogil
    int bit_count "__builtin_popcountll"(unsigned long long bits) noexcept nogil
    void __builtin_prefetch(const void *address) noexcept nogil


cdef inline unsigned long long eight_bytes(const unsigned char[::1] text, long long at) noexcept nogil:
    cdef unsigned long long word
    memcpy(&word, &text[at], 8)
    return UNMANGLE_LITTLE_ENDIAN(word)


cdef inline long long first_mark(unsigned long long marks) noexcept nogil:
    return __builtin_ctzll(marks) // 8


cdef inline long long first_bit(unsigned long long bits) noexcept nogil:
    return <unsigned int> __builtin_ctzll(bits)


cdef inline long long first_separator(unsigned long long word) noexcept nogil:
    cdef unsigned long long marks = word & 0x4040404040404040ULL
    return __builtin_ctzll(marks) >> 3 if marks else 8


cdef inline long long last_digits(unsigned long long word, long long count) noexcept nogil:
    cdef unsigned long long ones = 0x0101010101010101ULL
    # Twice, as no word can be shifted by all of its bits.
    cdef unsigned long long counted = ~((~0ULL << 4 * count) << 4 * count)
    # The product has bit 0 of byte i where bit 56 + i is, and nothing is carried there.
    return ((~(word >> 5) & ones & counted) * 0x0102040810204080ULL) >> 56


cdef inline unsigned long long joined_digits(unsigned long long word) noexcept nogil:
    word = (word & 0x001F001F001F001FULL) | (word & 0x1F001F001F001F00ULL) >> 3
    word = (word & 0x000003FF000003FFULL) | (word & 0x03FF000003FF0000ULL) >> 6
    return (word & 0xFFFFFULL) | (word & 0x000FFFFF00000000ULL) >> 12


cdef inline long long line_feeds(const unsigned char[::1] text, long long at) noexcept nogil:
    return unmangle_line_feeds(&text[at])


cdef inline long long all_line_feeds(const unsigned char[::1] text, long long at) noexcept nogil:
    return unmangle_all_line_feeds(&text[at])


cdef inline long long last_line_feed(const unsigned char[::1] text, long long at) noexcept nogil:
    return unmangle_last_line_feed(&text[at])


cdef inline bint are_ascii(const unsigned char[::1] text, long long at) noexcept nogil:
    return unmangle_are_ascii(&text[at])


cdef inline bint may_start(
    const unsigned char[::1] text, long long at, unsigned char first, unsigned char last, long long distance
) noexcept nogil:
    return unmangle_may_start(&text[at], first, last, distance)


cdef inline long long byte_place(const unsigned char[::1] text, long long at, long long end, int byte) noexcept nogil:
    cdef const unsigned char *found
    if at >= end:
        return end
    found = <const unsigned char *> memchr(&text[at], byte, end - at)
    return end if found == NULL else found - &text[0]


cdef inline void prefetch(const unsigned char[::1] text, long long at) noexcept nogil:
    __builtin_prefetch(&text[0] + at)


cdef inline bint is_usual_text(const unsigned char[::1] text, long long at) noexcept nogil:
    return unmangle_is_usual_text(&text[at])


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


cdef inline long long write_json(
    const unsigned char[::1] text, long long start, long long end, unsigned char[::1] out, long long at
) noexcept nogil:
    cdef unsigned long long ones = 0x0101010101010101ULL
    cdef unsigned long long word, quotes, backslashes
    cdef const unsigned char *digits = <const unsigned char *> b"0123456789abcdef"
    cdef unsigned char byte
    while start < end:
        if start + 8 <= end:
            word = eight_bytes(text, start)
            quotes = word ^ ones * 34
            backslashes = word ^ ones * 92
            if not ((((word - ones * 32) & ~word) | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes)) & ones * 128):
                memcpy(&out[at], &text[start], 8)
                at += 8
                start += 8
                continue
        byte = text[start]
        start += 1
        if byte >= 32 and byte != 34 and byte != 92:
            out[at] = byte
            at += 1
            continue
        out[at] = 92
        out[at + 1] = byte
        at += 2
        if byte >= 32:
            continue
        out[at - 1] = 98 if byte == 8 else 116 if byte == 9 else 110 if byte == 10 else 102 if byte == 12 else 114 if byte == 13 else 117
        if out[at - 1] == 117:
            out[at] = out[at + 1] = 48
            out[at + 2] = digits[byte >> 4]
            out[at + 3] = digits[byte & 15]
            at += 4
    return at


cdef inline long long write_bytes(const unsigned char[::1] text, long long start, long long end, unsigned char[::1] out, long long at) noexcept nogil:
    if end > start:
        memcpy(&out[at], &text[start], end - start)
    return at + max(end - start, 0)


cdef inline bytes bytes_of(const unsigned char[::1] text, long long start, long long end):
    return PyBytes_FromStringAndSize(<const char*> &text[start], end - start)


cdef inline str text_of(const unsigned char[::1] text, long long start, long long end):
    return PyUnicode_DecodeUTF8(<const char*> &text[start], end - start, "replace")
