/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agenda: lists of several patients: the appointments of a day, and who is admitted. Which records
 * are in them, and their rows, as a page shows them. Any thread.
 */
#ifndef MEDARK_VIEW_AGENDA_H
#define MEDARK_VIEW_AGENDA_H

#include "view/html.h"
#include "view/records.h"
#include "view/words.h"

/* Is it an Appointment that begins on `day`, "2026-11-29"? */
bool medark_agenda_is_appointment(const struct medark_view_record *record, const char *day);

/* Is it an Encounter that has begun, of a kind in which people stay, and has not ended? */
bool medark_agenda_is_admission(const struct medark_view_record *record);

/* Whose a row is. */
struct medark_agenda_patient {
	const struct medark_view_records *records;
	const char *id, *birth_date;
	struct medark_bytes name; /* markup: a link to the chart */
};

/* What rows are sorted by: a time, or a place; with a zero. */
#define MEDARK_AGENDA_KEY 96

/*
 * Appends the markup of an appointment's or an admission's row, and writes its key; a place that is
 * longer is cut. MEDARK_E_MEMORY.
 */
int medark_agenda_row(const struct medark_agenda_patient *patient,
		      const struct medark_view_record *record, enum medark_language language,
		      char out_key[MEDARK_AGENDA_KEY], struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Appends what stands in front of the rows, and behind them. MEDARK_E_MEMORY. */
int medark_agenda_begin(enum medark_language language, bool is_admitted, struct medark_buffer *out,
			struct medark_error *err) MEDARK_MUST_USE;
int medark_agenda_end(struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
