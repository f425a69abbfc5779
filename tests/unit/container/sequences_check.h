/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of the sequences of any text, for the unit test and the fuzz target: the twins
 * find the same; read back by the rules of RFC 8878, the sequences give the text; and libzstd makes
 * of them a frame that it opens again.
 */
#ifndef MEDARK_TEST_SEQUENCES_CHECK_H
#define MEDARK_TEST_SEQUENCES_CHECK_H

#include "container/sequences_finder.h"

#include <stdlib.h>
#include <string.h>

/* A reader of sequences that knows nothing of how they were found. */
static inline bool sequences_give(const ZSTD_Sequence *list, size_t count, struct medark_bytes text)
{
	size_t at = 0, block = 0;

	for (size_t i = 0; i < count; i++) {
		const ZSTD_Sequence *s = &list[i];

		block += (size_t)s->litLength + s->matchLength;
		if (block > MEDARK_SEQUENCES_BLOCK || text.size - at < s->litLength)
			return false;
		at += s->litLength;
		if (s->offset == 0) {
			if (s->matchLength != 0 || (block == 0 && text.size > 0))
				return false;
			block = 0;
			continue;
		}
		if (s->matchLength < 3 || s->offset > at || s->offset >= (8u << 20) ||
		    text.size - at < s->matchLength)
			return false;
		for (size_t k = 0; k < s->matchLength; k++, at++)
			if (text.data[at] != text.data[at - s->offset])
				return false;
	}
	return at == text.size && block == 0 && count > 0;
}

static inline bool frame_gives(const ZSTD_Sequence *list, size_t count, struct medark_bytes text)
{
	size_t room = ZSTD_compressBound(text.size), n;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint8_t *frame = malloc(room), *back = malloc(text.size);
	bool same = c && frame && back;

	if (same) {
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 23);
		ZSTD_CCtx_setParameter(c, ZSTD_c_strategy, ZSTD_fast);
		ZSTD_CCtx_setParameter(c, ZSTD_c_blockDelimiters, ZSTD_sf_explicitBlockDelimiters);
		ZSTD_CCtx_setParameter(c, ZSTD_c_searchForExternalRepcodes, ZSTD_ps_enable);
		n = ZSTD_compressSequences(c, frame, room, list, count, text.data, text.size);
		same = !ZSTD_isError(n) &&
		       ZSTD_decompress(back, text.size, frame, n) == text.size &&
		       memcmp(back, text.data, text.size) == 0;
	}
	free(back);
	free(frame);
	ZSTD_freeCCtx(c);
	return same;
}

#if defined(__x86_64__)
static inline bool twins_agree(struct medark_bytes text, const struct medark_sequence_list *want,
			       bool want_found)
{
	struct medark_sequence_tables *tables;
	struct medark_sequence_list list = { .room = want->room };
	bool same;

	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi"))
		return true;
	tables = calloc(1, sizeof(*tables));
	list.at = calloc(list.room, sizeof(*list.at));
	same = tables && list.at &&
	       medark_sequences_search_avx2(text, tables, &list) == want_found &&
	       list.count == want->count && list.literals == want->literals &&
	       memcmp(list.at, want->at, list.count * sizeof(*list.at)) == 0;
	free(list.at);
	free(tables);
	return same;
}
#else
static inline bool twins_agree(struct medark_bytes text, const struct medark_sequence_list *want,
			       bool want_found)
{
	(void)text;
	(void)want;
	return want_found || !want_found;
}
#endif

/* `text` has MEDARK_SEQUENCES_SEARCH_MIN to MEDARK_SEQUENCES_TEXT_MAX bytes; `room` sequences fit.
 */
static inline bool sequences_hold(struct medark_bytes text, size_t room)
{
	struct medark_sequence_tables *tables = calloc(1, sizeof(*tables));
	struct medark_sequence_list list = { .room = room };
	/* As large as the text: a sanitizer sees what is read beyond it. */
	uint8_t *copy = malloc(text.size);
	bool found, holds = false;

	list.at = calloc(room, sizeof(*list.at));
	if (tables && list.at && copy) {
		memcpy(copy, text.data, text.size);
		text.data = copy;
		found = medark_sequences_search_scalar(text, tables, &list);
		holds = list.count <= room && twins_agree(text, &list, found) &&
			(!found || (sequences_give(list.at, list.count, text) &&
				    frame_gives(list.at, list.count, text)));
	}
	free(copy);
	free(list.at);
	free(tables);
	return holds;
}

#endif
