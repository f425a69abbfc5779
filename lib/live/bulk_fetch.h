/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk_fetch: fetches the files of a bulk export into sealed files, some side by side; fewer after
 * the server has said that it is too much. For lib/live only.
 */
#ifndef MEDARK_LIVE_BULK_FETCH_H
#define MEDARK_LIVE_BULK_FETCH_H

#include "live/bulk.h"

struct medark_bulk_fetch_setup {
	const struct medark_bulk_setup *bulk;	     /* borrowed */
	const struct medark_bulk_manifest *manifest; /* borrowed; `refresh` may change addresses */
	/* Gets fresh addresses for all files; a failure leaves the old ones. */
	int (*refresh)(void *context, struct medark_error *err);
	void *context;
};

struct medark_bulk_fetch;

/* Looks which files are there already. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_bulk_fetch_new(const struct medark_bulk_fetch_setup *setup,
			  struct medark_bulk_fetch **out, struct medark_error *err) MEDARK_MUST_USE;
/* Ends what is under way. */
void medark_bulk_fetch_free(struct medark_bulk_fetch *f);
MEDARK_DEFINE_AUTO(struct medark_bulk_fetch, medark_bulk_fetch_free)

/* Errors as of medark_bulk_run(); that a file cannot be had is none. */
int medark_bulk_fetch_run(struct medark_bulk_fetch *f, struct medark_error *err) MEDARK_MUST_USE;

/* File `i` of the manifest: its name in the folder, is it there, and why if not. */
void medark_bulk_name(size_t i, char out[MEDARK_HAUL_NAME_MAX]);
bool medark_bulk_fetch_has(const struct medark_bulk_fetch *f, size_t i);
/* Did it come in this run, and has nothing in it a `url`? */
bool medark_bulk_fetch_is_plain(const struct medark_bulk_fetch *f, size_t i);

/* It came in this run, and nothing but the connection's end told that of the file. */
bool medark_bulk_fetch_is_open_ended(const struct medark_bulk_fetch *f, size_t i);
const char *medark_bulk_fetch_why(const struct medark_bulk_fetch *f, size_t i);

/*
 * Removes all files of a job from its folder but MEDARK_BULK_MARK; MEDARK_BULK_DONE at the end, as
 * without it what is left would look like a job to go on with. MEDARK_E_SYSTEM.
 */
int medark_bulk_fetch_clear(int folder, struct medark_error *err) MEDARK_MUST_USE;

/* Removes what was fetched alone. MEDARK_E_SYSTEM. */
int medark_bulk_fetch_clear_files(int folder, struct medark_error *err) MEDARK_MUST_USE;

#endif
