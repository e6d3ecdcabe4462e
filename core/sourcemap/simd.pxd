# cython: boundscheck=False, wraparound=False, initializedcheck=False
# The functions of simd.py for the compiler, which can put them where they are called.

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

    #elif defined(__aarch64__) && defined(__ARM_NEON)

    #include <arm_neon.h>

    typedef uint8x16_t unmangle_lanes;

    static inline unmangle_lanes unmangle_load(const unsigned char *bytes) {
        return vld1q_u8(bytes);
    }

    static inline unmangle_lanes unmangle_four(unsigned a, unsigned b, unsigned c, unsigned d) {
        const uint32_t numbers[4] = {a, b, c, d};
        return vreinterpretq_u8_u32(vld1q_u32(numbers));
    }

    /* As for SSSE3. Where the high half has no row, nothing is common; a table answers 0 beyond its 16 bytes. */
    static inline unmangle_lanes unmangle_is_foreign(unmangle_lanes low, unmangle_lanes high) {
        static const unsigned char rows[16] = {0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0};
        static const unsigned char columns[16] = {10, 14, 15, 14, 14, 14, 14, 14, 14, 14, 12, 7, 5, 4, 4, 5};
        return vceqzq_u8(vandq_u8(vqtbl1q_u8(vld1q_u8(rows), high), vqtbl1q_u8(vld1q_u8(columns), low)));
    }

    static inline unmangle_lanes unmangle_symbols(unmangle_lanes bytes, unmangle_lanes low, unmangle_lanes high,
                                                  unmangle_lanes is_separator) {
        static const signed char distances[16] = {0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0};
        static const unsigned char ends[16] = {0, 0, 66, 0, 0, 0, 0, 0, 0, 0, 0, 65, 64, 0, 0, 0};
        uint8x16_t row = vaddq_u8(high, vceqq_u8(bytes, vdupq_n_u8('/')));
        uint8x16_t digits = vaddq_u8(bytes, vqtbl1q_u8(vreinterpretq_u8_s8(vld1q_s8(distances)), row));
        return vbslq_u8(is_separator, vqtbl1q_u8(vld1q_u8(ends), low), digits);
    }

    /* A bit for each byte, at the place that it has among eight. */
    static inline uint8x16_t unmangle_bits(uint8x16_t mask) {
        static const unsigned char bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
        return vandq_u8(mask, vld1q_u8(bits));
    }

    static inline int unmangle_translate(const unsigned char *text, unsigned char *window, unsigned char *separators) {
        uint8x16_t foreign = vdupq_n_u8(0), bits[4];
        for (int block = 0; block < 4; block++) {
            uint8x16_t bytes = unmangle_load(text + 16 * block);
            uint8x16_t low = vandq_u8(bytes, vdupq_n_u8(15)), high = vshrq_n_u8(bytes, 4);
            uint8x16_t is_separator = vorrq_u8(
                vorrq_u8(vceqq_u8(bytes, vdupq_n_u8(',')), vceqq_u8(bytes, vdupq_n_u8(';'))),
                vceqq_u8(bytes, vdupq_n_u8('"')));
            foreign = vorrq_u8(foreign, unmangle_is_foreign(low, high));
            vst1q_u8(window + 16 * block, unmangle_symbols(bytes, low, high, is_separator));
            bits[block] = unmangle_bits(is_separator);
        }
        /* Three times the sums of neighbours: a byte for each eight. */
        uint8x16_t sums = vpaddq_u8(vpaddq_u8(bits[0], bits[1]), vpaddq_u8(bits[2], bits[3]));
        vst1_u8(separators, vget_low_u8(vpaddq_u8(sums, sums)));
        return vmaxvq_u8(foreign) == 0;
    }

    static inline long long unmangle_shape(unmangle_lanes symbols, long long digits) {
        uint8x16_t ends = unmangle_bits(vceqzq_u8(vandq_u8(symbols, vdupq_n_u8(32))));
        return (vaddv_u8(vget_low_u8(ends)) | vgetq_lane_u8(ends, 8) << 8) & unmangle_low_bits(digits);
    }

    static inline unmangle_lanes unmangle_pairs(unmangle_lanes symbols, const unsigned char *places) {
        uint8x16_t digits = vqtbl1q_u8(vandq_u8(symbols, vdupq_n_u8(31)), unmangle_load(places));
        uint16x8_t pairs = vreinterpretq_u16_u8(digits);
        pairs = vorrq_u16(vandq_u16(pairs, vdupq_n_u16(31)), vandq_u16(vshrq_n_u16(pairs, 3), vdupq_n_u16(31 << 5)));
        return vreinterpretq_u8_u16(pairs);
    }

    static inline long long unmangle_first_number(unmangle_lanes pairs) {
        return vgetq_lane_u16(vreinterpretq_u16_u8(pairs), 0);
    }

    static inline unmangle_lanes unmangle_sums(unmangle_lanes sums, unmangle_lanes pairs) {
        static const uint32_t low_halves[4] = {0, 0xFFFF, 0xFFFF, 0xFFFF}, weights[4] = {1, 1024, 1024, 1024};
        uint32x4_t both = vreinterpretq_u32_u8(pairs);
        uint32x4_t values = vmlaq_u32(vandq_u32(both, vld1q_u32(low_halves)), vshrq_n_u32(both, 16), vld1q_u32(weights));
        uint32x4_t signs = vreinterpretq_u32_s32(vnegq_s32(vreinterpretq_s32_u32(vandq_u32(values, vdupq_n_u32(1)))));
        uint32x4_t numbers = vsubq_u32(veorq_u32(vshrq_n_u32(values, 1), signs), signs);
        return vreinterpretq_u8_u32(vaddq_u32(vreinterpretq_u32_u8(sums), numbers));
    }

    static inline int unmangle_are_within(unmangle_lanes sums, unmangle_lanes last) {
        int32x4_t numbers = vreinterpretq_s32_u8(sums);
        int32x4_t signs = vorrq_s32(numbers, vsubq_s32(vreinterpretq_s32_u8(last), numbers));
        return (vgetq_lane_s32(signs, 0) | vgetq_lane_s32(signs, 3)) >= 0;
    }

    static inline unsigned unmangle_lane(unmangle_lanes sums, int place) {
        uint32_t numbers[4];
        vst1q_u32(numbers, vreinterpretq_u32_u8(sums));
        return numbers[place];
    }

    #else

    typedef signed char unmangle_bytes __attribute__((vector_size(16)));

    /* Two words, the first byte or number being the lowest. */
    typedef struct {
        unsigned long long low, high;
    } unmangle_lanes;

    static inline unmangle_lanes unmangle_four(unsigned a, unsigned b, unsigned c, unsigned d) {
        unmangle_lanes lanes = {a | (unsigned long long)b << 32, c | (unsigned long long)d << 32};
        return lanes;
    }

    static inline unsigned long long unmangle_word(const unsigned char *bytes) {
        unsigned long long word = 0;
        for (int place = 0; place < 8; place++)
            word |= (unsigned long long)bytes[place] << 8 * place;
        return word;
    }

    static inline unmangle_lanes unmangle_load(const unsigned char *bytes) {
        unmangle_lanes lanes = {unmangle_word(bytes), unmangle_word(bytes + 8)};
        return lanes;
    }

    /* The lowest bit of each byte, in one byte. */
    static inline unsigned unmangle_lowest_bits(unsigned long long word) {
        return (word & 0x0101010101010101ULL) * 0x0102040810204080ULL >> 56;
    }

    static inline int unmangle_translate(const unsigned char *text, unsigned char *window, unsigned char *separators) {
        for (int place = 0; place < 64; place += 16) {
            unmangle_bytes byte;
            memcpy(&byte, text + place, 16);
            unmangle_bytes upper = (byte >= 'A') & (byte <= 'Z'), lower = (byte >= 'a') & (byte <= 'z');
            unmangle_bytes figure = (byte >= '0') & (byte <= '9'), plus = (byte == '+') | (byte == 127);
            unmangle_bytes comma = byte == ',', semicolon = byte == ';', quote = byte == '"';
            unmangle_bytes other = ~(upper | lower | figure | plus | comma | semicolon | quote);
            unmangle_bytes symbols = (upper & (byte - 65)) | (lower & (byte - 71)) | (figure & (byte + 4)) | (plus & 62)
                                     | (comma & 64) | (semicolon & 65) | (quote & 66) | (other & 63);
            memcpy(window + place, &symbols, 16);
        }
        for (int place = 0; place < 64; place += 8)
            separators[place / 8] = (unsigned char)unmangle_lowest_bits(unmangle_word(window + place) >> 6);
        return 1;
    }

    static inline long long unmangle_shape(unmangle_lanes symbols, long long digits) {
        unsigned shape = unmangle_lowest_bits(~symbols.low >> 5) | (unsigned)(~symbols.high & 32) << 3;
        return shape & unmangle_low_bits(digits);
    }

    static inline unsigned long long unmangle_four_pairs(const unsigned char *digits, const unsigned char *places) {
        unsigned long long pairs = 0;
        for (int place = 0; place < 4; place++) {
            unsigned low = digits[places[2 * place]], high = digits[places[2 * place + 1]];
            pairs |= (unsigned long long)(low | high << 5) << 16 * place;
        }
        return pairs;
    }

    static inline unmangle_lanes unmangle_pairs(unmangle_lanes symbols, const unsigned char *places) {
        unsigned char digits[129]; /* None is at 128. */
        for (int place = 0; place < 8; place++)
            digits[place] = symbols.low >> 8 * place & 31;
        digits[8] = symbols.high & 31;
        digits[128] = 0;
        unmangle_lanes pairs = {unmangle_four_pairs(digits, places), unmangle_four_pairs(digits, places + 8)};
        return pairs;
    }

    static inline long long unmangle_first_number(unmangle_lanes pairs) {
        return pairs.low & 0xFFFF;
    }

    static inline unsigned unmangle_sum(unsigned long long sum, unsigned long long low, unsigned long long high) {
        unsigned value = (unsigned)((low & 0x3FF) | (high & 0x3FF) << 10);
        return (unsigned)sum + ((value >> 1) ^ (0 - (value & 1))) + (value & 1);
    }

    static inline unmangle_lanes unmangle_sums(unmangle_lanes sums, unmangle_lanes pairs) {
        return unmangle_four(unmangle_sum(sums.low, pairs.low >> 16, 0),
                             unmangle_sum(sums.low >> 32, pairs.low >> 32, pairs.low >> 48),
                             unmangle_sum(sums.high, pairs.high, pairs.high >> 16),
                             unmangle_sum(sums.high >> 32, pairs.high >> 32, pairs.high >> 48));
    }

    static inline int unmangle_are_within(unmangle_lanes sums, unmangle_lanes last) {
        return (unsigned)sums.low <= (unsigned)last.low && sums.high >> 32 <= last.high >> 32;
    }

    static inline unsigned unmangle_lane(unmangle_lanes sums, int place) {
        return (unsigned)((place < 2 ? sums.low : sums.high) >> 32 * (place & 1));
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
