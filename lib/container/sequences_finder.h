/* SPDX-License-Identifier: Apache-2.0 */
/* What the search and its twins share (sequences_body.h). For lib/container/sequences*.c only. */
#ifndef MEDARK_CONTAINER_SEQUENCES_FINDER_H
#define MEDARK_CONTAINER_SEQUENCES_FINDER_H

#include "container/sequences.h"

#include <stdbool.h>
#include <stdint.h>

/* RFC 8878 section 3.1.1.2.4: most bytes that a block gives. */
#define MEDARK_SEQUENCES_BLOCK ((size_t)128 << 10)

/* Sequences found so far, cut into blocks. */
struct medark_sequence_list {
	ZSTD_Sequence *at;
	size_t count, room;
	size_t block;	 /* bytes in the block that is open */
	size_t literals; /* bytes that no match gives */
};

/*
 * Places of the text by a hash of what stands there: 23 bits of the place, and above it 9 bits of
 * the hash that tell nearly always, without a look at the text, that something else stands there.
 */
#define MEDARK_SEQUENCES_TOKEN_LOG 15
#define MEDARK_SEQUENCES_LONG_LOG  14

struct medark_sequence_tables {
	uint32_t tails[1 << MEDARK_SEQUENCES_TOKEN_LOG]; /* a token's last 16 bytes; structure */
	uint32_t heads[1 << MEDARK_SEQUENCES_TOKEN_LOG]; /* its first 16 bytes */
	uint32_t inner[1 << MEDARK_SEQUENCES_LONG_LOG];	 /* any 8 bytes of a long one */
};

/*
 * Adds a sequence that crosses the end of a block or does not fit the list. False if there is no
 * more room.
 */
bool medark_sequence_list_split(struct medark_sequence_list *list, size_t literals, size_t length,
				size_t offset);

/*
 * Fills the list up to the last byte and gives true; false if there is no more room. The tables are
 * zeros. `text` has MEDARK_SEQUENCES_SEARCH_MIN bytes at least and MEDARK_SEQUENCES_TEXT_MAX at
 * most. The twins fill the list alike. The second needs a processor with AVX2 and BMI.
 */
#define MEDARK_SEQUENCES_SEARCH_MIN 1024
bool medark_sequences_search_scalar(struct medark_bytes text, struct medark_sequence_tables *tables,
				    struct medark_sequence_list *list);
#if defined(__x86_64__)
bool medark_sequences_search_avx2(struct medark_bytes text, struct medark_sequence_tables *tables,
				  struct medark_sequence_list *list);
#endif

#endif
