/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequences: finds what repeats in a segment of records, for zstd to write down (RFC 8878 section
 * 3.1.1.3.2). Knows one thing about the text that zstd's own search does not: records resemble
 * each other piece by piece, and the pieces lie between quotes. Stands under compress.c.
 */
#ifndef MEDARK_CONTAINER_SEQUENCES_H
#define MEDARK_CONTAINER_SEQUENCES_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

/*
 * For sequences here, for the contexts' own memory in compress.c. zstd calls both experimental:
 * every libzstd since 1.5.4 exports them, and a later one may change them.
 */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

/* Of texts that are searched, in bytes: below, the tables cost too much; above, the list does. */
#define MEDARK_SEQUENCES_TEXT_MIN ((size_t)64 << 10)
#define MEDARK_SEQUENCES_TEXT_MAX ((size_t)8 << 20)

struct medark_sequences;

/* Room is taken as texts need it. MEDARK_E_MEMORY. */
int medark_sequences_new(struct medark_sequences **out, struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what the tables tell of texts. */
void medark_sequences_free(struct medark_sequences *s);
MEDARK_DEFINE_AUTO(struct medark_sequences, medark_sequences_free)

/*
 * Cuts `text` into sequences, with a delimiter behind each block as ZSTD_compressSequences wants it
 * for ZSTD_sf_explicitBlockDelimiters. *out_list is borrowed until the next call, *out_count is how
 * many they are: 0 if zstd's own search should be used, for the text is too short or too long, has
 * few quotes, is indented, or repeats itself too little or in pieces that are too small. The same
 * text gives the same sequences on every processor. Offsets are below 8 MiB. MEDARK_E_MEMORY. One
 * thread at a time.
 */
int medark_sequences_find(struct medark_sequences *s, struct medark_bytes text,
			  const ZSTD_Sequence **out_list, size_t *out_count,
			  struct medark_error *err) MEDARK_MUST_USE;

/* For tests: without SIMD from now on. */
void medark_sequences_use_scalar(struct medark_sequences *s);

#endif
