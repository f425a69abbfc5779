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
 *
 * All this depends on the tokens' kinds alone, and the lines of a file have few rows of kinds: for
 * one that a valid text had before (json_shapes.h) it is not looked at again.
 */
#if defined(__x86_64__)
#define TARGET                                                                                     \
	__attribute__((target(                                                                     \
		"avx512vbmi2,avx512bw,avx512dq,avx512f,avx2,bmi,bmi2,lzcnt,pclmul,popcnt")))

#include "scan/json_vbmi2_tokens.h"

#include <assert.h>

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
	struct medark_json_tokens *t = e->tokens;
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

/* ---- shapes ---- */

/* A hash of the kinds of `count` tokens, behind which zeros stand. */
TARGET static inline uint64_t hash_kinds(const uint8_t *kinds, size_t count)
{
	const __m512i factors = _mm512_setr_epi64(0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f,
						  0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09);
	__m512i sum = _mm512_set1_epi64((long long)count);

	for (size_t i = 0; i < count; i += 64)
		sum = _mm512_add_epi64(_mm512_rol_epi64(sum, 7), _mm512_loadu_si512(kinds + i));
	sum = _mm512_xor_si512(sum, _mm512_srli_epi64(sum, 32));
	sum = _mm512_mul_epu32(sum, factors);
	/* The intrinsic adds numbers with a sign. */
	return (uint64_t)_mm512_reduce_add_epi64(_mm512_srli_epi64(sum, 4));
}

TARGET static inline bool same_kinds(const uint8_t *a, const uint8_t *b, size_t count)
{
	__m512i different = _mm512_setzero_si512();

	for (size_t i = 0; i < count; i += 64)
		different = _mm512_or_si512(different, _mm512_xor_si512(_mm512_loadu_si512(a + i),
									_mm512_loadu_si512(b + i)));
	return _mm512_test_epi64_mask(different, different) == 0;
}

/* The key of a member: mostly it is called as when its shape was learnt. */
TARGET static inline uint32_t recall_key(const struct engine *e,
					 const struct medark_json_shape_member *m)
{
	size_t name = FRONT + m->colon - 1;
	__m256i now = _mm256_loadu_si256((const __m256i *)(e->data + place(e, name) + 1));
	__m256i then = _mm256_loadu_si256((const __m256i *)m->name);

	if (m->bytes & ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(now, then)))
		return find_key(e, name);
	return m->key;
}

/* What must be looked at in a text of a known shape. */
TARGET static inline void check_shape(struct engine *e, const struct medark_json_shape *shape)
{
	for (uint32_t i = 0; i < shape->scalar_count; i++)
		e->bad |= !is_scalar(e->data, e->size, place(e, FRONT + shape->scalars[i]));
	for (uint32_t i = 0; i < shape->member_count; i++) {
		const struct medark_json_shape_member *m = &shape->members[i];

		e->key = recall_key(e, m);
		if (e->key == MEDARK_JSON_KEYS_MAX)
			continue;
		e->begin = place(e, FRONT + m->colon + 1);
		note_value(e, place(e, FRONT + m->end));
	}
}

/* Learns the shape of the tokens from FRONT on, those of a valid text. */
TARGET static void learn(const struct engine *e, struct medark_json_shape *shape)
{
	medark_json_shape_learn(shape, e->tokens->kinds + FRONT, e->count - FRONT);
	for (uint32_t i = 0; shape->count && i < shape->member_count; i++) {
		struct medark_json_shape_member *m = &shape->members[i];
		size_t name = FRONT + m->colon - 1;
		size_t begin = place(e, name) + 1, end = place(e, name + 1);

		while (e->data[end - 1] != '"')
			end--;
		m->key = find_key(e, name);
		/* No text has zeros: a name that does not fit is always looked at. */
		memset(m->name, 0, sizeof(m->name));
		m->bytes = ~UINT32_C(0);
		if (end - begin > sizeof(m->name))
			continue;
		memcpy(m->name, e->data + begin, end - begin);
		m->bytes >>= sizeof(m->name) - (end - begin);
	}
}

/*
 * Is the shape of all tokens known? Then looks at the rest. If not, *out_learn is where to learn
 * it, or NULL. A shape is learnt when it is asked for twice without its place being used between:
 * so shapes that come but once cost little, and two that share a place do not take turns.
 */
TARGET static inline bool recall(struct engine *e, struct medark_json_shapes *shapes,
				 struct medark_json_shape **out_learn)
{
	uint8_t *kinds = e->tokens->kinds + FRONT;
	size_t count = e->count - FRONT;
	struct medark_json_shape *shape;
	uint64_t hash;

	if (count > MEDARK_JSON_SHAPE_TOKENS)
		return false;
	_mm512_storeu_si512(kinds + count, _mm512_setzero_si512());
	hash = hash_kinds(kinds, count);
	shape = &shapes->shapes[hash * UINT64_C(0x9e3779b97f4a7c15) >>
				(64 - MEDARK_JSON_SHAPES_LOG)];
	if (shape->count == count && same_kinds(shape->kinds, kinds, count)) {
		shape->asked = 0;
		check_shape(e, shape);
		return true;
	}
	*out_learn = shape->asked == hash ? shape : NULL;
	shape->asked = hash;
	return false;
}

TARGET static size_t scan(const uint8_t *data, size_t size, bool is_line,
			  const struct medark_json_members *members,
			  struct medark_json_shapes *shapes, struct medark_json_tokens *tokens)
{
	struct engine e = {
		.data = data,
		.size = size,
		.members = members,
		.tokens = tokens,
		.first = FRONT,
		.count = FRONT,
		.is_line = is_line,
		.after_colon = 1, /* the outermost container stands like a member's value */
		.stack = 1,
		.key = MEDARK_JSON_KEYS_MAX,
	};
	struct medark_json_shape *shape = NULL;
	size_t base = 0;

	/* Before the first token stands none. */
	tokens->kinds[FRONT - 1] = 0;
	tokens->front[FRONT - 1] = 0;
	while (base < e.size && !e.bad) {
		e.base = base;
		for (size_t i = 0; i < MEDARK_JSON_TOKENS_PACKS && base < e.size && !e.bad; i++) {
			uint64_t special;
			size_t used = pack(&e, base, BLOCKS * i, &special);

			check_utf8(&e, special, base, used);
			base += used;
		}
		/* A shape is that of a whole text: of one whose tokens are all there. */
		if (shapes && e.base == 0 && base == e.size && !e.bad && recall(&e, shapes, &shape))
			return e.bad ? 0 : e.size;
		check_tokens(&e, base == e.size);
	}
	e.bad |= !check_brackets(&e.stack, e.brackets, _bzhi_u64(~UINT64_C(0), e.brackets.count));
	if (e.bad || !e.ended)
		return 0;
	if (shape)
		learn(&e, shape);
	return e.size;
}

/* A function of its own: so large a frame costs time, as its pages are touched one by one. */
TARGET static __attribute__((noinline)) size_t
scan_without_shapes(const uint8_t *data, size_t size, bool is_line,
		    const struct medark_json_members *members)
{
	struct medark_json_tokens tokens;

	return scan(data, size, is_line, members, NULL, &tokens);
}

TARGET size_t medark_json_engine_vbmi2(const uint8_t *data, size_t size, bool is_line,
				       const struct medark_json_members *members)
{
	struct medark_json_shapes *shapes = members ? members->shapes : NULL;

	if (!shapes)
		return scan_without_shapes(data, size, is_line, members);
	assert(shapes->keys == members->keys);
	return scan(data, size, is_line, members, shapes, &shapes->tokens);
}
#endif
