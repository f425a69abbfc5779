/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: one sealed member (FORMAT.md sections 5): binding frame, zstd frame, seal; and back.
 * A writer or reader holds contexts and scratch and belongs to one thread.
 */
#ifndef MEDARK_CONTAINER_SEGMENT_H
#define MEDARK_CONTAINER_SEGMENT_H

#include "base/buffer.h"
#include "base/secret.h"
#include "container/layout.h"

/* 1 is the tuned fast level; 2 to 22 are zstd's own. */
#define MEDARK_LEVEL_DEFAULT 1

struct medark_segment_writer;
int medark_segment_writer_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive, int level,
			      struct medark_segment_writer **out, struct medark_error *err)
	MEDARK_MUST_USE;
void medark_segment_writer_free(struct medark_segment_writer *w);
MEDARK_DEFINE_AUTO(struct medark_segment_writer *, medark_segment_writer_free)
/*
 * Compresses and seals `plain` (at most MEDARK_SEGMENT_MAX). `out` is emptied first and must have
 * a limit of MEDARK_SEALED_MAX at least. Index kinds are compressed at a higher level: they are small.
 */
int medark_segment_write(struct medark_segment_writer *w, enum medark_kind kind, uint32_t number,
			 struct medark_bytes plain, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

struct medark_segment_reader;
int medark_segment_reader_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive,
			      struct medark_segment_reader **out, struct medark_error *err)
	MEDARK_MUST_USE;
void medark_segment_reader_free(struct medark_segment_reader *r);
MEDARK_DEFINE_AUTO(struct medark_segment_reader *, medark_segment_reader_free)
/*
 * Unseals, checks the binding (kind, number, archive), decompresses within the limits of `kind`.
 * *out_plain is borrowed until the next call; MEDARK_JSON_PADDING (64) readable bytes stand behind
 * it. Wiped when the reader is freed. MEDARK_E_FORMAT names the layer: structure, tag, binding,
 * compression.
 */
int medark_segment_read(struct medark_segment_reader *r, enum medark_kind kind, uint32_t number,
			struct medark_bytes sealed, struct medark_bytes *out_plain,
			struct medark_error *err) MEDARK_MUST_USE;

/* Structure check without a key (F-13). */
int medark_segment_check(const struct medark_archive_id *archive, struct medark_bytes sealed,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
