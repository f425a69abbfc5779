/* SPDX-License-Identifier: Apache-2.0 */
/*
 * haul: what an export from a server has brought: sealed files in the job's folder, in the order in
 * which they become items of the archive, and what the server has and did not give. One thread.
 */
#ifndef MEDARK_LIVE_HAUL_H
#define MEDARK_LIVE_HAUL_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "source/source.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_HAUL_NAME_MAX 32	 /* of a sealed file in the folder, with the zero behind it */
#define MEDARK_HAUL_PATH_MAX 256 /* of an item, with the zero behind it */
#define MEDARK_HAUL_TIME_MAX 64

struct medark_haul_file {
	char *path; /* as an item, relative; owned */
	char name[MEDARK_HAUL_NAME_MAX];
	char *why;	/* it could not be had, in a sentence; NULL: it is there; owned */
	bool has_count; /* the server said how many records it holds */
	uint64_t count;
	bool is_opaque; /* anybody may have written it: no record is in it; see struct medark_entry
			 */
	bool is_plain;	/* nothing in it has a `url`: what came was looked at on the way */
};

struct medark_haul {
	struct medark_haul_file *files;
	size_t count, max;
	char **missing; /* sentences; owned */
	size_t missing_count, missing_max;
	char **remarks; /* sentences about what is no fault; owned */
	size_t remark_count, remark_max;
	char time[MEDARK_HAUL_TIME_MAX +
		  1]; /* as of which it is, in the server's words; or empty */
};

void medark_haul_clear(struct medark_haul *h);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_haul, medark_haul_clear)

/* Adds a copy of `file`, with its texts. MEDARK_E_MEMORY. */
int medark_haul_add(struct medark_haul *h, const struct medark_haul_file *file,
		    struct medark_error *err) MEDARK_MUST_USE;

/*
 * The server has something that it did not give: the archive will say that it is incomplete, and
 * `sentence` (copied) why, in its encrypted index. MEDARK_E_MEMORY.
 */
int medark_haul_miss(struct medark_haul *h, struct medark_error *err, const char *sentence,
		     ...) MEDARK_MUST_USE __attribute__((format(printf, 3, 4)));

/*
 * Something that somebody should know, and that does not make the archive incomplete: it is told,
 * and stands in the report, not in the archive. MEDARK_E_MEMORY.
 */
int medark_haul_remark(struct medark_haul *h, struct medark_error *err, const char *sentence,
		       ...) MEDARK_MUST_USE __attribute__((format(printf, 3, 4)));

/*
 * The files as entries of a source; one that could not be had is an entry that is
 * skipped; `missing` is not among them. `h`, `folder` and `secret` are borrowed while the source
 * and its streams live.
 */
int medark_haul_source(const struct medark_haul *h, int folder, struct medark_bytes secret,
		       struct medark_source **out, struct medark_error *err) MEDARK_MUST_USE;

#endif
