/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_content: the passes of json_engine_body.h that look at bytes again: numbers, strings
 * that are not plain ASCII, and the names of members.
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_CONTENT_H
#define MEDARK_SCAN_JSON_ENGINE_CONTENT_H

#include "scan/json_engine_lanes.h"
#include "scan/json_keys.h"
#include "scan/json_token.h"

/* Is there a number or a literal at data[at] and does white space, ',', ']' or '}' follow it? */
TARGET static bool is_scalar_slow(const struct engine *e, size_t at)
{
	const uint8_t *end = e->data + e->size, *p = e->data + at;
	size_t n = medark_json_scalar(p, end);

	p += n;
	return n && p < end && (medark_json_is_space(*p) || *p == ',' || *p == ']' || *p == '}');
}

/* The same; most numbers are short and have no exponent: they are looked at without a loop. */
TARGET static inline bool is_scalar(const struct engine *e, size_t at)
{
	const uint8_t *p = e->data + at;
	unsigned digits, minus, length, fraction;
	__m128i text;

	if (e->size - at < 16)
		return is_scalar_slow(e, at);
	text = _mm_add_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8(-'0'));
	digits = (unsigned)_mm_movemask_epi8(
		_mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(9)), text));
	minus = *p == '-';
	length = (unsigned)__builtin_ctz(~(digits >> minus));
	if (length == 0 || (length > 1 && p[minus] == '0') || minus + length >= 15)
		return is_scalar_slow(e, at);
	length += minus;
	if (p[length] == '.') {
		fraction = (unsigned)__builtin_ctz(~(digits >> (length + 1)));
		length += 1 + fraction;
		if (fraction == 0 || length >= 16)
			return is_scalar_slow(e, at);
	}
	if (p[length] == ',' || p[length] == '}' || p[length] == ']')
		return true;
	return is_scalar_slow(e, at);
}

/* Pass 4: numbers and literals. */
TARGET static inline void check_scalars(struct engine *e, const struct chunk *c, size_t base)
{
	for (uint32_t blocks = c->scalars; blocks; blocks &= blocks - 1) {
		size_t i = (size_t)__builtin_ctz(blocks);

		for (uint64_t rest = c->scalar[i]; rest; rest &= rest - 1)
			e->bad |= !is_scalar(e, base + 64 * i + (size_t)__builtin_ctzll(rest));
	}
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

TARGET static bool is_utf8(const struct engine *e, size_t base, size_t size)
{
	struct text text =
		size < 64 ? text_load_part(e->data + base, size, false) : text_load(e->data + base);
	__m256i low = text_half(text, 0), high = text_half(text, 1);
	__m256i before = _mm256_setzero_si256(), faults;

	if (base)
		before = _mm256_loadu_si256((const __m256i *)(e->data + base - 32));
	faults = _mm256_or_si256(utf8_faults(low, before), utf8_faults(high, low));
	return _mm256_testz_si256(faults, faults);
}

/* Pass 5: what is rare, where it is: faults in strings, and UTF-8, also in the block behind. */
TARGET static inline void check_special(struct engine *e, const struct chunk *c, size_t base,
					size_t size)
{
	uint64_t blocks = c->special | (uint64_t)c->special << 1 | e->special;

	e->special = (unsigned)(blocks >> c->count & 1);
	for (blocks &= (UINT64_C(1) << c->count) - 1; blocks; blocks &= blocks - 1) {
		size_t i = (size_t)__builtin_ctzll(blocks), left = size - 64 * i;

		if ((c->special >> i & 1) && (c->faults[i] & c->string[i]))
			e->bad = true;
		if (!is_utf8(e, base + 64 * i, left < 64 ? left : 64))
			e->bad = true;
	}
}

/* data[begin, end) without the white space around it. */
TARGET static inline struct medark_json_value trim(const struct engine *e, size_t begin, size_t end)
{
	while (begin < end && medark_json_is_space(e->data[begin]))
		begin++;
	while (begin < end && medark_json_is_space(e->data[end - 1]))
		end--;
	return (struct medark_json_value) { begin, end };
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
TARGET static uint32_t find_escaped_name(const struct engine *e, size_t begin, size_t end)
{
	uint8_t name[6 * MEDARK_JSON_NAME_MAX];

	if (end - begin > sizeof(name))
		return MEDARK_JSON_KEYS_MAX;
	end = medark_json_decode(medark_bytes(e->data + begin, end - begin), name);
	return medark_json_keys_find(e->members->keys, name, end);
}

/* The wanted member whose name is data[begin, end) with its quotes, or MEDARK_JSON_KEYS_MAX. */
TARGET static inline uint32_t find_key(const struct engine *e, size_t begin, size_t end)
{
	struct medark_json_value name = { begin, end };

	if (e->data[begin] != '"' || e->data[end - 1] != '"')
		name = trim(e, begin, end);
	/* Where no string stands the grammar is broken, and that is found elsewhere. */
	if (name.end - name.begin < 2)
		return MEDARK_JSON_KEYS_MAX;
	name.begin++;
	name.end--;
	if (e->escapes_seen && memchr(e->data + name.begin, '\\', name.end - name.begin))
		return find_escaped_name(e, name.begin, name.end);
	return find_name(e->members->keys, e->data + name.begin, name.end - name.begin);
}

/* One member of the outermost object: from e->name_begin on, its colon and its end are given. */
TARGET static inline void note_member(struct engine *e, size_t colon, size_t end)
{
	struct medark_json_object *object = e->members->object;
	uint32_t key = find_key(e, e->name_begin, colon);
	struct medark_json_value value;

	e->name_begin = end + 1;
	if (key == MEDARK_JSON_KEYS_MAX)
		return;
	if (object->values[key].end) {
		if (!object->repeated)
			object->repeated_key = key;
		object->repeated = true;
		return;
	}
	value = trim(e, colon + 1, end);
	value.begin += e->members->shift;
	value.end += e->members->shift;
	object->values[key] = value;
}

/*
 * Pass 6: the members of the outermost object. Where colons and commas do not take turns the
 * grammar is broken, and what is noted is meaningless.
 */
TARGET static inline void note_members(struct engine *e, const struct chunk *c, size_t base)
{
	size_t i = 0;

	if (e->colon && c->member_count)
		note_member(e, e->colon, base + c->members[i++]);
	else if (e->colon)
		return;
	for (; i + 1 < c->member_count; i += 2)
		note_member(e, base + c->members[i], base + c->members[i + 1]);
	e->colon = i < c->member_count ? base + c->members[i] : 0;
}

#endif
