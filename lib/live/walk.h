/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk: many searches, each page by page, into sealed files of one page each. Which search is how
 * far is told by the pages that are there: a program that was killed reads them, and goes on behind
 * the last one. For lib/live only. One thread.
 */
#ifndef MEDARK_LIVE_WALK_H
#define MEDARK_LIVE_WALK_H

#include "live/bulk.h"
#include "live/bundle.h"
#include "live/haul.h"
#include "live/talk.h"

#define MEDARK_WALK_PAGE_MAX ((size_t)128 << 20) /* bytes of a page */

/* For everything that is fetched page by page; all borrowed. */
struct medark_walk_place {
	struct medark_talk talk;
	struct medark_http *http; /* for pages, with nothing else under way */
	unsigned parallel;	  /* searches at once, 1 and more */
	int folder;
	struct medark_bytes secret;
	int (*tell)(void *context, const struct medark_bulk_progress *progress,
		    struct medark_error *err);
	void *context;
};

struct medark_walk_setup {
	struct medark_walk_place place;
	char letter;  /* tells the files of this walk from those of others in the folder */
	size_t count; /* of the searches, which are numbered from 0 */
	size_t first; /* those in front of it are none of this walk's business */
	/*
	 * Appends the address of a search below the base, with its zero; `page_size`: records that
	 * a page is to have; 0: as many as the server likes.
	 */
	int (*ask)(void *context, size_t search, unsigned page_size, struct medark_buffer *out,
		   struct medark_error *err);
	/* Each page, also one of an earlier run; NULL: not wanted. */
	int (*page)(void *context, size_t search, const struct medark_bundle *page,
		    struct medark_error *err);
	void *context;
};

struct medark_walk;

/* MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_walk_new(const struct medark_walk_setup *setup, struct medark_walk **out,
		    struct medark_error *err) MEDARK_MUST_USE;
void medark_walk_free(struct medark_walk *w);
MEDARK_DEFINE_AUTO(struct medark_walk, medark_walk_free)

/*
 * Fetches all pages. 0 also if some could not be had: medark_walk_failure() tells of them. A
 * negative code of a callback; errors of medark_requests_add().
 */
int medark_walk_run(struct medark_walk *w, struct medark_error *err) MEDARK_MUST_USE;

/* Pages of a search that are there. After medark_walk_run(), as all that follows. */
uint32_t medark_walk_pages(const struct medark_walk *w, size_t search);

/* The name of page `page` (from 1) in the folder. */
void medark_walk_name(const struct medark_walk *w, size_t search, uint32_t page,
		      char out[MEDARK_HAUL_NAME_MAX]);

/* Why a search has not come whole, in a sentence without an id; NULL: it has. Borrowed. */
const char *medark_walk_failure(const struct medark_walk *w, size_t search);
/* The status that the server answered it with; 0: none. */
unsigned medark_walk_status(const struct medark_walk *w, size_t search);

/* Records that the server says that it found, and did not give; remarks, and errors among them. */
struct medark_walk_sums {
	uint64_t short_searches, short_records;
	uint64_t outcomes, errors;
};
struct medark_walk_sums medark_walk_sums(const struct medark_walk *w);

#endif
