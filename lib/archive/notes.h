/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes: what somebody should know of an export that is no fault of it: items that are kept, but
 * not looked into, and entries that were left out on purpose. They are counted, and named in the
 * report; the archive does not hold them. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_NOTES_H
#define MEDARK_ARCHIVE_NOTES_H

#include "archive/sorter.h"
#include "base/buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_notes {
	struct medark_sorter *lines; /* be64 number -> JSON; NULL: no report is wanted */
	uint64_t count;
	uint64_t closed;   /* items that are not looked into, though they could hold records */
	uint64_t archives; /* items that are medark archives */
	uint64_t excluded; /* entries that are left out on purpose */
	uint64_t unlike;   /* items named as files of records, in which none was recognised */
	struct medark_buffer row; /* scratch */
};

/* `report`: also keep what medark_notes_report() writes. `folder`: for temporary files; copied. */
int medark_notes_new(const char *folder, bool report, struct medark_notes **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_notes_free(struct medark_notes *n);
MEDARK_DEFINE_AUTO(struct medark_notes, medark_notes_free)

struct medark_note {
	uint32_t item;		  /* its number */
	const char *prefix;	  /* in front of the path */
	struct medark_bytes path; /* borrowed for the call */
	bool is_inside;		  /* it is about what the item holds compressed */
	const char *what;	  /* a sentence for the user, without patient data */
};

/* An entry that is left out on purpose; it is no item. */
int medark_notes_excluded(struct medark_notes *n, const struct medark_note *note,
			  struct medark_error *err) MEDARK_MUST_USE;

/* An item that is a medark archive. `what` is not looked at. */
int medark_notes_archive(struct medark_notes *n, const struct medark_note *note,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * An item, not empty, that is looked into and is nothing that is known: it is noted if its name
 * ends as those of files of records do (.json, .ndjson, .jsonl, .xml, perhaps compressed). A disk
 * that failed, or an export that broke off, leaves such files. `what` is not looked at.
 */
int medark_notes_unrecognised(struct medark_notes *n, const struct medark_note *note,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Another item that is kept but not looked into. */
int medark_notes_closed(struct medark_notes *n, const struct medark_note *note,
			struct medark_error *err) MEDARK_MUST_USE;

/* A sentence about no item, without patient data. */
int medark_notes_remark(struct medark_notes *n, const char *sentence,
			struct medark_error *err) MEDARK_MUST_USE;

/* Calls `line` for each line of the report, in the order they came. Once, at the end. */
int medark_notes_report(struct medark_notes *n,
			int (*line)(void *context, struct medark_bytes text,
				    struct medark_error *err),
			void *context, struct medark_error *err) MEDARK_MUST_USE;

#endif
