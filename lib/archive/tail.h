/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail: the end of an archive file, from MANIFEST to its last byte (F-5, F-8), by which reading
 * begins. Everything in it has its one form; nothing in it is verified yet.
 */
#ifndef MEDARK_ARCHIVE_TAIL_H
#define MEDARK_ARCHIVE_TAIL_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "container/addition.h"
#include "container/manifest.h"
#include "store/input.h"

struct medark_tail {
	uint64_t offset;	      /* of MANIFEST's tar header in the file */
	struct medark_buffer bytes;   /* from there to the end of the file */
	struct medark_bytes manifest; /* contents, borrowed from `bytes`, as of all below */
	struct medark_bytes signature;
	struct medark_addition additions[MEDARK_ADDITIONS_MAX];
	size_t addition_count;
};

/*
 * Reads and checks the form: headers, padding, LOCATOR, end. MEDARK_E_FORMAT, also for a file that
 * is no archive at all; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. `out` is cleared by the caller.
 */
int medark_tail_read(struct medark_input *in, struct medark_tail *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same of bytes that are there: fills the views of `tail`, whose `bytes` and `offset` are set.
 * MEDARK_E_FORMAT.
 */
int medark_tail_parse(struct medark_tail *tail, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Parses the manifest, and checks that it stands where its members end (F-8, F-21): nothing else is
 * in the file. The caller has verified the signature, or says that nobody has. MEDARK_E_FORMAT,
 * MEDARK_E_MEMORY.
 */
int medark_tail_manifest(const struct medark_tail *tail, struct medark_manifest **out,
			 struct medark_error *err) MEDARK_MUST_USE;

void medark_tail_clear(struct medark_tail *tail);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_tail, medark_tail_clear)

#endif
