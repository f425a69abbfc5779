/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_body: the engine of json_engine.h, written once over masks of 64 bits (bit i stands
 * for byte i of a block of 64 bytes) and over `lanes`, vectors of such masks of LANES neighbouring
 * blocks. Included by json_avx2.c and json_avx512.c, which define before it: TARGET, LANES, lanes,
 * struct text and the functions declared below.
 *
 * Strings, numbers and white space are seen as runs, and an addition carries a mark from one end
 * of a run to the other, for all runs of a block at once: follow(). With it the grammar becomes a
 * handful of statements about which token may come after which. Two levels are enough:
 *
 * 1. neighbouring tokens: a string, a scalar or an open bracket does not come after the end of a
 *    value; a colon comes after a string; a comma comes after the end of a value; a close bracket
 *    comes after the end of a value or after an open bracket.
 *
 * 2. neighbouring separators (brackets, colons and commas, whatever stands between them). What
 *    comes after a colon or after a nested container within an object is never ']' or ':', and a
 *    comma there is a comma of an object. After such a comma or after '{' comes ':', or, after '{'
 *    at once, '}'. After '[', after a nested container within an array, and after any other comma
 *    comes neither '}' nor ':'.
 *
 * From statement 1 follows that between two neighbouring separators there is at most one string or
 * scalar; from statement 2, by induction along each container, that it is of one kind from bracket
 * to bracket and that names stand where they must. Only the kind of the container that a close
 * bracket returns to needs a stack, so that brackets alone are visited one by one.
 *
 * The text is taken in chunks, and each chunk in passes over its blocks, so that what a pass needs
 * stays in registers.
 */
#include "scan/json_engine.h"
#include "scan/json_keys.h"
#include "scan/json_token.h"

#include <stdalign.h>

/* Blocks of a chunk. */
#define BLOCKS 32

/* Chunks of a value whose end is not known are shorter: what lies behind it is wasted work. */
#define BLOCKS_OPEN_END 16

/* put_positions() writes up to so many positions more than there are. */
#define POSITIONS_SLACK 8

/* Masks of a block's raw bytes. */
struct masks {
	uint64_t quote, space, colon, comma;
	uint64_t open, close; /* { or [, } or ] */
	uint64_t curly;       /* of these, { and }; else anything */
};

/* What a chunk is made of. Separators are without those in strings. */
struct chunk {
	alignas(64) uint64_t quote[BLOCKS];
	uint64_t string[BLOCKS]; /* strings with their opening, without their closing quotes */
	uint64_t open[BLOCKS], close[BLOCKS], curly[BLOCKS], colon[BLOCKS], comma[BLOCKS];
	uint64_t space[BLOCKS];     /* in strings too */
	uint64_t in_object[BLOCKS]; /* the separator after each colon */
	uint64_t scalar[BLOCKS];    /* where numbers, literals and what does not belong begin */
	uint64_t faults[BLOCKS];    /* of special blocks: what must not stand in a string */
	uint32_t special;           /* blocks with control characters, backslashes, no ASCII */
	uint32_t scalars;           /* blocks where a scalar begins */
	size_t count;               /* blocks in use */
	size_t member_count;
	uint16_t members[64 * BLOCKS + POSITIONS_SLACK]; /* colons and commas at level 1 */
};

/* Up to 64 neighbouring brackets of some blocks, without the gaps between them. */
struct brackets {
	uint64_t open, curly;
	uint64_t claims; /* can only stand in an object */
	unsigned count;
	size_t first; /* block of the chunk where they begin */
};

struct engine {
	const uint8_t *data;
	size_t size;
	const struct medark_json_members *members;
	bool bad;

	/* What the block or the chunk before leaves behind: all bits set, or none ... */
	uint64_t in_string;
	/* ... carries, 0 or 1 ... */
	uint64_t escaped, in_object;
	unsigned in_scalar, special;
	unsigned after_string, after_value, after_open, after_close;
	unsigned name_due, in_array;
	/* ... and the open containers: innermost lowest, 1 = object, above all a one. */
	uint64_t stack;
	unsigned depth;

	/* The member of the outermost object that is under way. */
	size_t name_begin;
	size_t colon; /* 0: not found yet */
	bool escapes_seen;
};

TARGET static inline struct text text_load(const uint8_t *p);
/* The first n < 64 bytes at p and spaces behind; only if `padded`, 64 bytes may be read. */
TARGET static inline struct text text_load_part(const uint8_t *p, size_t n, bool padded);
/* 32 bytes of it. */
TARGET static inline __m256i text_half(struct text text, int half);
TARGET static inline void text_masks(struct text text, struct masks *out);
/* Is there a control character, a backslash, or a byte that is not ASCII? */
TARGET static inline bool text_is_special(struct text text);
TARGET static inline uint64_t text_backslashes(struct text text);
TARGET static inline uint64_t text_controls(struct text text);
/* Bit i: the highest bit of lane i; lane i is not 0; and back: lane i is all ones. */
TARGET static inline unsigned lanes_tops(lanes v);
TARGET static inline unsigned lanes_used(lanes v);
TARGET static inline lanes lanes_expand(unsigned bits);

/*
 * The lanes into which a mark comes, given those that hand one to the next lane and those through
 * which one passes whole; *carry as in follow().
 */
TARGET static inline unsigned ripple(unsigned from, unsigned through, unsigned *carry)
{
	unsigned into = (through + (from << 1 | *carry)) ^ through;

	*carry = into >> LANES & 1;
	return into;
}

/* v << 1 as one long number. */
TARGET static inline lanes shift(lanes v, unsigned *carry)
{
	return (v << 1) - lanes_expand(ripple(lanes_tops(v), 0, carry));
}

/*
 * Marks the first byte at or after each mark of `at`, or after each mark of `from`, that is not in
 * `gap`; `through` are the lanes that are all gap. *carry hands a mark that leaves the lanes to the
 * next ones.
 */
TARGET static inline lanes follow(lanes from, lanes at, lanes gap, unsigned through, unsigned *carry)
{
	lanes marks = from << 1 | at;
	lanes sum = marks + gap;
	lanes over = (marks & gap) | ((marks | gap) & ~sum);

	return (sum - lanes_expand(ripple(lanes_tops(from | over), through, carry))) & ~gap;
}

/* The lanes that have all bits. */
TARGET static inline unsigned full(lanes v)
{
	return lanes_used(~v) ^ ((1u << LANES) - 1);
}

/* follow() for one block; *carry is 0 or 1. */
TARGET static inline uint64_t follow_in_block(uint64_t from, uint64_t gap, uint64_t *carry)
{
	uint64_t sum;
	bool over = __builtin_add_overflow(from << 1 | *carry, gap, &sum);

	*carry = from >> 63 | over;
	return sum & ~gap;
}

/* Each bit becomes the parity of itself and all bits below it. */
TARGET static inline uint64_t parity(uint64_t bits)
{
	return (uint64_t)_mm_cvtsi128_si64(
		_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

/*
 * Appends at + the number of each set bit to a list. The usual few are written without asking how
 * many there are: a loop that ends where nobody can foresee costs more than all of them.
 */
TARGET static inline uint16_t *put_positions(uint16_t *to, uint64_t bits, size_t at)
{
	uint16_t *end = to + __builtin_popcountll(bits);

	do {
		to[0] = (uint16_t)(at + _tzcnt_u64(bits));
		bits = _blsr_u64(bits);
		to[1] = (uint16_t)(at + _tzcnt_u64(bits));
		bits = _blsr_u64(bits);
		to[2] = (uint16_t)(at + _tzcnt_u64(bits));
		bits = _blsr_u64(bits);
		to[3] = (uint16_t)(at + _tzcnt_u64(bits));
		bits = _blsr_u64(bits);
		to += 4;
	} while (to < end);
	return end;
}

TARGET static inline lanes load(const uint64_t *p)
{
	return *(const lanes *)p;
}

TARGET static inline void store(uint64_t *p, lanes v)
{
	*(lanes *)p = v;
}

/* Is the backslash at data[at] the begin of an escape? Reads nothing from data + size on. */
TARGET static bool is_escape(const struct engine *e, size_t at)
{
	const uint8_t *p = e->data + at;

	if (e->size - at < 2 || !medark_json_unescape(p[1]))
		return false;
	return p[1] != 'u' || (e->size - at >= 6 && medark_json_hex4(p + 2) >= 0);
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

		if (!is_escape(e, base + (size_t)__builtin_ctzll(bit)))
			wrong |= bit;
		*quote &= ~(bit << 1);
		e->escaped = bit >> 63;
		rest &= ~(bit | bit << 1);
	}
	return wrong;
}

/* Pass 1, one block: data[base] on, as `text`. Returns the brackets that only an object can hold. */
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

/* Blanks what stands behind the first `size` bytes: it is not part of the value. */
TARGET static void cut(struct chunk *c, size_t size)
{
	size_t last = (size - 1) / 64;
	uint64_t keep = ~UINT64_C(0) >> (63 - (size - 1) % 64);

	c->quote[last] &= keep;
	c->string[last] &= keep;
	c->open[last] &= keep;
	c->close[last] &= keep;
	c->colon[last] &= keep;
	c->comma[last] &= keep;
	c->space[last] |= ~keep;
	c->in_object[last] &= keep;
	c->count = last + 1;
}

/* The depths of a row of brackets. */
struct depths {
	uint64_t ended;  /* brackets after which the depth is 0 or less */
	uint64_t level1; /* ... is 1 */
	uint64_t deep;   /* ... is too much for the stack */
};

/* Counts 32 brackets at once: bytes of +1 and -1, added up from the left. */
TARGET static inline unsigned find_depths_32(uint32_t open, unsigned depth, struct depths *out)
{
	const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202,
						  0x0303030303030303);
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
 * Compares what each of the `valid` brackets claims of the container it stands in with what that
 * is. Pairs of brackets with nothing between them are taken out, all at once, until none is left:
 * what stands behind a pair stands in the same container as the pair. The stack has the last word.
 */
TARGET static inline void check_brackets(struct engine *e, struct brackets b, uint64_t valid)
{
	uint64_t wrong = (e->stack ^ b.claims) & valid & 1, pairs;

	b.open &= valid;
	wrong |= b.open & (b.curly ^ b.claims >> 1) & valid >> 1;
	while ((pairs = b.open & ~(b.open >> 1) & valid >> 1) != 0) {
		uint64_t keep = valid & ~(pairs | pairs << 1);

		wrong |= pairs & valid >> 2 & (b.claims ^ b.claims >> 2);
		b.open = _pext_u64(b.open, keep);
		b.curly = _pext_u64(b.curly, keep);
		b.claims = _pext_u64(b.claims, keep);
		valid = _bzhi_u64(~UINT64_C(0), (unsigned)__builtin_popcountll(keep));
	}
	for (; valid; valid >>= 1) {
		wrong |= (e->stack ^ b.claims) & 1;
		e->stack = b.open & 1 ? e->stack << 1 | (b.curly & 1) : e->stack >> 1;
		b.open >>= 1;
		b.curly >>= 1;
		b.claims >>= 1;
	}
	e->bad |= wrong != 0;
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
	uint64_t brackets;

	do {
		end--;
		brackets = c->open[end] | c->close[end];
		before -= (unsigned)__builtin_popcountll(brackets);
	} while (before > n);
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
	check_brackets(e, *b, valid);
	if (e->members)
		list_members(e, c, b, d.level1 & valid, end);
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
		struct text text = left - 64 * i >= 64 ? text_load(p + 64 * i)
						       : text_load_part(p + 64 * i, left - 64 * i, e->members);
		uint64_t claims = find_tokens(e, c, i, text, base + 64 * i);
		uint64_t brackets = c->open[i] | c->close[i];
		unsigned count = (unsigned)__builtin_popcountll(brackets);

		if (b.count + count > 64) {
			ended = visit(e, c, &b, i);
			if (ended)
				break;
			b = (struct brackets){ .first = i };
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

/* Statement 1 of the head comment. Adds to *bad. */
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
	before.value = after_string |
		       follow(close, behind & ~scalar, space, through, &e->after_value);

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

/* The bytes of `now` moved up by n, the last ones of `before` moved in. */
#define BACK(now, before, n)                                                                       \
	_mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - (n))

/*
 * 32 bytes of UTF-8 by table (Keiser and Lemire, "Validating UTF-8 in less than one instruction
 * per byte"): every fault shows in two neighbouring bytes, as one bit that three tables share, but
 * for a third or fourth byte, which must be there exactly when the tables see two continuations.
 */
TARGET static inline __m256i utf8_faults(__m256i now, __m256i before)
{
	enum {
		SHORT = 1,  /* 11______ 0_______ and 11______ 11______ */
		LONG = 2,   /* 0_______ 10______ */
		THREE = 4,  /* 11100000 100_____: overlong */
		BEYOND = 8, /* 11110100 1001____ and more: past U+10FFFF */
		PAIR = 16,  /* 11101101 101_____: a surrogate */
		TWO = 32,   /* 1100000_ 10______: overlong */
		BEYOND8 =
			64, /* 11110101 1000____ and more; also overlong four: 11110000 1000____ */
		CONTS = -128, /* 10______ 10______ */
		CARRY = SHORT | LONG | CONTS,
		BIG = CARRY | BEYOND | BEYOND8,
	};
	const __m256i first_high = _mm256_setr_epi8(
		LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, CONTS, CONTS, CONTS, CONTS,
		SHORT | TWO, SHORT, SHORT | THREE | PAIR, SHORT | BEYOND | BEYOND8, LONG, LONG,
		LONG, LONG, LONG, LONG, LONG, LONG, CONTS, CONTS, CONTS, CONTS, SHORT | TWO, SHORT,
		SHORT | THREE | PAIR, SHORT | BEYOND | BEYOND8);
	const __m256i first_low = _mm256_setr_epi8(
		CARRY | THREE | TWO | BEYOND8, CARRY | TWO, CARRY, CARRY, CARRY | BEYOND, BIG, BIG,
		BIG, BIG, BIG, BIG, BIG, BIG, BIG | PAIR, BIG, BIG, CARRY | THREE | TWO | BEYOND8,
		CARRY | TWO, CARRY, CARRY, CARRY | BEYOND, BIG, BIG, BIG, BIG, BIG, BIG, BIG, BIG,
		BIG | PAIR, BIG, BIG);
	const __m256i second_high = _mm256_setr_epi8(
		SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
		LONG | TWO | CONTS | THREE | BEYOND8, LONG | TWO | CONTS | THREE | BEYOND,
		LONG | TWO | CONTS | PAIR | BEYOND, LONG | TWO | CONTS | PAIR | BEYOND, SHORT,
		SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
		LONG | TWO | CONTS | THREE | BEYOND8, LONG | TWO | CONTS | THREE | BEYOND,
		LONG | TWO | CONTS | PAIR | BEYOND, LONG | TWO | CONTS | PAIR | BEYOND, SHORT,
		SHORT, SHORT, SHORT);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i back1 = BACK(now, before, 1);
	__m256i high1 = _mm256_and_si256(_mm256_srli_epi16(back1, 4), nibble);
	__m256i high2 = _mm256_and_si256(_mm256_srli_epi16(now, 4), nibble);
	__m256i seen = _mm256_and_si256(
		_mm256_and_si256(_mm256_shuffle_epi8(first_high, high1),
				 _mm256_shuffle_epi8(first_low, _mm256_and_si256(back1, nibble))),
		_mm256_shuffle_epi8(second_high, high2));
	__m256i third = _mm256_subs_epu8(BACK(now, before, 2), _mm256_set1_epi8(0xe0 - 0x80));
	__m256i fourth = _mm256_subs_epu8(BACK(now, before, 3), _mm256_set1_epi8(0xf0 - 0x80));
	__m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(-128));

	return _mm256_xor_si256(due, seen);
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
	const __m256i index = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
					       16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
					       29, 30, 31);
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
