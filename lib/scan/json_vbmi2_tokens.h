/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_vbmi2_tokens: the first half of json_vbmi2.c, from bytes to tokens, for it alone. Whoever
 * includes it defines TARGET before it.
 */
#ifndef MEDARK_SCAN_JSON_VBMI2_TOKENS_H
#define MEDARK_SCAN_JSON_VBMI2_TOKENS_H

#include <immintrin.h>
#include <stdint.h>

struct text {
	__m512i all;
};

#include "scan/json_engine_bytes.h"
#include "scan/json_shapes.h"

#define BLOCKS MEDARK_JSON_TOKENS_BLOCKS
#define FRONT  MEDARK_JSON_TOKENS_FRONT

struct engine {
	const uint8_t *data;
	size_t size; /* of the text; in a line, of the buffer until the end is found */
	const struct medark_json_members *members;
	struct medark_json_tokens *tokens;
	size_t first, count; /* tokens [first, count) wait to be looked at */
	size_t base;	     /* of block number 0 */
	bool is_line;
	bool bad;
	bool ended; /* the outermost container */
	bool escapes_seen;
	bool pending_object, pending_array; /* what was seen since the last bracket */

	/* Of the bytes before: all bits set or none; 0 or 1; is the block before special. */
	uint64_t in_string, escaped, in_scalar, special;
	/* Of the tokens before, 0 or 1: what the last of them leads to. */
	uint64_t name_due, value_due, after_open, after_colon, after_name, after_value;

	struct brackets brackets;
	uint64_t stack;
	unsigned depth;
	uint32_t key; /* the wanted member whose value is under way, or KEYS_MAX */
	size_t begin; /* of its value */
};

TARGET static inline struct text text_load(const uint8_t *p)
{
	return (struct text) { _mm512_loadu_si512(p) };
}

/* A masked load touches no byte that its mask leaves out. */
TARGET static inline struct text text_load_part(const uint8_t *p, size_t n, bool padded)
{
	__mmask64 mask = ((uint64_t)1 << n) - 1;

	(void)padded;
	return (struct text) { _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), mask, p) };
}

TARGET static inline __m256i text_half(struct text text, int half)
{
	return half ? _mm512_extracti64x4_epi64(text.all, 1) : _mm512_castsi512_si256(text.all);
}

TARGET static inline uint64_t equal(__m512i v, char c)
{
	return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

/* Is there a control character, a backslash, or a byte that is not ASCII? */
TARGET static inline bool is_special(__m512i v)
{
	/* With a sign, bytes from 0x80 on are below 0x20 too. */
	__mmask64 low = _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(0x20));

	return !_kortestz_mask64_u8(low, equal(v, '\\'));
}

/*
 * Takes the quotes that a backslash escapes out of *quote; one step for each backslash. Returns the
 * backslashes that begin no escape.
 */
TARGET static uint64_t drop_escaped(struct engine *e, uint64_t backslashes, size_t base,
				    uint64_t *quote)
{
	uint64_t rest = backslashes & ~e->escaped, wrong = 0;

	e->escapes_seen |= rest != 0;
	*quote &= ~e->escaped;
	e->escaped = 0;
	while (rest) {
		uint64_t bit = rest & -rest;

		if (!is_escape(e->data, e->size, base + (size_t)__builtin_ctzll(bit)))
			wrong |= bit;
		*quote &= ~(bit << 1);
		e->escaped = bit >> 63;
		rest &= ~(bit | bit << 1);
	}
	return wrong;
}

/* What a special block needs beside the rest. Returns what must not stand in a string. */
TARGET static uint64_t look_closer(struct engine *e, __m512i v, size_t base, uint64_t *quote)
{
	uint64_t controls = _mm512_cmplt_epu8_mask(v, _mm512_set1_epi8(0x20));

	return controls | drop_escaped(e, equal(v, '\\'), base, quote);
}

/* The text ends before the block's first line feed, if it is a line: *v becomes spaces from there.
 */
TARGET static void end_line(struct engine *e, __m512i *v, size_t base)
{
	uint64_t feeds = equal(*v, '\n');

	if (!feeds)
		return;
	*v = _mm512_mask_mov_epi8(*v, ~(feeds ^ (feeds - 1)) | (feeds & -feeds),
				  _mm512_set1_epi8(' '));
	e->size = base + (size_t)__builtin_ctzll(feeds);
}

/* Stores the tokens of block number i, whose bytes are v, from number n on. */
TARGET static inline void put_tokens(struct medark_json_tokens *t, size_t n, __m512i v,
				     uint64_t tokens, size_t i, size_t count)
{
	const __m512i index = _mm512_set_epi8(
		63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43,
		42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22,
		21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	__m512i kinds = _mm512_maskz_compress_epi8(tokens, v);
	__m512i bytes = _mm512_maskz_compress_epi8(tokens, index);

	if (count > 32) {
		_mm512_storeu_si512(t->kinds + n, kinds);
		_mm512_storeu_si512(t->bytes + n, bytes);
		_mm512_storeu_si512(t->blocks + n, _mm512_set1_epi8((char)i));
		return;
	}
	_mm256_storeu_si256((__m256i *)(t->kinds + n), _mm512_castsi512_si256(kinds));
	_mm256_storeu_si256((__m256i *)(t->bytes + n), _mm512_castsi512_si256(bytes));
	_mm256_storeu_si256((__m256i *)(t->blocks + n), _mm256_set1_epi8((char)i));
}

/* Where token number n stands in the text. */
TARGET static inline size_t place(const struct engine *e, size_t n)
{
	const struct medark_json_tokens *t = e->tokens;

	return n < FRONT ? t->front[n] : e->base + 64 * (size_t)t->blocks[n] + t->bytes[n];
}

/*
 * The tokens of the block v whose quotes are `quote` and whose strings `string`, and which of them
 * begin scalars; *in_scalar is carried from block to block.
 */
TARGET static inline uint64_t find_tokens(__m512i v, uint64_t quote, uint64_t string,
					  uint64_t *in_scalar, uint64_t *begins)
{
	/*
	 * [low four bits of c] is c for the four white space characters, and no other c fits; so
	 * for c | 0x20 and the separators, but for two control characters: those are no separators
	 * when the grammar is looked at. '[' | 0x20 is '{', ']' | 0x20 is '}'.
	 */
	const __m512i spaces = _mm512_broadcast_i32x4(
		_mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
	const __m512i separators = _mm512_broadcast_i32x4(
		_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
	__m512i folded = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
	uint64_t space = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(spaces, v), v);
	uint64_t separator = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(separators, v), folded);
	uint64_t scalar = ~(separator | space | string | quote);

	*begins = scalar & ~(scalar << 1 | *in_scalar);
	*in_scalar = scalar >> 63;
	return (separator & ~string) | (quote & string) | *begins;
}

/*
 * Pass 1: the tokens of the next blocks from data[base] on, the first of which has the number
 * `first`. Returns the bytes looked at: up to the end of the text at most. Notes in *special the
 * blocks with bytes that are not plain.
 */
TARGET static inline size_t pack(struct engine *e, size_t base, size_t first, uint64_t *special)
{
	uint64_t in_string = e->in_string, in_scalar = e->in_scalar, bad = 0;
	size_t i = 0, n = e->count;

	*special = 0;
	for (; i < BLOCKS && base + 64 * i < e->size; i++) {
		size_t at = base + 64 * i, count;
		__m512i v = e->size - at >= 64
				    ? text_load(e->data + at).all
				    : text_load_part(e->data + at, e->size - at, false).all;
		uint64_t quote = equal(v, '"'), faults = 0, string, tokens, scalars;

		if (is_special(v) || e->escaped) {
			if (e->is_line)
				end_line(e, &v, at);
			quote = equal(v, '"');
			faults = look_closer(e, v, at, &quote);
			*special |= (uint64_t)is_special(v) << i;
		}
		string = parity(quote) ^ in_string;
		in_string = (uint64_t)((int64_t)string >> 63);
		bad |= faults & string;
		tokens = find_tokens(v, quote, string, &in_scalar, &scalars);
		v = _mm512_mask_mov_epi8(v, scalars, _mm512_set1_epi8(MEDARK_JSON_SHAPE_SCALAR));
		count = (size_t)__builtin_popcountll(tokens);
		put_tokens(e->tokens, n, v, tokens, first + i, count);
		n += count;
	}
	e->in_string = in_string;
	e->in_scalar = in_scalar;
	e->bad |= bad != 0;
	e->count = n;
	return e->size - base < 64 * i ? e->size - base : 64 * i;
}

/* Pass 2: UTF-8, in special blocks and those behind them. */
TARGET static inline void check_utf8(struct engine *e, uint64_t special, size_t base, size_t size)
{
	size_t count = (size + 63) / 64;
	uint64_t blocks = special | special << 1 | e->special;

	e->special = special >> 63;
	for (blocks &= _bzhi_u64(~UINT64_C(0), (unsigned)count); blocks; blocks &= blocks - 1) {
		size_t i = (size_t)__builtin_ctzll(blocks), left = size - 64 * i;

		if (!is_utf8(e->data, base + 64 * i, left < 64 ? left : 64))
			e->bad = true;
	}
}

#endif
