/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart: the chart of one patient as HTML, within the frame of page.h. What the source says is
 * shown in the order in which clinicians need it; nothing is interpreted. Served and written charts
 * differ only in where links lead, which the caller says. Any thread.
 */
#ifndef MEDARK_VIEW_CHART_H
#define MEDARK_VIEW_CHART_H

#include "view/html.h"
#include "view/lists.h"

/* Of the patient, as an index has it. Borrowed; NULL or empty: not recorded. */
struct medark_view_facts {
	const char *id, *bsn, *family, *given, *text, *birth_date, *gender, *deceased_date;
	bool is_deceased, is_inactive;
};

enum medark_view_link {
	MEDARK_LINK_RAW,  /* to the page of medark_view_raw() */
	MEDARK_LINK_FILE, /* to what an Attachment holds or points to */
	MEDARK_LINK_IPS,  /* to the summary to hand over */
};

struct medark_view_chart {
	const struct medark_view_records *records;
	enum medark_language language;
	struct medark_view_facts facts;
	const char *on;	     /* RFC 3339: ages, and what was stopped lately, are as of then */
	uint64_t unresolved; /* references that lead to nothing */
	/*
	 * Appends where a link leads: 1, or 0 if it leads nowhere and is not to be made.
	 * `attachment` is the Attachment of a LINK_FILE.
	 */
	int (*link)(void *context, enum medark_view_link kind,
		    const struct medark_view_record *record,
		    const struct medark_json_node *attachment, struct medark_buffer *out_href,
		    struct medark_error *err);
	void *context;
};

/* What a column of struct medark_view_list_form is called on a page. */
enum medark_word medark_view_column_word(const char *column);

/* Appends "JANSEN, Anna", as plain text. MEDARK_E_MEMORY. */
int medark_view_patient_name(const struct medark_view_facts *facts, enum medark_language language,
			     struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Appends "JANSEN, Anna · 31 Dec 1970 · BSN 999990019": for titles and sheets of paper. As above.
 */
int medark_view_sheet(const struct medark_view_facts *facts, enum medark_language language,
		      struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Appends the banner of the patient, for struct medark_page. MEDARK_E_MEMORY. */
int medark_view_banner(const struct medark_view_chart *chart, struct medark_buffer *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends how the patient and others are reached, as a list of terms, as far as it is recorded.
 * MEDARK_E_MEMORY.
 */
int medark_view_details(const struct medark_view_chart *chart, struct medark_buffer *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Appends the chart. MEDARK_E_MEMORY; errors of `link`. */
int medark_view_chart(const struct medark_view_chart *chart, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends what a chart begins with, to be printed alone: warnings, and the summary with all current
 * medication. `link` is not called. MEDARK_E_MEMORY.
 */
int medark_view_summary(const struct medark_view_chart *chart, struct medark_buffer *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Appends all records as they stand, up to MEDARK_VIEW_RAW_MAX bytes. MEDARK_E_MEMORY. */
#define MEDARK_VIEW_RAW_MAX ((size_t)16 << 20)
int medark_view_raw(const struct medark_view_chart *chart, struct medark_buffer *out,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
