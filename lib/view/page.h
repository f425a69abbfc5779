/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: the frame of every page, served or written into a folder: head with style, the banner that
 * says how fresh the data is, navigation, and what is printed on every sheet. Pages work without
 * scripts and fetch nothing. Any thread.
 *
 *	medark_page_begin(&page, out, err);
 *	… the content: medark_html() …
 *	medark_page_end(&page, out, err);
 *
 * What style.css has beside the frame and the chart, for pages made elsewhere: <form class="form">
 * with <p><label>, <input>, <p class="hint">, <p class="error">; <button>, <button class="quiet">;
 * <table class="list"> in <div class="scroll">; <p class="notice">, "notice good", "notice bad";
 * <section class="panel">; <main> is narrow if `is_narrow`, as for a log-in. In a list <td
 * class="n"> holds a number, "w" what is not broken, and <tr class="sum"> ends the rows that
 * it sums up.
 */
#ifndef MEDARK_VIEW_PAGE_H
#define MEDARK_VIEW_PAGE_H

#include "view/html.h"
#include "view/words.h"

/* When what is shown was exported. Borrowed; NULL texts are left out. */
struct medark_page_copy {
	const char *from; /* RFC 3339, with the zone that it is to be shown in */
	const char
		*made; /* the same: when the page is written, if it is kept; NULL: it is served */
	int64_t age;   /* seconds between `from` and the page; below 0: not known */
	const char *source;
	uint64_t archives; /* of a chain that it comes from */
	bool is_complete;
};

struct medark_page_link {
	const char *text, *href;
	bool is_current;
};

struct medark_page {
	enum medark_language language;
	struct medark_bytes title; /* plain text */
	struct medark_bytes sheet; /* on each printed sheet: who it is about; may be empty */
	const struct medark_page_copy *copy; /* NULL: the page shows no data */
	const char *style_href;		     /* NULL: the style is in the page */
	const char *policy;	    /* Content-Security-Policy; NULL: the server sends it */
	struct medark_bytes script; /* at the end, as it is: ours, with its hash in `policy` */
	const struct medark_page_link *links;
	size_t link_count;
	struct medark_bytes
		banner; /* markup of ours that stays in sight: of one patient; or empty */
	bool is_narrow;
	bool is_report; /* in our own words: nothing in it is as a source recorded it */
	bool has_parts; /* only its parts are printed: medark_page_part_begin() */
};

/* One patient of several on a page: printed, each begins a sheet and has its own head on all. */
struct medark_page_part {
	struct medark_bytes sheet;  /* as of a page */
	struct medark_bytes banner; /* the same */
	uint64_t number, count;	    /* 3 of 40 */
};

/* Up to and with <main>. MEDARK_E_MEMORY. */
int medark_page_begin(const struct medark_page *page, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/* From </main> on. MEDARK_E_MEMORY. */
int medark_page_end(const struct medark_page *page, struct medark_buffer *out,
		    struct medark_error *err) MEDARK_MUST_USE;

/* Around a part's content, between the above; of `page` its language and copy. MEDARK_E_MEMORY. */
int medark_page_part_begin(const struct medark_page *page, const struct medark_page_part *part,
			   struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;
int medark_page_part_end(struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* The style sheet, as it stands in <style>: for who serves it, or needs its hash. Static. */
struct medark_bytes medark_page_style(void);

#endif
