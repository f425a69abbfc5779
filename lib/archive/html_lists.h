/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_lists: the lists of a folder of pages (html_folder.h): appointments of the day when it was
 * made and of the seven after it, and who is admitted; and the summaries of the patients of each
 * list, or of one place, as documents to be printed. Files lists/N.html, lists/admitted.html and
 * lists/NAME-PLACE-PART.html, all numbers: their names say nothing about anybody. One thread.
 */
#ifndef MEDARK_ARCHIVE_HTML_LISTS_H
#define MEDARK_ARCHIVE_HTML_LISTS_H

#include "archive/html_folder.h"
#include "view/chart.h"

#define MEDARK_HTML_DAYS 8

struct medark_html_lists {
	enum medark_language language;
	char days[MEDARK_HTML_DAYS][16];
	/* Of each list, the last one of who is admitted: struct row of html_lists.c. */
	struct medark_buffer rows[MEDARK_HTML_DAYS + 1];
	struct medark_buffer parts; /* struct part: the patients of all of them */
	struct medark_buffer text;  /* markup of both */
	bool is_cut[MEDARK_HTML_DAYS + 1];
};

/* `made`: "2026-11-29T…", the day of it is the first one. MEDARK_E_SYSTEM: it is no date. */
int medark_html_lists_init(struct medark_html_lists *lists, enum medark_language language,
			   const char *made, struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it holds. */
void medark_html_lists_clear(struct medark_html_lists *lists);

/*
 * Looks at a patient's records; `number` is that of the pages. Of a list that has 1,000 rows no
 * more are taken. MEDARK_E_MEMORY.
 */
int medark_html_lists_add(struct medark_html_lists *lists, const struct medark_view_chart *chart,
			  uint64_t number, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes all pages into the folder `lists` of `folder`, which is made. `page`: what all have.
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_html_lists_write(struct medark_html_lists *lists, struct medark_html_folder *folder,
			    const struct medark_page *page,
			    struct medark_error *err) MEDARK_MUST_USE;

#endif
