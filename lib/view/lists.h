/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists: the lists that a chart is read in, in the order in which clinicians need them: allergies,
 * alerts, medication, laboratory … Every record of the chart is in one of them. What the source
 * says is shown; nothing is interpreted. Any thread.
 */
#ifndef MEDARK_VIEW_LISTS_H
#define MEDARK_VIEW_LISTS_H

#include "view/value.h"

#define MEDARK_VIEW_COLUMNS 6

enum medark_view_list {
	MEDARK_LIST_ALLERGIES,
	MEDARK_LIST_ALERTS,
	MEDARK_LIST_MEDICATION,
	MEDARK_LIST_LABORATORY,
	MEDARK_LIST_PROBLEMS,
	MEDARK_LIST_PROCEDURES,
	MEDARK_LIST_LETTERS,
	MEDARK_LIST_APPOINTMENTS,
	MEDARK_LIST_CONTACTS,
	MEDARK_LIST_VITALS,
	MEDARK_LIST_FINDINGS,
	MEDARK_LIST_IMMUNISATIONS,
	MEDARK_LIST_CARE,
	MEDARK_LIST_PEOPLE,
	MEDARK_LIST_REST,
	MEDARK_LIST_COUNT
};

/* Its name and its columns' where data is written out: lower case, ASCII. Static. */
struct medark_view_list_form {
	const char *name;
	const char *columns[MEDARK_VIEW_COLUMNS];
	size_t count;
};
const struct medark_view_list_form *medark_view_list_form(enum medark_view_list list);

/*
 * The list that a record is in; MEDARK_LIST_COUNT: in none, as the patient's own resource, and what
 * is outside of the chart.
 */
enum medark_view_list medark_view_list_of(const struct medark_view_record *record);

struct medark_view_row {
	const struct medark_view_record *record;
	struct medark_buffer text; /* the cells, one behind the other */
	size_t ends[MEDARK_VIEW_COLUMNS];
	bool is_current; /* active, on hold, planned: not ended */
	bool is_wrong;	 /* entered in error */
	bool is_flagged; /* the source calls a result something else than normal */
	bool is_dated;
	int64_t moment; /* seconds since 1970 UTC, of its date; by which lists are ordered */
};

void medark_view_row_clear(struct medark_view_row *row);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_view_row, medark_view_row_clear)

/* Fills `row`, which is cleared first, with what a record of `list` shows. MEDARK_E_MEMORY. */
int medark_view_row(const struct medark_view_values *v, enum medark_view_list list,
		    const struct medark_view_record *record, struct medark_view_row *row,
		    struct medark_error *err) MEDARK_MUST_USE;

/* Cell `i`, below the list's number of columns; borrowed. */
struct medark_bytes medark_view_cell(const struct medark_view_row *row, size_t i);

#endif
