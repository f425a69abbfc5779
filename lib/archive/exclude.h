/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exclude: what an export leaves out of its sources: what the user's patterns say, and the files
 * that the export itself is writing. Reading it: any thread.
 */
#ifndef MEDARK_ARCHIVE_EXCLUDE_H
#define MEDARK_ARCHIVE_EXCLUDE_H

#include "base/error.h"
#include "source/source.h"

#define MEDARK_EXCLUDE_PATTERNS_MAX 256
#define MEDARK_EXCLUDE_OWN_MAX	    2

struct medark_exclude {
	char *patterns[MEDARK_EXCLUDE_PATTERNS_MAX]; /* owned */
	size_t pattern_count;
	struct {
		uint64_t device, inode;
	} own[MEDARK_EXCLUDE_OWN_MAX];
	size_t own_count;
};

/* Frees the patterns. */
void medark_exclude_clear(struct medark_exclude *e);

/*
 * Adds a pattern (copied) of fnmatch(3), in which * stands for / too. It is about paths within a
 * source and their folders. MEDARK_E_USAGE if it could match nothing, MEDARK_E_MEMORY.
 */
int medark_exclude_add(struct medark_exclude *e, const char *pattern,
		       struct medark_error *err) MEDARK_MUST_USE;

/* A file that is being written, of at most MEDARK_EXCLUDE_OWN_MAX. */
void medark_exclude_own(struct medark_exclude *e, uint64_t device, uint64_t inode);

/* Does a pattern match the path within a source, or a folder that it lies in? */
bool medark_exclude_matches(const struct medark_exclude *e, struct medark_bytes path);

/* Why the entry is left out; a static string, or NULL if it is not. */
const char *medark_exclude_reason(const struct medark_exclude *e, const struct medark_entry *entry);

#endif
