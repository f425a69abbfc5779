/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_bytes: what the SIMD engines share: loading a block, and a closer look at bytes:
 * escapes, numbers, UTF-8, the names of members; and a row of brackets. Whoever includes it defines
 * before it TARGET and struct text, and after it the functions on struct text.
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_BYTES_H
#define MEDARK_SCAN_JSON_ENGINE_BYTES_H

#include "scan/json_engine.h"
#include "scan/json_keys.h"
#include "scan/json_token.h"

TARGET static inline struct text text_load(const uint8_t *p);
/* The first n < 64 bytes at p and spaces behind; only if `padded`, 64 bytes may be read. */
TARGET static inline struct text text_load_part(const uint8_t *p, size_t n, bool padded);
/* 32 bytes of it. */
TARGET static inline __m256i text_half(struct text text, int half);

/* Each bit becomes the parity of itself and all bits below it. */
TARGET static inline uint64_t parity(uint64_t bits)
{
	return (uint64_t)_mm_cvtsi128_si64(
		_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

/* Is the backslash at data[at] the begin of an escape? Reads nothing from data + size on. */
TARGET static bool is_escape(const uint8_t *data, size_t size, size_t at)
{
	const uint8_t *p = data + at;

	if (size - at < 2 || !medark_json_unescape(p[1]))
		return false;
	return p[1] != 'u' || (size - at >= 6 && medark_json_hex4(p + 2) >= 0);
}

/* Is there a number or a literal at data[at] and does white space, ',', ']' or '}' follow it? */
TARGET static bool is_scalar_slow(const uint8_t *data, size_t size, size_t at)
{
	const uint8_t *end = data + size, *p = data + at;
	size_t n = medark_json_scalar(p, end);

	p += n;
	return n && p < end && (medark_json_is_space(*p) || *p == ',' || *p == ']' || *p == '}');
}

/* The same; most numbers are short and have no exponent: they are looked at without a loop. */
TARGET static inline bool is_scalar(const uint8_t *data, size_t size, size_t at)
{
	const uint8_t *p = data + at;
	unsigned digits, minus, length, fraction;
	__m128i text;

	if (size - at < 16)
		return is_scalar_slow(data, size, at);
	text = _mm_add_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8(-'0'));
	digits = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(9)), text));
	minus = *p == '-';
	length = (unsigned)__builtin_ctz(~(digits >> minus));
	if (length == 0 || (length > 1 && p[minus] == '0') || minus + length >= 15)
		return is_scalar_slow(data, size, at);
	length += minus;
	if (p[length] == '.') {
		fraction = (unsigned)__builtin_ctz(~(digits >> (length + 1)));
		length += 1 + fraction;
		if (fraction == 0 || length >= 16)
			return is_scalar_slow(data, size, at);
	}
	if (p[length] == ',' || p[length] == '}' || p[length] == ']')
		return true;
	return is_scalar_slow(data, size, at);
}

/*
 * Two kinds of faults for each half of a byte: see utf8_faults(). A fault shows in two bytes that
 * follow each other; it has a bit in the tables of the first byte's high and low half and in that
 * of the second byte's high half.
 */
enum {
	SHORT = 1,   /* 11______ 0_______, 11______ 11______ */
	LONG = 2,    /* 0_______ 10______ */
	THREE = 4,   /* 11100000 100_____: overlong */
	BEYOND = 8,  /* 11110100 1001____ and more: past U+10FFFF */
	PAIR = 16,   /* 11101101 101_____: a surrogate */
	TWO = 32,    /* 1100000_ 10______: overlong */
	FOUR = 64,   /* 11110000 1000____: overlong; 11110101 1000____ and more: past U+10FFFF */
	CONTS = -128 /* 10______ 10______: no fault if a third or fourth byte is due */
};

TARGET static inline __m256i look_up(__m128i table, __m256i index)
{
	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), index);
}

/* The bytes of `now` moved up by n, the last ones of `before` moved in. */
#define MOVED(now, before, n)                                                                      \
	_mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - (n))

/*
 * 32 bytes of UTF-8 (RFC 3629 section 4) by three tables, after Keiser and Lemire, "Validating
 * UTF-8 in less than one instruction per byte". Any bit in the result is a fault.
 */
TARGET static inline __m256i utf8_faults(__m256i now, __m256i before)
{
	enum {
		ANY = SHORT | LONG | CONTS,
		BIG = ANY | BEYOND | FOUR,
		CONT = LONG | TWO | CONTS,
	};
	const __m128i first_high = _mm_setr_epi8(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG,
						 CONTS, CONTS, CONTS, CONTS, SHORT | TWO, SHORT,
						 SHORT | THREE | PAIR, SHORT | BEYOND | FOUR);
	const __m128i first_low =
		_mm_setr_epi8(ANY | THREE | TWO | FOUR, ANY | TWO, ANY, ANY, ANY | BEYOND, BIG, BIG,
			      BIG, BIG, BIG, BIG, BIG, BIG, BIG | PAIR, BIG, BIG);
	const __m128i second_high =
		_mm_setr_epi8(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
			      CONT | THREE | FOUR, CONT | THREE | BEYOND, CONT | PAIR | BEYOND,
			      CONT | PAIR | BEYOND, SHORT, SHORT, SHORT, SHORT);
	const __m256i half = _mm256_set1_epi8(15);
	__m256i first = MOVED(now, before, 1), faults, third, fourth;

	faults = look_up(first_high, _mm256_and_si256(_mm256_srli_epi16(first, 4), half));
	faults = _mm256_and_si256(faults, look_up(first_low, _mm256_and_si256(first, half)));
	faults = _mm256_and_si256(
		faults, look_up(second_high, _mm256_and_si256(_mm256_srli_epi16(now, 4), half)));

	/* The highest bit where a third or a fourth byte is due: there CONTS must be, else not. */
	third = _mm256_subs_epu8(MOVED(now, before, 2), _mm256_set1_epi8(0xe0 - 0x80));
	fourth = _mm256_subs_epu8(MOVED(now, before, 3), _mm256_set1_epi8(0xf0 - 0x80));
	third = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(-128));
	return _mm256_xor_si256(faults, third);
}

/* Are the `size` bytes at data[base], a block or its begin, UTF-8 behind what stands before them?
 */
TARGET static bool is_utf8(const uint8_t *data, size_t base, size_t size)
{
	struct text text =
		size < 64 ? text_load_part(data + base, size, false) : text_load(data + base);
	__m256i low = text_half(text, 0), high = text_half(text, 1);
	__m256i before = _mm256_setzero_si256(), faults;

	if (base)
		before = _mm256_loadu_si256((const __m256i *)(data + base - 32));
	faults = _mm256_or_si256(utf8_faults(low, before), utf8_faults(high, low));
	return _mm256_testz_si256(faults, faults);
}

/* medark_json_keys_find() without a branch that depends on the size. */
TARGET static inline uint32_t find_name(const struct medark_json_keys *keys, const uint8_t *p,
					size_t size)
{
	const __m256i index =
		_mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
				 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
	__m256i head, equal;
	__m128i folded;
	uint32_t key;

	if (size > 32)
		return medark_json_keys_find(keys, p, size);
	/* A name that nobody wants is mostly known by this. */
	if (!(keys->lengths[p[0] % 64] >> ((size - 1) % 64) & 1))
		return MEDARK_JSON_KEYS_MAX;
	head = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)p),
				_mm256_cmpgt_epi8(_mm256_set1_epi8((char)size), index));
	folded = _mm_xor_si128(_mm256_castsi256_si128(head),
			       _mm_shuffle_epi32(_mm256_extracti128_si256(head, 1), 0xb1));
	key = keys->slots[medark_json_name_slot(keys, (uint64_t)_mm_cvtsi128_si64(folded),
						(uint64_t)_mm_extract_epi64(folded, 1), 0)];
	equal = _mm256_cmpeq_epi8(head, _mm256_loadu_si256((const __m256i *)keys->heads[key]));
	if (_mm256_movemask_epi8(equal) != -1)
		return MEDARK_JSON_KEYS_MAX;
	return key;
}

/* The wanted name that data[begin, end) is, with an escape in it, or MEDARK_JSON_KEYS_MAX. */
TARGET static uint32_t find_escaped_name(const struct medark_json_keys *keys, const uint8_t *data,
					 size_t begin, size_t end)
{
	uint8_t name[6 * MEDARK_JSON_NAME_MAX];

	if (end - begin > sizeof(name))
		return MEDARK_JSON_KEYS_MAX;
	end = medark_json_decode(medark_bytes(data + begin, end - begin), name);
	return medark_json_keys_find(keys, name, end);
}

/* Up to 64 neighbouring brackets of some blocks, without the gaps between them. */
struct brackets {
	uint64_t open, curly;
	uint64_t claims; /* can only stand in an object */
	unsigned count;
	size_t first; /* block of the chunk where they begin, where that matters */
};

/*
 * Does each of the first `valid` brackets stand in the container that it claims? *open are the open
 * containers: innermost lowest, 1 = object, above all a one. What comes after an open bracket is
 * judged by its neighbours; here is what comes after a close bracket. Pairs of brackets with
 * nothing between them are taken out, all at once, until none is left: what comes after such a pair
 * stands in the same container as the pair. For the others, and for the first of the row, the stack
 * knows.
 */
TARGET static inline bool check_brackets(uint64_t *open, struct brackets b, uint64_t valid)
{
	uint64_t stack = *open, wrong = (stack ^ b.claims) & valid & 1, pairs;

	b.open &= valid;
	while ((pairs = b.open & ~(b.open >> 1) & valid >> 1) != 0) {
		uint64_t keep = valid & ~(pairs | pairs << 1);

		wrong |= pairs & valid >> 2 & (b.claims ^ b.claims >> 2);
		b.open = _pext_u64(b.open, keep);
		b.curly = _pext_u64(b.curly, keep);
		b.claims = _pext_u64(b.claims, keep);
		valid = _bzhi_u64(~UINT64_C(0), (unsigned)__builtin_popcountll(keep));
	}
	for (; valid; valid >>= 1) {
		wrong |= (stack ^ b.claims) & 1;
		stack = b.open & 1 ? stack << 1 | (b.curly & 1) : stack >> 1;
		b.open >>= 1;
		b.curly >>= 1;
		b.claims >>= 1;
	}
	*open = stack;
	return wrong == 0;
}

#endif
