/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine for texts in memory where the processor can pack bytes (AVX-512 VBMI2): each block of
 * 64 bytes gives its tokens, as one byte each, and where they stand; the grammar is then looked at
 * for 64 tokens at once, which are some hundreds of bytes.
 *
 * A token is a bracket, a colon, a comma, a string or a scalar (what begins like a number or a
 * literal); a string stands for itself by its opening quote. What may come after what:
 *
 * 1. Neighbours. After the end of a value comes ',' or a close bracket; after a name ':'; after ':'
 *    a value; after '{' a name or '}'; after '[' a value or ']'; after a comma a name if it is an
 *    object's, else a value. A string is a name if it comes after '{' or an object's comma.
 *
 * 2. A comma is an object's if two tokens behind it is ':'. All commas between two neighbouring
 *    brackets are of one kind, and of the kind of the first bracket, if it is an open one, and of
 *    what the second bracket claims: '}' to stand in an object, ']' in an array, an open bracket
 *    in an object if ':' is before it.
 *
 * 3. What brackets claim is so: check_brackets().
 */
#if defined(__x86_64__)
#define TARGET                                                                                     \
	__attribute__((target(                                                                     \
		"avx512vbmi2,avx512bw,avx512dq,avx512f,avx2,bmi,bmi2,lzcnt,pclmul,popcnt")))

#include <immintrin.h>
#include <stdint.h>

struct text {
	__m512i all;
};

#include "scan/json_engine_bytes.h"

/* Blocks that are packed before their tokens are looked at. */
#define BLOCKS 64

/* Tokens before those of the blocks: those that wait for the two behind them, and one more. */
#define FRONT 128

/* Room behind the last token: blocks are stored whole, and two tokens more are looked at. */
#define BEHIND 128

/* Tokens, and where they stand: those of the blocks by block and byte, others by their offset. */
struct tokens {
	uint8_t kinds[FRONT + 64 * BLOCKS + BEHIND];
	uint8_t blocks[FRONT + 64 * BLOCKS + BEHIND];
	uint8_t bytes[FRONT + 64 * BLOCKS + BEHIND];
	size_t front[FRONT];
};

struct engine {
	const uint8_t *data;
	size_t size; /* of the text; in a line, of the buffer until the end is found */
	const struct medark_json_members *members;
	struct tokens *tokens;
	size_t first, count; /* tokens [first, count) wait to be looked at */
	size_t base;	     /* of the blocks that are packed */
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

/* ---- from bytes to tokens ---- */

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
TARGET static inline void put_tokens(struct tokens *t, size_t n, __m512i v, uint64_t tokens,
				     size_t i, size_t count)
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
	const struct tokens *t = e->tokens;

	return n < FRONT ? t->front[n] : e->base + 64 * (size_t)t->blocks[n] + t->bytes[n];
}

/*
 * The tokens of the block v whose quotes are `quote` and whose strings `string`; *in_scalar is
 * carried from block to block.
 */
TARGET static inline uint64_t find_tokens(__m512i v, uint64_t quote, uint64_t string,
					  uint64_t *in_scalar)
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
	uint64_t begins = scalar & ~(scalar << 1 | *in_scalar);

	*in_scalar = scalar >> 63;
	return (separator & ~string) | (quote & string) | begins;
}

/*
 * Pass 1: the tokens of the next blocks from data[base] on. Returns the bytes looked at: up to the
 * end of the text at most. Notes in *special the blocks with bytes that are not plain.
 */
TARGET static inline size_t pack(struct engine *e, size_t base, uint64_t *special)
{
	uint64_t in_string = e->in_string, in_scalar = e->in_scalar, bad = 0;
	size_t i = 0, n = e->count;

	*special = 0;
	for (; i < BLOCKS && base + 64 * i < e->size; i++) {
		size_t at = base + 64 * i, count;
		__m512i v = e->size - at >= 64
				    ? text_load(e->data + at).all
				    : text_load_part(e->data + at, e->size - at, false).all;
		uint64_t quote = equal(v, '"'), faults = 0, string, tokens;

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
		tokens = find_tokens(v, quote, string, &in_scalar);
		count = (size_t)__builtin_popcountll(tokens);
		put_tokens(e->tokens, n, v, tokens, i, count);
		n += count;
	}
	e->in_string = in_string;
	e->in_scalar = in_scalar;
	e->bad |= bad != 0;
	e->base = base;
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

/* ---- members ---- */

/* The wanted member whose name is token number `name`, a string before a colon, or KEYS_MAX. */
TARGET static inline uint32_t find_key(const struct engine *e, size_t name)
{
	size_t begin = place(e, name) + 1, end = place(e, name + 1);

	/* Where no string stands the grammar is broken, and that is found elsewhere. */
	while (end > begin && e->data[end - 1] != '"')
		end--;
	if (end <= begin)
		return MEDARK_JSON_KEYS_MAX;
	end--;
	if (e->escapes_seen && memchr(e->data + begin, '\\', end - begin))
		return find_escaped_name(e->members->keys, e->data, begin, end);
	return find_name(e->members->keys, e->data + begin, end - begin);
}

/* The value that is under way ends before data[end], or before the white space there. */
TARGET static inline void note_value(struct engine *e, size_t end)
{
	struct medark_json_object *object = e->members->object;

	while (end > e->begin && medark_json_is_space(e->data[end - 1]))
		end--;
	if (!medark_json_has(object, e->key)) {
		medark_json_put(object, e->key, e->begin + e->members->shift,
				end + e->members->shift);
	} else if (!object->repeated) {
		object->repeated = true;
		object->repeated_key = e->key;
	}
	e->key = MEDARK_JSON_KEYS_MAX;
}

/*
 * The members of the outermost object: `colons` are the colons among 64 tokens from `first` on,
 * `ends` what ends a value. They take turns where the grammar is not broken.
 */
TARGET static inline void note_members(struct engine *e, size_t first, uint64_t colons,
				       uint64_t ends)
{
	if (e->key < MEDARK_JSON_KEYS_MAX && ends)
		note_value(e, place(e, first + (size_t)__builtin_ctzll(ends)));
	for (; colons; colons &= colons - 1) {
		size_t colon = first + (size_t)__builtin_ctzll(colons);
		uint64_t after = ends & ~(colons ^ (colons - 1));

		e->key = find_key(e, colon - 1);
		if (e->key == MEDARK_JSON_KEYS_MAX)
			continue;
		e->begin = place(e, colon + 1);
		if (after)
			note_value(e, place(e, first + (size_t)__builtin_ctzll(after)));
	}
}

/* ---- grammar ---- */

/* The depth behind each of 64 tokens, of which `open` and `close` are brackets. */
TARGET static inline __m512i find_depths(uint64_t open, uint64_t close, unsigned depth)
{
	const __m512i one = _mm512_set1_epi8(1), zero = _mm512_setzero_si512();
	__m512i v = _mm512_mask_sub_epi8(_mm512_maskz_mov_epi8(open, one), close, zero, one), sums;

	v = _mm512_add_epi8(v, _mm512_bslli_epi128(v, 1));
	v = _mm512_add_epi8(v, _mm512_bslli_epi128(v, 2));
	v = _mm512_add_epi8(v, _mm512_bslli_epi128(v, 4));
	v = _mm512_add_epi8(v, _mm512_bslli_epi128(v, 8));
	/* The sum of each 16 goes to all behind them. */
	sums = _mm512_shuffle_epi8(v, _mm512_set1_epi8(15));
	v = _mm512_add_epi8(v, _mm512_alignr_epi64(sums, zero, 6));
	v = _mm512_add_epi8(v, _mm512_alignr_epi64(sums, zero, 4));
	v = _mm512_add_epi8(v, _mm512_alignr_epi64(sums, zero, 2));
	return _mm512_add_epi8(v, _mm512_set1_epi8((char)depth));
}

/* Collects up to 64 brackets; looks at those that were collected before if there is no room. */
TARGET static inline void add_brackets(struct engine *e, uint64_t open, uint64_t curly,
				       uint64_t claims, unsigned count)
{
	struct brackets *b = &e->brackets;

	if (b->count + count > 64) {
		e->bad |= !check_brackets(&e->stack, *b, _bzhi_u64(~UINT64_C(0), b->count));
		*b = (struct brackets) { 0 };
	}
	b->open |= open << (b->count & 63);
	b->curly |= curly << (b->count & 63);
	b->claims |= claims << (b->count & 63);
	b->count += count;
}

/* Statement 2, and the brackets, of one window of tokens. Returns what is wrong. */
TARGET static inline uint64_t check_runs(struct engine *e, uint64_t open, uint64_t close,
					 uint64_t curly, uint64_t claims, uint64_t named,
					 uint64_t unnamed)
{
	uint64_t brackets = open | close, packed = _pext_u64(claims, brackets), wrong;
	/* From behind the bracket before it up to each bracket that claims an object. */
	uint64_t object = (claims << 1) - (_pdep_u64(packed >> 1, brackets) << 1 | (packed & 1));
	uint64_t last = brackets ? UINT64_C(1) << (63 - __builtin_clzll(brackets)) : 0;
	uint64_t behind = last ? ~(last | (last - 1)) : ~UINT64_C(0);

	wrong = (((named & ~object) | (unnamed & object)) & ~behind) |
		(open & ~last & (curly ^ object >> 1));
	if (brackets) {
		e->bad |= packed & 1 ? e->pending_array : e->pending_object;
		e->pending_object = (last & open & curly) != 0;
		e->pending_array = (last & open & ~curly) != 0;
	}
	e->pending_object |= (named & behind) != 0;
	e->pending_array |= (unnamed & behind) != 0;
	add_brackets(e, _pext_u64(open, brackets), _pext_u64(curly, brackets), packed,
		     (unsigned)__builtin_popcountll(brackets));
	return wrong;
}

/* ... << 1, with what the window before left; *carry gets what this one leaves. */
TARGET static inline uint64_t behind(uint64_t marks, uint64_t *carry)
{
	uint64_t moved = marks << 1 | *carry;

	*carry = marks >> 63;
	return moved;
}

/* Pass 3, the grammar of the tokens from `first` on, those of `valid`. */
TARGET static inline void check_window(struct engine *e, size_t first, uint64_t valid)
{
	__m512i v = _mm512_maskz_loadu_epi8(valid, e->tokens->kinds + first);
	__m512i folded = _mm512_or_si512(v, _mm512_set1_epi8(0x20)), depths;
	uint64_t string = equal(v, '"'), colon = equal(v, ':'), comma = equal(v, ',');
	uint64_t open = equal(folded, '{'), close = equal(folded, '}');
	uint64_t curly = _mm512_test_epi8_mask(v, _mm512_set1_epi8(0x20));
	uint64_t scalar = valid & ~(string | colon | comma | open | close);
	uint64_t named = comma & equal(_mm512_loadu_si512(e->tokens->kinds + first + 2), ':');
	uint64_t unnamed = comma & ~named, value = string | scalar | open;
	uint64_t after_colon = behind(colon, &e->after_colon);
	uint64_t name_due = behind((open & curly) | named, &e->name_due);
	uint64_t value_due = behind((open & ~curly) | unnamed, &e->value_due) | after_colon;
	uint64_t name = string & name_due, right, outside;

	right = (behind(name, &e->after_name) & colon) | (name_due & string) | (value_due & value) |
		(behind((string & ~name) | scalar | close, &e->after_value) & (comma | close)) |
		(behind(open, &e->after_open) & close);
	depths = find_depths(open, close, e->depth);
	outside = valid & _mm512_cmple_epi8_mask(depths, _mm512_setzero_si512());
	right &= _mm512_cmple_epi8_mask(depths, _mm512_set1_epi8(MEDARK_JSON_ENGINE_DEPTH_MAX));
	right &= ~check_runs(e, open, close, curly, (close & curly) | (open & after_colon), named,
			     unnamed);

	/* Nothing stands behind the end of the outermost container. */
	e->bad |= e->ended || (valid & ~right) || (outside && outside != (valid ^ valid >> 1));
	e->ended |= outside != 0;
	e->depth += (unsigned)__builtin_popcountll(open) - (unsigned)__builtin_popcountll(close);
	for (; scalar; scalar &= scalar - 1)
		e->bad |= !is_scalar(e->data, e->size,
				     place(e, first + (size_t)__builtin_ctzll(scalar)));
	outside |= comma & _mm512_cmpeq_epi8_mask(depths, _mm512_set1_epi8(1));
	note_members(e, first, colon & _mm512_cmpeq_epi8_mask(depths, _mm512_set1_epi8(1)),
		     outside);
}

/*
 * Looks at the tokens that have two behind them, in windows of 64; at the end of the text at all.
 * Those that must wait, and the one before them, go to the front.
 */
TARGET static inline void check_tokens(struct engine *e, bool at_end)
{
	struct tokens *t = e->tokens;
	size_t left;

	for (; e->count - e->first >= 66 && !e->bad; e->first += 64)
		check_window(e, e->first, ~UINT64_C(0));
	if (e->bad)
		return;
	left = e->count - e->first;
	if (at_end) {
		_mm512_storeu_si512(t->kinds + e->count, _mm512_setzero_si512());
		t->bytes[e->count] = t->blocks[e->count] = 0;
		for (size_t n; left && !e->bad; left -= n, e->first += n) {
			n = left < 64 ? left : 64;
			check_window(e, e->first, _bzhi_u64(~UINT64_C(0), (unsigned)n));
		}
		return;
	}
	memmove(t->kinds + FRONT - left - 1, t->kinds + e->first - 1, left + 1);
	for (size_t i = FRONT - left - 1; i < FRONT; i++)
		t->front[i] = place(e, e->first + i - (FRONT - left));
	e->first = FRONT - left;
	e->count = FRONT;
}

TARGET size_t medark_json_engine_vbmi2(const uint8_t *data, size_t size, bool is_line,
				       const struct medark_json_members *members)
{
	struct tokens tokens;
	struct engine e = {
		.data = data,
		.size = size,
		.members = members,
		.tokens = &tokens,
		.first = FRONT,
		.count = FRONT,
		.is_line = is_line,
		.after_colon = 1, /* the outermost container stands like a member's value */
		.stack = 1,
		.key = MEDARK_JSON_KEYS_MAX,
	};
	size_t base = 0;

	/* Before the first token stands none. */
	tokens.kinds[FRONT - 1] = 0;
	tokens.front[FRONT - 1] = 0;
	while (base < e.size && !e.bad) {
		uint64_t special;
		size_t used = pack(&e, base, &special);

		check_utf8(&e, special, base, used);
		base += used;
		check_tokens(&e, base == e.size);
	}
	e.bad |= !check_brackets(&e.stack, e.brackets, _bzhi_u64(~UINT64_C(0), e.brackets.count));
	return e.bad || !e.ended ? 0 : e.size;
}
#endif
