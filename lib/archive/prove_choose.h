/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prove_choose: which leaves of an archive a proof is about. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_PROVE_CHOOSE_H
#define MEDARK_ARCHIVE_PROVE_CHOOSE_H

#include "archive/open.h"
#include "base/buffer.h"

#include <medark/proof.h>

struct medark_chosen_leaf {
	uint32_t segment; /* data segment, from 1 */
	uint64_t leaf;	  /* its place in the segment, from 0 */
	/* In the segment's content, in bytes. */
	uint32_t offset, length;
};

struct medark_choice {
	struct medark_buffer leaves; /* struct medark_chosen_leaf by segment and place, each once */
	uint64_t records;	     /* a record in parts is several leaves */
};

#define MEDARK_CHOICE_MAX ((size_t)1 << 31)
#define MEDARK_CHOICE                                                                              \
	{                                                                                          \
		.leaves = MEDARK_BUFFER(MEDARK_CHOICE_MAX)                                         \
	}

/*
 * Finds the leaves of what is asked for. `out` begins as MEDARK_CHOICE, cleared by the caller.
 * Errors of medark_archive_prove(), but those of writing.
 */
int medark_choose(struct medark_archive *archive, const struct medark_prove_request *request,
		  const struct medark_events *events, struct medark_choice *out,
		  struct medark_error *err) MEDARK_MUST_USE;
void medark_choice_clear(struct medark_choice *choice);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_choice, medark_choice_clear)

#endif
