/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_body: the engine of json_engine.h, written once for all levels. Included by
 * json_avx2.c and json_avx512.c, which define before it TARGET, LANES, lanes and struct text, and
 * after it the functions that json_engine_lanes.h declares.
 *
 * The text is taken in chunks of blocks of 64 bytes, and each chunk in passes over its blocks. The
 * first finds tokens; the second looks at brackets; the third checks the grammar, which becomes a
 * handful of statements about what may come after what, made for many bytes at once:
 *
 * 1. Neighbouring tokens. A string, a scalar or an open bracket does not come after the end of a
 *    value. A colon comes after a string. A comma comes after the end of a value. A close bracket
 *    comes after the end of a value or after an open bracket.
 *
 * 2. Neighbouring separators (brackets, colons and commas, whatever stands between them). After a
 *    colon comes neither ':' nor ']', and a comma there is an object's. After '{' and after an
 *    object's comma comes ':' or '}'. After '[', and after a comma that follows '[' or an array's
 *    or unknown comma, comes neither ':' nor '}'. '}' comes after a colon, after a close bracket,
 *    or, as a token, after an open bracket. (A comma after a close bracket is unknown.)
 *
 * 3. Brackets. '}' and what comes after a colon stand in an object, ']' and other open brackets in
 *    an array: this is what a bracket claims. It is compared with the container it does stand in.
 *
 * That this is all of the grammar: by statement 1 at most one string or scalar stands between two
 * neighbouring separators. What stands between two neighbouring brackets is in one container; by
 * statement 2 it is names, colons and values in turn, or values alone, up to and with what the
 * second bracket claims. By statement 3 all such rows of one container, and the brackets around
 * it, are of one kind.
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_BODY_H
#define MEDARK_SCAN_JSON_ENGINE_BODY_H

#include "scan/json_engine_content.h"

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

/* Pass 1, one block: data[base] on, as `text`. Returns the brackets that only an object can hold.
 */
TARGET static inline uint64_t find_tokens(struct engine *e, struct chunk *c, size_t i,
					  struct text text, size_t base)
{
	struct masks m;
	uint64_t string, separators;

	text_masks(text, &m);
	if (text_is_special(text) || e->escaped) {
		c->special |= 1u << i;
		c->faults[i] = text_controls(text) |
			       drop_escaped(e, text_backslashes(text), base, &m.quote);
	}
	string = parity(m.quote) ^ e->in_string;
	e->in_string = (uint64_t)((int64_t)string >> 63);
	m.open &= ~string;
	m.close &= ~string;
	m.colon &= ~string;
	m.comma &= ~string;
	separators = m.open | m.close | m.colon | m.comma;
	c->quote[i] = m.quote;
	c->string[i] = string;
	c->open[i] = m.open;
	c->close[i] = m.close;
	c->curly[i] = m.curly;
	c->colon[i] = m.colon;
	c->comma[i] = m.comma;
	c->space[i] = m.space;
	c->in_object[i] = follow_in_block(m.colon, ~separators, &e->in_object);
	return (m.open & c->in_object[i]) | (m.close & m.curly);
}

/* A block behind the text, so that there are whole lanes of blocks. */
static inline void blank(struct chunk *c, size_t i)
{
	c->quote[i] = c->string[i] = c->in_object[i] = 0;
	c->open[i] = c->close[i] = c->curly[i] = c->colon[i] = c->comma[i] = 0;
	c->space[i] = ~UINT64_C(0);
}

/*
 * Blanks what stands behind the first `size` bytes: it is not part of the value. Marks that only
 * count together with one of these may stay.
 */
TARGET static void cut(struct chunk *c, size_t size)
{
	size_t last = (size - 1) / 64;
	uint64_t keep = ~UINT64_C(0) >> (63 - (size - 1) % 64);

	c->string[last] &= keep;
	c->open[last] &= keep;
	c->close[last] &= keep;
	c->colon[last] &= keep;
	c->comma[last] &= keep;
	c->space[last] |= ~keep;
	c->count = last + 1;
}

/* The depths of a row of brackets. */
struct depths {
	uint64_t ended;	 /* brackets after which the depth is 0 or less */
	uint64_t level1; /* ... is 1 */
	uint64_t deep;	 /* ... is too much for the stack */
};

/* Counts 32 brackets at once: bytes of +1 and -1, added up from the left. */
TARGET static inline unsigned find_depths_32(uint32_t open, unsigned depth, struct depths *out)
{
	const __m256i spread =
		_mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
	const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
	__m256i v = _mm256_shuffle_epi8(_mm256_set1_epi32((int)open), spread);
	__m256i low;

	v = _mm256_cmpeq_epi8(_mm256_and_si256(v, bit), bit);
	v = _mm256_xor_si256(_mm256_add_epi8(v, v), _mm256_set1_epi8(-1));
	v = _mm256_add_epi8(v, _mm256_slli_si256(v, 1));
	v = _mm256_add_epi8(v, _mm256_slli_si256(v, 2));
	v = _mm256_add_epi8(v, _mm256_slli_si256(v, 4));
	v = _mm256_add_epi8(v, _mm256_slli_si256(v, 8));
	/* The sum of the lower 16 goes to the upper 16. */
	low = _mm256_permute2x128_si256(v, v, 0x08);
	v = _mm256_add_epi8(v, _mm256_shuffle_epi8(low, _mm256_set1_epi8(15)));
	v = _mm256_add_epi8(v, _mm256_set1_epi8((char)depth));

	out->ended = (uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi8(_mm256_set1_epi8(1), v));
	out->level1 = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(1)));
	out->deep = (uint32_t)_mm256_movemask_epi8(
		_mm256_cmpgt_epi8(v, _mm256_set1_epi8(MEDARK_JSON_ENGINE_DEPTH_MAX)));
	return depth + 2 * (unsigned)__builtin_popcount(open) - 32;
}

TARGET static inline struct depths find_depths(const struct brackets *b, unsigned depth)
{
	struct depths d, more;

	depth = find_depths_32((uint32_t)b->open, depth, &d);
	if (b->count > 32) {
		(void)find_depths_32((uint32_t)(b->open >> 32), depth, &more);
		d.ended |= more.ended << 32;
		d.level1 |= more.level1 << 32;
		d.deep |= more.deep << 32;
	}
	return d;
}

/*
 * Lists the colons and commas directly in the outermost container, in blocks b->first to end - 1.
 * `level1` are the brackets behind which one is there. From each of them to the next bracket the
 * difference of the two as numbers has all bits set.
 */
TARGET static inline void list_members(const struct engine *e, struct chunk *c,
				       const struct brackets *b, uint64_t level1, size_t end)
{
	unsigned char borrow = e->depth == 1;
	uint64_t enter = level1, leave = level1 << 1 | borrow;
	uint16_t *to = c->members + c->member_count;

	for (size_t i = b->first; i < end; i++) {
		uint64_t brackets = c->open[i] | c->close[i];
		unsigned count = (unsigned)__builtin_popcountll(brackets) & 63;
		unsigned long long inside;

		borrow = _subborrow_u64(borrow, _pdep_u64(leave, brackets),
					_pdep_u64(enter, brackets), &inside);
		if (inside)
			to = put_positions(to, inside & (c->colon[i] | c->comma[i]), 64 * i);
		enter >>= count;
		leave >>= count;
	}
	c->member_count = (size_t)(to - c->members);
}

/* The byte behind bracket number n of b, whose last block is the one before `end`. */
TARGET static inline size_t bracket_end(const struct chunk *c, const struct brackets *b, unsigned n,
					size_t end)
{
	unsigned before = b->count;
	uint64_t brackets = 0;

	while (before > n && end > b->first) {
		end--;
		brackets = c->open[end] | c->close[end];
		before -= (unsigned)__builtin_popcountll(brackets);
	}
	brackets = _pdep_u64(UINT64_C(1) << (n - before), brackets);
	return 64 * end + (size_t)__builtin_ctzll(brackets) + 1;
}

/*
 * Looks at the brackets that have been collected up to block `end`. Returns the bytes of the chunk
 * up to the end of the outermost container, 0 if it goes on.
 */
TARGET static inline size_t visit(struct engine *e, struct chunk *c, const struct brackets *b,
				  size_t end)
{
	uint64_t valid = _bzhi_u64(~UINT64_C(0), b->count);
	struct depths d = find_depths(b, e->depth);
	uint64_t ended = d.ended & valid;

	if (ended)
		valid &= ended ^ (ended - 1);
	e->bad |= (d.deep & valid) != 0;
	e->bad |= !check_brackets(&e->stack, *b, valid);
	if (e->members)
		list_members(e, c, b, d.level1, end);
	e->depth += 2 * (unsigned)__builtin_popcountll(b->open & valid) -
		    (unsigned)__builtin_popcountll(valid);
	return ended ? bracket_end(c, b, (unsigned)__builtin_ctzll(ended), end) : 0;
}

/*
 * Passes 1 and 2: all blocks of a chunk from data[base] on, `blocks` at most, and their brackets.
 * Returns as visit() does; *size gets the bytes looked at.
 */
TARGET static inline size_t find_all(struct engine *e, struct chunk *c, size_t base, size_t blocks,
				     size_t *size)
{
	const uint8_t *p = e->data + base;
	size_t left = e->size - base, i = 0, ended = 0;
	struct brackets b = { 0 };

	c->special = 0;
	c->member_count = 0;
	for (; i < blocks && left > 64 * i; i++) {
		struct text text = left - 64 * i >= 64
					   ? text_load(p + 64 * i)
					   : text_load_part(p + 64 * i, left - 64 * i, e->members);
		uint64_t claims = find_tokens(e, c, i, text, base + 64 * i);
		uint64_t brackets = c->open[i] | c->close[i];
		unsigned count = (unsigned)__builtin_popcountll(brackets);

		if (b.count + count > 64) {
			ended = visit(e, c, &b, i);
			if (ended)
				break;
			b = (struct brackets) { .first = i };
		}
		b.open |= _pext_u64(c->open[i], brackets) << (b.count & 63);
		b.curly |= _pext_u64(c->curly[i], brackets) << (b.count & 63);
		b.claims |= _pext_u64(claims, brackets) << (b.count & 63);
		b.count += count;
	}
	c->count = i;
	*size = left < 64 * i ? left : 64 * i;
	return ended ? ended : visit(e, c, &b, i);
}

/* What check_separators() needs to know of the tokens before. */
struct before {
	lanes open, value; /* what comes after an open bracket; after the end of a value */
};

/* Statement 1. Adds to *bad. */
TARGET static inline struct before check_tokens(struct engine *e, struct chunk *c, size_t i,
						lanes *bad)
{
	const lanes none = lanes_expand(0);
	lanes string = load(c->string + i), quote = load(c->quote + i);
	lanes open = load(c->open + i), close = load(c->close + i), space = load(c->space + i);
	lanes colon = load(c->colon + i), comma = load(c->comma + i);
	lanes scalar, behind, begins, after_string;
	struct before before;
	unsigned through;

	space &= ~string;
	through = full(space);
	scalar = ~(open | close | colon | comma | space | string | quote);
	behind = shift(scalar, &e->in_scalar);
	begins = scalar & ~behind;
	after_string = follow(quote & ~string, none, space, through, &e->after_string);
	before.open = follow(open, none, space, through, &e->after_open);
	before.value =
		after_string | follow(close, behind & ~scalar, space, through, &e->after_value);

	store(c->scalar + i, begins);
	c->scalars |= (uint32_t)lanes_used(begins) << i;
	*bad |= ((begins | (quote & string) | open) & before.value) |
		(close & ~(before.value | before.open)) | (colon & ~after_string) |
		(comma & ~before.value);
	return before;
}

/* Statement 2. */
TARGET static inline void check_separators(struct engine *e, struct chunk *c, size_t i,
					   struct before before, lanes *bad)
{
	const lanes none = lanes_expand(0);
	lanes open = load(c->open + i), close = load(c->close + i), curly = load(c->curly + i);
	lanes colon = load(c->colon + i), comma = load(c->comma + i);
	lanes in_object = load(c->in_object + i), after_close, name_due, in_array;
	lanes gap = ~(open | close | colon | comma);
	unsigned through = full(gap);

	after_close = follow(close, none, gap, through, &e->after_close);
	name_due = follow((comma & in_object) | (open & curly), none, gap, through, &e->name_due);
	in_array = follow((open & ~curly) | (comma & ~in_object & ~after_close), none, gap, through,
			  &e->in_array);

	*bad |= (in_object & (colon | (close & ~curly))) | (name_due & ~(colon | (close & curly))) |
		(in_array & (colon | (close & curly))) |
		(close & curly & ~(in_object | after_close | before.open));
}

/* Pass 3: the grammar. */
TARGET static inline void check_grammar(struct engine *e, struct chunk *c)
{
	lanes bad = lanes_expand(0);

	c->scalars = 0;
	for (size_t i = 0; i < c->count; i += LANES) {
		struct before before = check_tokens(e, c, i, &bad);

		check_separators(e, c, i, before, &bad);
	}
	e->bad |= lanes_used(bad) != 0;
}

/* One chunk from data[base] on; *base moves behind it. Returns true when the value has ended. */
TARGET static inline bool step(struct engine *e, struct chunk *c, size_t *base)
{
	size_t size, ended = find_all(e, c, *base, e->members ? BLOCKS : BLOCKS_OPEN_END, &size);

	if (ended && ended < size) {
		cut(c, ended);
		size = ended;
	}
	for (size_t i = c->count; i % LANES; i++)
		blank(c, i);
	check_grammar(e, c);
	check_scalars(e, c, *base);
	check_special(e, c, *base, size);
	if (e->members) {
		note_members(e, c, *base);
		if (ended && e->colon)
			note_member(e, e->colon, *base + ended - 1);
	}
	*base += size;
	return ended != 0;
}

TARGET static inline size_t run(const uint8_t *data, size_t size,
				const struct medark_json_members *members)
{
	struct chunk chunk;
	struct engine e = {
		.data = data,
		.size = size,
		.members = members,
		.in_object = 1, /* the outermost container stands like a member's value */
		.stack = 1,
		.name_begin = 1,
	};
	size_t base = 0;

	while (base < size && !e.bad)
		if (step(&e, &chunk, &base))
			return e.bad ? 0 : base;
	return 0;
}

#endif
