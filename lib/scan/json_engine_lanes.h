/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_lanes: what the passes of json_engine_body.h work on, and their arithmetic on masks.
 * A mask has 64 bits, bit i stands for byte i of a block of 64 bytes; `lanes` is a vector of the
 * masks of LANES neighbouring blocks.
 *
 * Strings, numbers and white space are runs in such masks. An addition carries a mark from one end
 * of a run to the other, for all runs at once: follow().
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_LANES_H
#define MEDARK_SCAN_JSON_ENGINE_LANES_H

#include "scan/json_engine_bytes.h"

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
	uint64_t curly;	      /* of these, { and }; else anything */
};

/* What a chunk is made of. Separators are without those in strings. */
struct chunk {
	alignas(64) uint64_t quote[BLOCKS];
	uint64_t string[BLOCKS]; /* strings with their opening, without their closing quotes */
	uint64_t open[BLOCKS], close[BLOCKS], curly[BLOCKS], colon[BLOCKS], comma[BLOCKS];
	uint64_t space[BLOCKS];	    /* in strings too */
	uint64_t in_object[BLOCKS]; /* the separator after each colon */
	uint64_t scalar[BLOCKS];    /* where numbers, literals and what does not belong begin */
	uint64_t faults[BLOCKS];    /* of special blocks: what must not stand in a string */
	uint32_t special;	    /* blocks with control characters, backslashes, no ASCII */
	uint32_t scalars;	    /* blocks where a scalar begins */
	size_t count;		    /* blocks in use */
	size_t member_count;
	uint16_t members[64 * BLOCKS + POSITIONS_SLACK]; /* colons and commas at level 1 */
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
TARGET static inline lanes follow(lanes from, lanes at, lanes gap, unsigned through,
				  unsigned *carry)
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

#endif
