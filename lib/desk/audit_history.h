/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_history: all files of a folder of the log as one story: newest rows first for a page, or
 * from the beginning for a copy, and whether nothing was changed or taken out. Another thread or
 * process may append meanwhile: what comes later is not seen. Any number of threads, each with its
 * own.
 */
#ifndef MEDARK_DESK_AUDIT_HISTORY_H
#define MEDARK_DESK_AUDIT_HISTORY_H

#include "base/cleanup.h"
#include "base/error.h"

#include <medark/desk.h>

/* A row: number of its file, number in it; both from 1. */
struct medark_audit_spot {
	uint64_t file, row;
};

struct medark_audit_wanted {
	const struct medark_audit_filter *filter; /* NULL: all */
	struct medark_audit_spot upto;		  /* nothing newer; zeroed: up to the newest */
	uint64_t skip;				  /* of the newest rows that the filter wants */
	uint64_t limit;				  /* rows at most */
	/* A row; its texts and the info are valid during the call. Non-zero ends it. */
	int (*each)(void *context, const struct medark_audit_info *log,
		    const struct medark_audit_row *row);
	/* Asked now and then; true ends it with MEDARK_E_INTERRUPTED. May be NULL. */
	bool (*is_stopping)(void *context);
	void *context;
};

enum medark_audit_fault {
	MEDARK_AUDIT_WHOLE = 0,
	MEDARK_AUDIT_NO_LOG,	 /* a file's head is not whole, or it cannot be read */
	MEDARK_AUDIT_BAD_ROW,	 /* a row was changed, put in or taken out */
	MEDARK_AUDIT_NOT_BEHIND, /* a file was not begun behind the one before it */
	MEDARK_AUDIT_WAS_FAULTY, /* when a file was begun the one before it was faulty */
	/* What a row says was not written with the log's key; found of rows that are told only. */
	MEDARK_AUDIT_NOT_GENUINE,
};

struct medark_audit_story {
	uint64_t files, rows; /* as far as they check */
	uint64_t first;	      /* number of the first file that is there */
	/* The first fault; rows behind it in its file are not shown, other files are. */
	enum medark_audit_fault fault;
	struct medark_audit_spot fault_at;
	uint64_t sealed; /* files that the identity does not open: checked, not shown */
	struct medark_audit_spot newest; /* zeroed: there is no row */
	char hash[65];			 /* of that row; empty without one */
	bool more;			 /* older rows are wanted, too */
};

/*
 * Checks all files, and unless `identity` is NULL, calls `each` for the wanted rows, the newest
 * first. A log that was changed is told in *out, and is no failure. MEDARK_E_NOT_FOUND: there is no
 * such folder; what `each` returned; MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED.
 */
int medark_audit_history(const char *folder, const struct medark_identity *identity,
			 const struct medark_audit_wanted *wanted, struct medark_audit_story *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/* All rows from the first on, of the files that an identity opens. */
struct medark_audit_walk;

/* All is borrowed while the walk is there, which the caller frees. Errors as above. */
int medark_audit_walk_new(const char *folder, const struct medark_identity *identity,
			  const struct medark_audit_filter *filter, struct medark_audit_walk **out,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_audit_walk_free(struct medark_audit_walk *walk);
MEDARK_DEFINE_AUTO(struct medark_audit_walk, medark_audit_walk_free)

/*
 * The next row that is wanted: 1, or 0 at the end. 2: `most` rows (1 or more), or those of a file,
 * were read, and none of them is; ask again. Row and info are valid until the next call.
 * Errors of medark_audit_open() but MEDARK_E_IDENTITY, and of medark_audit_next().
 */
int medark_audit_walk_next(struct medark_audit_walk *walk, uint64_t most,
			   const struct medark_audit_info **out_log, struct medark_audit_row *out,
			   struct medark_error *err) MEDARK_MUST_USE;

#endif
