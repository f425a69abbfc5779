/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search. Included by the twins, which bring these four, all size_t:
 *
 * - quote_after(p): bytes from p to the next quote; STEP if none is in STEP bytes
 * - quote_before(p): bytes back from p to a quote, from 1; STEP + 1 if none is near
 * - equal_before(a, b): equal bytes in front of a and b, at most STEP
 * - equal_after(a, b, stop): equal bytes from a and b on, up to stop
 *
 * They must agree in every result. They read STEP bytes on either side; `origin`, `limit` and
 * `stop` keep that inside of the text.
 *
 * A token is what stands between two quotes: a name, a value, or the punctuation between them.
 * Where a match ends, the bytes differ inside of one token. What to compare next, in this order:
 *
 * - the last but one or two offsets, right there: back to the record that was left for one value
 * - if only a byte differs: the next quote with the next quote of the same source
 * - the place that held a token of the same tail: a value seen before, as a reference's id
 * - the place that held a token of the same head: a date's day
 * - the next quote with the next quote of the same source: the value is new, what follows is not
 * - the place that held the same 8 bytes behind a quote: another structure
 *
 * Tokens are put into the tables only where matches end. So tables stay small, and most of the text
 * is only compared, never hashed.
 */
#include "base/bytes.h"
#include "container/sequences_finder.h"

#define STEP 64

/* Bytes that a hashed head or tail has; the tail's quote is one of them. */
#define TOKEN_BYTES 16
/* A match of a head must give that much beyond what the last match had already. */
#define HEAD_GAIN 5
/* Up to so many bytes that differ are not worth another source. */
#define SHORT_DIFFERENCE 1

#define PLACE_BITS 23
#define PLACE_MASK ((UINT32_C(1) << PLACE_BITS) - 1)
#define TAG_BITS   (32 - PLACE_BITS)

struct finder {
	const uint8_t *origin;	  /* places count from here; no source is in front of it */
	const uint8_t *limit;	  /* no token is looked at from here on */
	const uint8_t *stop;	  /* no match goes on from here */
	const uint8_t *anchor;	  /* first byte that no sequence has */
	const uint8_t *source;	  /* where to look for the next quote of the last match's source */
	const uint8_t *far_quote; /* none is in front of it, in a long token */
	size_t offsets[3];	  /* the last ones, all different; 0 at first */
	struct medark_sequence_tables *tables;
	struct medark_sequence_list *list;
};

/* What agrees at `at` and `from`, and in `back` bytes in front of them. */
struct match {
	const uint8_t *at, *from;
	size_t back;
	const uint8_t *keep; /* the source to go on with if the match ends within its token */
	const uint8_t *token_end;
};

/* In one order of bytes, for the hashes' sake. */
static inline uint64_t load(const uint8_t *p)
{
	return medark_get_le64(p);
}

static inline uint64_t hash_one(uint64_t a)
{
	return a * UINT64_C(0x9E3779B185EBCA87);
}

static inline uint64_t hash_two(uint64_t a, uint64_t b)
{
	return (hash_one(a) ^ (b * UINT64_C(0xC2B2AE3D27D4EB4F)) >> 7) *
	       UINT64_C(0x165667B19E3779F9);
}

static inline size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Puts `at` into the table; what was there with the same tag, or NULL. */
static inline const uint8_t *exchange(const struct finder *f, uint32_t *table, unsigned log,
				      uint64_t hash, const uint8_t *at)
{
	uint32_t *entry = &table[hash >> (64 - log)];
	uint32_t tag = (uint32_t)(hash >> (64 - log - TAG_BITS)) & ((1u << TAG_BITS) - 1);
	uint32_t place = (uint32_t)(at - f->origin);
	uint32_t new = tag << PLACE_BITS | place, old = *entry;

	*entry = new;
	/* Not the same place, which a token has that is looked at twice. */
	return (old ^ new) - 1 < PLACE_MASK ? f->origin + (old & PLACE_MASK) : NULL;
}

static inline bool add(struct medark_sequence_list *list, size_t literals, size_t length,
		       size_t offset)
{
	size_t sum = list->block + literals + length;

	if (sum > MEDARK_SEQUENCES_BLOCK || list->count == list->room)
		return medark_sequence_list_split(list, literals, length, offset);
	list->at[list->count++] = (ZSTD_Sequence) { .offset = (unsigned)offset,
						    .litLength = (unsigned)literals,
						    .matchLength = (unsigned)length };
	list->block = sum;
	list->literals += literals;
	return true;
}

static inline void remember(struct finder *f, size_t offset)
{
	if (offset == f->offsets[0])
		return;
	if (offset != f->offsets[1])
		f->offsets[2] = f->offsets[1];
	f->offsets[1] = f->offsets[0];
	f->offsets[0] = offset;
}

/* Takes a match as far as it goes; false if the list is full. */
static inline bool take(struct finder *f, const struct match *m)
{
	size_t length = equal_after(m->at, m->from, f->stop);
	size_t offset = (size_t)(m->at - m->from);

	if (!add(f->list, (size_t)(m->at - f->anchor) - m->back, m->back + length, offset))
		return false;
	remember(f, offset);
	f->anchor = m->at + length;
	f->source = m->keep && f->anchor <= m->token_end ? m->keep : m->from + length;
	return true;
}

/* A match at the anchor with one of the offsets before the last. */
static inline bool match_offset(const struct finder *f, struct match *m)
{
	for (size_t i = 1; i < 3; i++) {
		const uint8_t *from = f->anchor - f->offsets[i];

		if (medark_get_le32(f->anchor) == medark_get_le32(from) && f->offsets[i]) {
			*m = (struct match) { .at = f->anchor, .from = from };
			return true;
		}
	}
	return false;
}

/* A match at a quote, as far back as the anchor. */
static inline struct match match_quote(const struct finder *f, const uint8_t *quote,
				       const uint8_t *from)
{
	return (struct match) { .at = quote,
				.from = from,
				.back = smaller(equal_before(quote, from),
						(size_t)(quote - f->anchor)) };
}

/* The token of which [p, end) is the part that is not matched; `head` is the quote in front. */
static inline bool match_token(struct finder *f, const uint8_t *head, const uint8_t *p,
			       const uint8_t *end, struct match *m)
{
	const uint8_t *same_tail, *same_head, *source = f->source;
	bool follows = source && source < end && load(source) == load(end);

	same_tail = exchange(f, f->tables->tails, MEDARK_SEQUENCES_TOKEN_LOG,
			     hash_two(load(end - 7), load(end - 15)), end);
	same_head = exchange(f, f->tables->heads, MEDARK_SEQUENCES_TOKEN_LOG,
			     hash_two(load(head), load(head + 8)), head);
	if (follows && end - p <= SHORT_DIFFERENCE) {
		*m = match_quote(f, end, source);
		return true;
	}
	if (same_tail) {
		*m = match_quote(f, end, same_tail);
		m->back = smaller(m->back, (size_t)(end - p));
		if (m->back >= TOKEN_BYTES - 1 || load(end) == load(same_tail))
			return true;
	}
	if (same_head && head + TOKEN_BYTES >= p + HEAD_GAIN &&
	    equal_after(head, same_head, p + HEAD_GAIN) >= (size_t)(p + HEAD_GAIN - head)) {
		*m = (struct match) { .at = p,
				      .from = same_head + (p - head),
				      .keep = follows ? source : NULL,
				      .token_end = end };
		return true;
	}
	if (follows)
		*m = match_quote(f, end, source);
	return follows;
}

/* The same 8 bytes behind a quote somewhere else. */
static inline bool match_structure(struct finder *f, const uint8_t *quote, struct match *m)
{
	const uint8_t *from = exchange(f, f->tables->tails, MEDARK_SEQUENCES_TOKEN_LOG,
				       hash_one(load(quote)), quote);

	if (!from || load(from) != load(quote))
		return false;
	*m = match_quote(f, quote, from);
	return true;
}

/* Inside of a long token (narrative, base64) any place may match. */
static inline bool match_inside(struct finder *f, const uint8_t *p, struct match *m)
{
	const size_t offset = f->offsets[0];
	const uint8_t *end;

	if (f->far_quote < p + STEP)
		f->far_quote = p + STEP;
	while (f->far_quote < f->limit) {
		size_t n = quote_after(f->far_quote);

		f->far_quote += n;
		if (n < STEP)
			break;
	}
	end = f->far_quote < f->limit ? f->far_quote : f->limit;
	for (const uint8_t *x = p; x < end; x += 1 + ((x - p) >> 6)) {
		const uint8_t *from = exchange(f, f->tables->inner, MEDARK_SEQUENCES_LONG_LOG,
					       hash_one(load(x)), x);

		if (medark_get_le32(x + 1) == medark_get_le32(x + 1 - offset) && offset) {
			*m = match_quote(f, x + 1, x + 1 - offset);
			return true;
		}
		if (from && load(from) == load(x)) {
			*m = match_quote(f, x, from);
			return true;
		}
	}
	return false;
}

/* The next match from the anchor on; false at the end of the text. */
static inline bool match_next(struct finder *f, struct match *m)
{
	const uint8_t *p = f->anchor, *head, *end;

	if (p >= f->limit)
		return false;
	if (match_offset(f, m))
		return true;
	/* Without a quote near, what is taken for the head is no place of a token: harmless. */
	if (p < f->origin + STEP + 1)
		p = f->origin + STEP + 1;
	head = p - quote_before(p);
	for (; p < f->limit; p = head + 1) {
		size_t n = quote_after(p);

		if (f->source && f->source < f->stop)
			f->source += quote_after(f->source);
		if (n < STEP) {
			end = p + n;
			if (match_token(f, head, p, end, m))
				return true;
		} else {
			if (match_inside(f, p, m))
				return true;
			end = f->far_quote;
			if (end >= f->limit)
				return false;
		}
		if (match_structure(f, end, m))
			return true;
		head = end;
	}
	return false;
}

static bool search(struct medark_bytes text, struct medark_sequence_tables *tables,
		   struct medark_sequence_list *list)
{
	const uint8_t *end = text.data + text.size;
	struct finder f = { .origin = text.data + STEP,
			    .limit = end - 4 * STEP,
			    .stop = end - STEP,
			    .anchor = text.data,
			    .far_quote = text.data,
			    .tables = tables,
			    .list = list };
	struct match m;

	while (match_next(&f, &m))
		if (!take(&f, &m))
			return false;
	/* The rest of the text are the literals of the delimiter. */
	return medark_sequence_list_split(list, (size_t)(end - f.anchor), 0, 0);
}
