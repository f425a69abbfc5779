/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: the text PROOF of a proof of records (FORMAT.md section 14): for each data segment that
 * records stand in the path from its hash to the records root, for each record its salt and the
 * path from its leaf to the segment's tree. It has one form for what it says: what is read is what
 * would be written, byte for byte.
 */
#ifndef MEDARK_CONTAINER_PROOF_H
#define MEDARK_CONTAINER_PROOF_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "container/layout.h"
#include "container/merkle.h"
#include "crypto/leaf.h"

#include <stdbool.h>

/* A line of PROOF. Large (2 KB). */
struct medark_proof_line {
	bool is_leaf;
	uint32_t segment; /* from 1; of a leaf that in which it stands */
	uint64_t leaves;  /* of that segment */
	/* Of a leaf: its place in the segment, from 0, and its salt. */
	uint64_t leaf;
	uint8_t salt[MEDARK_LEAF_SALT_SIZE];
	/* From the leaf's hash to the segment's tree, or from the segment's hash to the root. */
	size_t path_count;
	struct medark_digest path[MEDARK_MERKLE_PATH_MAX];
};

/* ---- writing ---- */

/* Appends the head. `leaves`: how many lines of leaves follow. MEDARK_E_MEMORY. */
int medark_proof_write_head(struct medark_buffer *out, uint64_t leaves,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends a line. A segment comes before its leaves; segments, and leaves within one, are in the
 * order of their numbers. MEDARK_E_MEMORY.
 */
int medark_proof_write_line(struct medark_buffer *out, const struct medark_proof_line *line,
			    struct medark_error *err) MEDARK_MUST_USE;

/* ---- reading: one thread ---- */
struct medark_proof_reader {
	struct medark_bytes rest; /* borrowed from the text */
	uint64_t leaves;	  /* as the head says, 1 to MEDARK_NUMBER_MAX */
	uint64_t number;	  /* leaves so far */
	uint64_t line;		  /* number of the line that was read last */
	uint32_t segment;	  /* the last one; 0: none yet */
	uint64_t segment_leaves;
	uint64_t next; /* of its leaves the next one is this or a later one */
};

/* Reads the head. `text` is borrowed. MEDARK_E_FORMAT. */
int medark_proof_begin(struct medark_bytes text, struct medark_proof_reader *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads the next line: 1; 0 behind the last, when as many leaves have been read as the head says.
 * MEDARK_E_FORMAT names the line: it has another form, stands out of order, is of a segment without
 * leaves, or a leaf's place is not below the segment's leaves. Whether a path has the right length,
 * and leads anywhere, is not looked at.
 */
int medark_proof_next(struct medark_proof_reader *reader, struct medark_proof_line *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
