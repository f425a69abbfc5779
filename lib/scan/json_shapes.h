/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_shapes: what is remembered of valid texts, so that the next ones of the same shape need less
 * work. The shape of a text is the row of its tokens' kinds: brackets, colons, commas, strings and
 * scalars (numbers and literals, which count as one kind). Grammar, depth and where the members of
 * the outermost object begin and end depend on it alone; what depends on bytes must be looked at
 * for each text: strings, scalars, the members' names.
 *
 * For the engine that packs tokens (json_vbmi2.c) alone.
 */
#ifndef MEDARK_SCAN_JSON_SHAPES_H
#define MEDARK_SCAN_JSON_SHAPES_H

#include "scan/json.h"

/* Blocks of 64 bytes that are packed at once, and how often before their tokens are looked at. */
#define MEDARK_JSON_TOKENS_BLOCKS 64
#define MEDARK_JSON_TOKENS_PACKS  4

/* Tokens before those of the blocks: those that wait for the two behind them, and one more. */
#define MEDARK_JSON_TOKENS_FRONT 128

/* The last blocks' tokens are stored whole, and two tokens more are looked at. */
#define MEDARK_JSON_TOKENS_ROOM                                                                    \
	(MEDARK_JSON_TOKENS_FRONT + 64 * MEDARK_JSON_TOKENS_BLOCKS * MEDARK_JSON_TOKENS_PACKS + 128)

/* Tokens, and where they stand: those of the blocks by block and byte, others by their offset. */
struct medark_json_tokens {
	uint8_t kinds[MEDARK_JSON_TOKENS_ROOM];
	uint8_t blocks[MEDARK_JSON_TOKENS_ROOM];
	uint8_t bytes[MEDARK_JSON_TOKENS_ROOM];
	size_t front[MEDARK_JSON_TOKENS_FRONT];
};

/* The kind of a scalar; any other token's is its first byte. */
#define MEDARK_JSON_SHAPE_SCALAR 's'

/* Shapes of more tokens, scalars or members are not remembered. */
#define MEDARK_JSON_SHAPE_TOKENS  2048 /* a multiple of 64 */
#define MEDARK_JSON_SHAPE_SCALARS 256
#define MEDARK_JSON_SHAPE_MEMBERS 40

/* Shapes that are remembered, a power of two. */
#define MEDARK_JSON_SHAPES_LOG 8

/* A member of the outermost object, and how it was called when it was seen first. */
struct medark_json_shape_member {
	uint16_t colon;	  /* number of the token: the name is the one before it, the value behind */
	uint16_t end;	  /* of the token behind the value */
	uint32_t key;	  /* if the name is this one: its key, or MEDARK_JSON_KEYS_MAX */
	uint32_t bytes;	  /* bit: this byte of `name` counts */
	uint8_t name[32]; /* with its closing quote */
};

struct medark_json_shape {
	uint32_t count; /* of tokens; 0: none is remembered here */
	uint32_t scalar_count, member_count;
	uint64_t asked; /* the hash that was looked for last and not found */
	uint16_t scalars[MEDARK_JSON_SHAPE_SCALARS]; /* numbers of the tokens */
	struct medark_json_shape_member members[MEDARK_JSON_SHAPE_MEMBERS];
	uint8_t kinds[MEDARK_JSON_SHAPE_TOKENS]; /* zeros behind */
};

struct medark_json_shapes {
	const struct medark_json_keys *keys;
	struct medark_json_tokens tokens; /* of the text at hand */
	struct medark_json_shape shapes[1 << MEDARK_JSON_SHAPES_LOG];
};

/*
 * Remembers the shape of a text that is a valid object and has the kinds kinds[0, count), at most
 * MEDARK_JSON_SHAPE_TOKENS; the names of its members, their keys and `asked` are left to the
 * caller. Nothing is remembered (shape->count is 0) if it has too many scalars or members. One
 * thread at a time.
 */
void medark_json_shape_learn(struct medark_json_shape *shape, const uint8_t *kinds, size_t count);

#endif
