# cython: boundscheck=False, wraparound=False, initializedcheck=False
# What lanes.py says, for the compiler, which can put it where it's called.

cdef extern from *:
    """
    #include <string.h>

    static inline unsigned unmangle_low_bits(long long count) {
        static const unsigned bits[64] = {
            0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 511, 511, 511, 511, 511, 511,
            511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
            511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
            511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511, 511,
        };
        return bits[count];
    }

    #ifdef __SSSE3__

    #include <tmmintrin.h>

    typedef __m128i unmangle_lanes;

    static inline unmangle_lanes unmangle_load(const unsigned char *bytes) {
        return _mm_loadu_si128((const __m128i *)bytes);
    }

    static inline unmangle_lanes unmangle_four(unsigned a, unsigned b, unsigned c, unsigned d) {
        return _mm_setr_epi32((int)a, (int)b, (int)c, (int)d);
    }

    /* Bytes that belong to mappings are told from others by both of their halves: a row for each high half that there
       is among them has one bit, and it is set in the column of each low half that goes with it. */
    static inline unmangle_lanes unmangle_is_foreign(unmangle_lanes bytes, unmangle_lanes high) {
        const __m128i rows = _mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
        const __m128i columns = _mm_setr_epi8(10, 14, 15, 14, 14, 14, 14, 14, 14, 14, 12, 7, 5, 4, 4, 5);
        __m128i common = _mm_and_si128(_mm_shuffle_epi8(rows, high), _mm_shuffle_epi8(columns, bytes));
        return _mm_cmpeq_epi8(common, _mm_setzero_si128());
    }

    static inline unmangle_lanes unmangle_symbols(unmangle_lanes bytes, unmangle_lanes high, unmangle_lanes is_separator) {
        /* From a byte to its digit: the slash has a row of its own, before that of the plus. */
        const __m128i distances = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
        __m128i row = _mm_add_epi8(high, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/')));
        __m128i digits = _mm_add_epi8(bytes, _mm_shuffle_epi8(distances, row));
        /* Comma, semicolon and quote by the low half of the byte. */
        const __m128i ends = _mm_setr_epi8(0, 0, 66, 0, 0, 0, 0, 0, 0, 0, 0, 65, 64, 0, 0, 0);
        return _mm_or_si128(_mm_andnot_si128(is_separator, digits),
                            _mm_and_si128(is_separator, _mm_shuffle_epi8(ends, bytes)));
    }

    static inline int unmangle_translate(const unsigned char *text, unsigned char *window, unsigned char *separators) {
        __m128i foreign = _mm_setzero_si128();
        for (int place = 0; place < 64; place += 16) {
            __m128i bytes = unmangle_load(text + place);
            __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
            __m128i is_separator = _mm_or_si128(
                _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(';'))),
                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
            int bits = _mm_movemask_epi8(is_separator);
            foreign = _mm_or_si128(foreign, unmangle_is_foreign(bytes, high));
            _mm_storeu_si128((__m128i *)(window + place), unmangle_symbols(bytes, high, is_separator));
            separators[place / 8] = (unsigned char)bits;
            separators[place / 8 + 1] = (unsigned char)(bits >> 8);
        }
        return _mm_movemask_epi8(foreign) == 0;
    }

    static inline long long unmangle_shape(unmangle_lanes symbols, long long digits) {
        /* The bit 32 of each symbol becomes its highest one. */
        return ~_mm_movemask_epi8(_mm_slli_epi16(symbols, 2)) & unmangle_low_bits(digits);
    }

    static inline unmangle_lanes unmangle_pairs(unmangle_lanes symbols, const unsigned char *places) {
        __m128i digits = _mm_and_si128(symbols, _mm_set1_epi8(31));
        return _mm_maddubs_epi16(_mm_shuffle_epi8(digits, unmangle_load(places)), _mm_set1_epi16(32 << 8 | 1));
    }

    static inline long long unmangle_first_number(unmangle_lanes pairs) {
        return _mm_cvtsi128_si32(pairs) & 0xFFFF;
    }

    static inline unmangle_lanes unmangle_sums(unmangle_lanes sums, unmangle_lanes pairs) {
        __m128i values = _mm_madd_epi16(pairs, _mm_setr_epi16(0, 1, 1, 1024, 1, 1024, 1, 1024));
        __m128i signs = _mm_or_si128(_mm_slli_epi32(values, 31), _mm_set1_epi32(1));
        return _mm_add_epi32(sums, _mm_sign_epi32(_mm_srli_epi32(values, 1), signs));
    }

    static inline int unmangle_are_within(unmangle_lanes sums, unmangle_lanes last) {
        __m128i signs = _mm_or_si128(sums, _mm_sub_epi32(last, sums));
        return (_mm_movemask_ps(_mm_castsi128_ps(signs)) & 9) == 0;
    }

    static inline unsigned unmangle_lane(unmangle_lanes sums, int place) {
        unsigned numbers[4];
        _mm_storeu_si128((__m128i *)numbers, sums);
        return numbers[place];
    }

    #else

    typedef union {
        unsigned char bytes[16];
        unsigned short pairs[8];
        unsigned numbers[4];
    } unmangle_lanes;

    static inline unmangle_lanes unmangle_load(const unsigned char *bytes) {
        unmangle_lanes lanes;
        memcpy(&lanes, bytes, 16);
        return lanes;
    }

    static inline unmangle_lanes unmangle_four(unsigned a, unsigned b, unsigned c, unsigned d) {
        unmangle_lanes lanes = {.numbers = {a, b, c, d}};
        return lanes;
    }

    static inline int unmangle_translate(const unsigned char *text, unsigned char *window, unsigned char *separators) {
        (void)text, (void)window, (void)separators;
        return 0;
    }

    static inline long long unmangle_shape(unmangle_lanes symbols, long long digits) {
        long long shape = 0;
        for (int place = 0; place < 9; place++)
            shape |= (long long)(~symbols.bytes[place] >> 5 & 1) << place;
        return shape & unmangle_low_bits(digits);
    }

    static inline unmangle_lanes unmangle_pairs(unmangle_lanes symbols, const unsigned char *places) {
        unmangle_lanes pairs;
        unsigned char digits[17];
        for (int place = 0; place < 16; place++)
            digits[place] = symbols.bytes[place] & 31;
        digits[16] = 0;
        for (int pair = 0; pair < 8; pair++) {
            unsigned low = places[2 * pair], high = places[2 * pair + 1];
            pairs.pairs[pair] = (unsigned short)(digits[low < 16 ? low : 16] | digits[high < 16 ? high : 16] << 5);
        }
        return pairs;
    }

    static inline long long unmangle_first_number(unmangle_lanes pairs) {
        return pairs.pairs[0];
    }

    static inline unmangle_lanes unmangle_sums(unmangle_lanes sums, unmangle_lanes pairs) {
        for (int place = 0; place < 4; place++) {
            unsigned value = place ? pairs.pairs[2 * place] | (unsigned)pairs.pairs[2 * place + 1] << 10 : pairs.pairs[1];
            sums.numbers[place] += ((value >> 1) ^ (0 - (value & 1))) + (value & 1);
        }
        return sums;
    }

    static inline int unmangle_are_within(unmangle_lanes sums, unmangle_lanes last) {
        return sums.numbers[0] <= last.numbers[0] && sums.numbers[3] <= last.numbers[3];
    }

    static inline unsigned unmangle_lane(unmangle_lanes sums, int place) {
        return sums.numbers[place];
    }

    #endif
    """
    ctypedef struct Lanes "unmangle_lanes":
        pass
    Lanes unmangle_load(const unsigned char *bytes) noexcept nogil
    Lanes unmangle_pairs(Lanes symbols, const unsigned char *places) noexcept nogil
    bint unmangle_translate(const unsigned char *text, unsigned char *window, unsigned char *separators) noexcept nogil

    Lanes lanes "unmangle_four"(unsigned source, unsigned line, unsigned column, unsigned name) noexcept nogil
    long long shape_of "unmangle_shape"(Lanes symbols, long long digits) noexcept nogil
    long long first_number "unmangle_first_number"(Lanes pairs) noexcept nogil
    Lanes sums_with "unmangle_sums"(Lanes sums, Lanes pairs) noexcept nogil
    bint are_within "unmangle_are_within"(Lanes sums, Lanes last) noexcept nogil
    unsigned lane "unmangle_lane"(Lanes sums, int place) noexcept nogil


cdef inline bint translate(
    const unsigned char[::1] text, long long at, unsigned char[::1] window, long long place, unsigned char[::1] separators
) noexcept nogil:
    return unmangle_translate(&text[at], &window[place], &separators[place >> 3])


cdef inline Lanes symbols_at(const unsigned char[::1] window, long long place) noexcept nogil:
    return unmangle_load(&window[place])


cdef inline Lanes paired_digits(Lanes symbols, const unsigned char[::1] places, long long shape) noexcept nogil:
    return unmangle_pairs(symbols, &places[16 * shape])
