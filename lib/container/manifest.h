/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: the signed list of all members (FORMAT.md section 10). The writer adds members in the
 * archive's order; the reader parses the whole text strictly and then answers by position or name.
 * Both apply the same rules of order and size, so that no manifest is written that is not read.
 */
#ifndef MEDARK_CONTAINER_MANIFEST_H
#define MEDARK_CONTAINER_MANIFEST_H

#include "base/buffer.h"
#include "container/layout.h"
#include "crypto/digest.h"

struct medark_manifest_member {
	const char *name; /* borrowed from the manifest */
	uint64_t size;	  /* of its content, bytes */
	uint64_t offset;  /* of its tar header, in a tar file */
	struct medark_digest digest;
};

struct medark_manifest_facts {
	struct medark_archive_id archive;
	uint32_t sequence; /* from 1 */
	bool has_previous; /* exactly if sequence is above 1 */
	struct medark_digest previous;
	uint64_t records; /* at most INT64_MAX, and so for leaves */
	uint64_t leaves;
	struct medark_digest records_root;
};

/* ---- writing: one thread at a time ---- */
struct medark_manifest_writer;
int medark_manifest_writer_new(struct medark_manifest_writer **out,
			       struct medark_error *err) MEDARK_MUST_USE;
void medark_manifest_writer_free(struct medark_manifest_writer *w);
MEDARK_DEFINE_AUTO(struct medark_manifest_writer, medark_manifest_writer_free)

/*
 * Adds the next member, in the order of F-7. MEDARK_E_USAGE if it stands out of order, is larger
 * than its limit, or is one member too many; MEDARK_E_MEMORY past MEDARK_MANIFEST_MAX.
 */
int medark_manifest_writer_add(struct medark_manifest_writer *w, const char *name, uint64_t size,
			       const struct medark_digest *digest,
			       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the complete text of MANIFEST to `out`. MEDARK_E_USAGE if members are missing,
 * MEDARK_E_MEMORY past MEDARK_MANIFEST_MAX or the limit of `out`.
 */
int medark_manifest_writer_finish(struct medark_manifest_writer *w,
				  const struct medark_manifest_facts *facts,
				  struct medark_buffer *out,
				  struct medark_error *err) MEDARK_MUST_USE;

/* ---- reading: immutable once parsed, any thread ---- */
struct medark_manifest;

/*
 * Parses strictly: form, limits, and that the members before MANIFEST are exactly those of F-7 in
 * that order, data and each index table numbered from 1 without a gap (F-21). MEDARK_E_FORMAT
 * names the line; MEDARK_E_MEMORY. `text` is copied as far as needed; what is allocated is less
 * than twice its size.
 */
int medark_manifest_parse(struct medark_bytes text, struct medark_manifest **out,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_manifest_free(struct medark_manifest *m);
MEDARK_DEFINE_AUTO(struct medark_manifest, medark_manifest_free)

const struct medark_manifest_facts *medark_manifest_facts(const struct medark_manifest *m);
uint32_t medark_manifest_count(const struct medark_manifest *m);

/* Member number `i` (from 0, i < count); borrowed. */
const struct medark_manifest_member *medark_manifest_member(const struct medark_manifest *m,
							    uint32_t i);

/* The member of a segment, or NULL. number from 1. Constant time. */
const struct medark_manifest_member *
medark_manifest_segment(const struct medark_manifest *m, enum medark_kind kind, uint32_t number);

/* How many segments of this kind there are: 1 for the root. */
uint32_t medark_manifest_segments(const struct medark_manifest *m, enum medark_kind kind);

/* A member with a fixed name (MEDARK_MEMBER_…), or NULL. Constant time. */
const struct medark_manifest_member *medark_manifest_find(const struct medark_manifest *m,
							  const char *name);

/* Where MANIFEST's own tar header stands: behind all members. */
uint64_t medark_manifest_offset(const struct medark_manifest *m);

#endif
