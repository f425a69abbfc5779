/* SPDX-License-Identifier: Apache-2.0 */
#include "container/sequences.h"

#include "base/large.h"
#include "base/secret.h"
#include "container/sequences_finder.h"

#include <stdlib.h>
#include <string.h>

/* Fewer bytes a sequence than this: zstd's own search does as well. Bounds the list's memory. */
#define BYTES_A_SEQUENCE 16

/*
 * If more than one byte of so many repeats nothing, pieces differ inside, where zstd's own search
 * finds more. In records it is one of 14 to 25.
 */
#define BYTES_A_LITERAL 8

/*
 * How many places of a text are looked at, 64 bytes each; how many quotes they hold at least, and
 * how many pairs of spaces at most. Indented texts have the same punctuation everywhere: zstd's own
 * search makes them 3 to 22 % smaller.
 */
#define SAMPLES	     64
#define SAMPLE_BYTES 64
#define QUOTES_MIN   (SAMPLES * SAMPLE_BYTES / 64)
#define SPACES_MAX   (SAMPLES * SAMPLE_BYTES / 32)

/* RFC 8878 allows matches from 3 bytes on; a piece that a block's end leaves is longer. */
#define PIECE_MIN 4

struct medark_sequences {
	struct medark_sequence_tables tables;
	ZSTD_Sequence *list;
	size_t room, used; /* sequences: allocated, and written at most since then */
	bool scalar;
};

/* ---- the list ---- */

static bool put(struct medark_sequence_list *list, size_t literals, size_t length, size_t offset)
{
	if (list->count == list->room)
		return false;
	list->at[list->count++] = (ZSTD_Sequence) { .offset = (unsigned)offset,
						    .litLength = (unsigned)literals,
						    .matchLength = (unsigned)length };
	list->block += literals + length;
	list->literals += literals;
	return true;
}

static bool end_block(struct medark_sequence_list *list, size_t literals)
{
	bool fits = put(list, literals, 0, 0);

	list->block = 0;
	return fits;
}

bool medark_sequence_list_split(struct medark_sequence_list *list, size_t literals, size_t length,
				size_t offset)
{
	while (list->block + literals + length > MEDARK_SEQUENCES_BLOCK) {
		size_t room = MEDARK_SEQUENCES_BLOCK - list->block, piece;

		if (literals >= room) {
			if (!end_block(list, room))
				return false;
			literals -= room;
			continue;
		}
		piece = room - literals;
		if (piece > length - PIECE_MIN && piece < length)
			piece = length - PIECE_MIN;
		if (piece >= PIECE_MIN) {
			if (!put(list, literals, piece, offset))
				return false;
			literals = 0;
			length -= piece;
		}
		if (!end_block(list, literals))
			return false;
		literals = 0;
	}
	return length ? put(list, literals, length, offset) : end_block(list, literals);
}

/* ---- the search ---- */

int medark_sequences_new(struct medark_sequences **out, struct medark_error *err)
{
	struct medark_sequences *s = medark_large_new(sizeof(*s));

	if (!s)
		return medark_error_memory(err, "compression");
	*out = s;
	return 0;
}

static void free_list(struct medark_sequences *s)
{
	medark_secret_wipe(s->list, s->used * sizeof(*s->list));
	medark_large_free(s->list, s->room * sizeof(*s->list));
	s->list = NULL;
	s->room = s->used = 0;
}

void medark_sequences_free(struct medark_sequences *s)
{
	if (!s)
		return;
	free_list(s);
	medark_secret_wipe(&s->tables, sizeof(s->tables));
	medark_large_free(s, sizeof(*s));
}

void medark_sequences_use_scalar(struct medark_sequences *s)
{
	s->scalar = true;
}

/* Records as they are sent: a quote every dozen bytes, and not indented. */
static bool looks_like_records(struct medark_bytes text)
{
	const size_t distance = (text.size - SAMPLE_BYTES) / SAMPLES;
	size_t quotes = 0, spaces = 0;

	for (size_t i = 0; i < SAMPLES; i++) {
		const uint8_t *p = text.data + i * distance;

		for (size_t k = 1; k < SAMPLE_BYTES; k++) {
			quotes += p[k] == '"';
			spaces += p[k] == ' ' && p[k - 1] == ' ';
		}
	}
	return quotes >= QUOTES_MIN && spaces <= SPACES_MAX;
}

static int make_room(struct medark_sequences *s, size_t text, struct medark_error *err)
{
	size_t room = text / BYTES_A_SEQUENCE;

	if (room <= s->room)
		return 0;
	free_list(s);
	s->list = medark_large_new(room * sizeof(*s->list));
	if (!s->list)
		return medark_error_memory(err, "compression");
	s->room = room;
	return 0;
}

static bool search(struct medark_sequences *s, struct medark_bytes text,
		   struct medark_sequence_list *list)
{
#if defined(__x86_64__)
	if (!s->scalar && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return medark_sequences_search_avx2(text, &s->tables, list);
#endif
	return medark_sequences_search_scalar(text, &s->tables, list);
}

int medark_sequences_find(struct medark_sequences *s, struct medark_bytes text,
			  const ZSTD_Sequence **out_list, size_t *out_count,
			  struct medark_error *err)
{
	struct medark_sequence_list list = { 0 };
	bool found;

	*out_list = NULL;
	*out_count = 0;
	if (text.size < MEDARK_SEQUENCES_TEXT_MIN || text.size > MEDARK_SEQUENCES_TEXT_MAX ||
	    !looks_like_records(text))
		return 0;
	MEDARK_TRY(make_room(s, text.size, err));
	list.at = s->list;
	list.room = text.size / BYTES_A_SEQUENCE; /* not what an earlier text has left */
	memset(&s->tables, 0, sizeof(s->tables));
	found = search(s, text, &list);
	s->used = s->used > list.count ? s->used : list.count;
	if (!found || list.literals > text.size / BYTES_A_LITERAL)
		return 0;
	*out_list = s->list;
	*out_count = list.count;
	return 0;
}
