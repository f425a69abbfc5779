/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: one sealed member (FORMAT.md section 5): binding frame, zstd frame, seal; and back. The
 * binding makes a segment unusable under another name or in another archive. A writer or reader
 * holds contexts and scratch and belongs to one thread.
 */
#ifndef MEDARK_CONTAINER_SEGMENT_H
#define MEDARK_CONTAINER_SEGMENT_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/secret.h"
#include "container/layout.h"

/* 1 is the tuned fast level; 2 to 22 are zstd's own with a window of 8 MiB. */
#define MEDARK_LEVEL_DEFAULT 1

/* Readable bytes behind what a reader gives: what the scanners of lib/scan want. */
#define MEDARK_SEGMENT_SLACK 64

struct medark_segment_writer;

/* Copies the key. MEDARK_E_USAGE for a level that does not exist, MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_segment_writer_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive, int level,
			      struct medark_segment_writer **out,
			      struct medark_error *err) MEDARK_MUST_USE;
/* Wipes the key and what is left of plaintexts. */
void medark_segment_writer_free(struct medark_segment_writer *w);
MEDARK_DEFINE_AUTO(struct medark_segment_writer, medark_segment_writer_free)

/*
 * Compresses and seals `plain`: at most MEDARK_SEGMENT_MAX bytes of data, MEDARK_PAGE_MAX of an
 * index page, MEDARK_ROOT_MAX of the root. `out` is emptied first and must have a limit of
 * MEDARK_SEALED_MAX at least. All kinds are compressed alike. MEDARK_E_USAGE if `plain` is too
 * large or does not become small enough (F-15), MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_segment_write(struct medark_segment_writer *w, enum medark_kind kind, uint32_t number,
			 struct medark_bytes plain, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

struct medark_segment_reader;

/* Copies the key. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_segment_reader_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive,
			      struct medark_segment_reader **out,
			      struct medark_error *err) MEDARK_MUST_USE;
/* Wipes the key and the plaintext that was read last. */
void medark_segment_reader_free(struct medark_segment_reader *r);
MEDARK_DEFINE_AUTO(struct medark_segment_reader, medark_segment_reader_free)

/*
 * Unseals, checks the binding (kind, number, archive), decompresses within the limits of `kind`.
 * *out_plain is borrowed until the next call or until the reader is freed, and is written on
 * success only; MEDARK_SEGMENT_SLACK readable bytes stand behind it. MEDARK_E_FORMAT begins with
 * the layer that failed: "structure", "seal", "binding" or "compression". MEDARK_E_MEMORY.
 */
int medark_segment_read(struct medark_segment_reader *r, enum medark_kind kind, uint32_t number,
			struct medark_bytes sealed, struct medark_bytes *out_plain,
			struct medark_error *err) MEDARK_MUST_USE;

/* Structure check without a key (F-13, F-15). MEDARK_E_FORMAT. Any thread. */
int medark_segment_check(const struct medark_archive_id *archive, struct medark_bytes sealed,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
