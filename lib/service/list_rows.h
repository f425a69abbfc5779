/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_rows: the rows of a list of several patients (planned.h), as it shows them: appointments of
 * a day by their time, who is admitted by where. One thread.
 */
#ifndef MEDARK_SERVICE_LIST_ROWS_H
#define MEDARK_SERVICE_LIST_ROWS_H

#include "service/service_private.h"
#include "view/agenda.h"

/* Patients of a list; nobody reads more. */
#define MEDARK_LIST_PATIENTS_MAX 300

struct medark_list_row {
	char key[MEDARK_AGENDA_KEY]; /* what rows are sorted by: a time, or a place */
	size_t at, size;	     /* of its markup */
	size_t id;		     /* where the patient's id stands, with a zero behind it */
};

struct medark_list_rows {
	struct medark_call *call;
	size_t number;		   /* of the list */
	struct medark_buffer list; /* struct medark_list_row, sorted */
	struct medark_buffer text; /* markup */
	struct medark_buffer ids;
	bool more; /* than MEDARK_LIST_PATIENTS_MAX */
};

/* Bytes of all rows. */
#define MEDARK_LIST_TEXT_MAX ((size_t)4 << 20)
#define MEDARK_LIST_ROWS(of, which)                                                                \
	{                                                                                          \
		.call = (of), .number = (which),                                                   \
		.list = MEDARK_BUFFER_SECRET(MEDARK_LIST_TEXT_MAX),                                \
		.text = MEDARK_BUFFER_SECRET(MEDARK_LIST_TEXT_MAX),                                \
		.ids = MEDARK_BUFFER_SECRET(MEDARK_LIST_TEXT_MAX)                                  \
	}
void medark_list_rows_clear(struct medark_list_rows *rows);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_list_rows, medark_list_rows_clear)

/*
 * Reads the charts of the list's patients, of whom nothing may be shown before the log says so.
 * Call with a complete record_find. MEDARK_E_INTERRUPTED if the service ends; errors of
 * medark_shelf_chart_at().
 */
int medark_list_rows_gather(struct medark_list_rows *rows) MEDARK_MUST_USE;

static inline size_t medark_list_rows_count(const struct medark_list_rows *rows)
{
	return rows->list.size / sizeof(struct medark_list_row);
}

static inline const struct medark_list_row *medark_list_rows_at(const struct medark_list_rows *rows,
								size_t i)
{
	return (const struct medark_list_row *)(const void *)rows->list.data + i;
}

static inline const char *medark_list_rows_id(const struct medark_list_rows *rows, size_t i)
{
	return (const char *)rows->ids.data + medark_list_rows_at(rows, i)->id;
}

/*
 * The places by which the admitted can be told apart, in the order of the rows; of appointments
 * there is one, for all rows. Place `i`, below the number of them; borrowed.
 */
size_t medark_list_rows_places(const struct medark_list_rows *rows);
const char *medark_list_rows_place(const struct medark_list_rows *rows, size_t i);

/*
 * The list that an address or a form names: "admitted", or a day's number; false: there is none.
 * `day` of another one than the admitted is below MEDARK_PLANNED_DAYS.
 */
bool medark_list_find(struct medark_bytes name, size_t *out);

/* Its name in addresses. */
void medark_list_name(size_t list, char out[16]);

/* "2026-11-29" of a list of appointments. */
void medark_list_day(const struct medark_call *call, size_t list, char out[16]);

/* Appends the list's title to the body: "Admitted", "Appointments of 29 Nov 2026". */
int medark_list_title(struct medark_call *call, size_t list) MEDARK_MUST_USE;

/* What the log calls it: "admitted", "appointments of 2026-11-29". */
void medark_list_detail(const struct medark_call *call, size_t list, char out[64]);

/* The names are in before the lists are complete: one that lacks somebody would be worse. 503. */
int medark_list_not_yet(struct medark_call *call) MEDARK_MUST_USE;

#endif
