/* SPDX-License-Identifier: Apache-2.0 */
#include "view/agenda.h"

#include "view/date.h"
#include "view/lists.h"
#include "view/patient_number.h"

#define BIRTH_MAX ((size_t)1 << 24) /* of a date, which may be no date */

bool medark_agenda_is_appointment(const struct medark_view_record *record, const char *day)
{
	struct medark_bytes start;

	if (!record->root || !medark_bytes_is(record->type, "Appointment"))
		return false;
	start = medark_json_text_at(&record->tree, record->root, "start");
	return medark_bytes_starts(start, day);
}

bool medark_agenda_is_admission(const struct medark_view_record *record)
{
	static const char *const states[] = { "in-progress", "onleave", "arrived" };
	static const char *const kinds[] = { "IMP", "ACUTE", "NONAC", "OBSENC", "SS", "EMER" };
	const struct medark_json_node *kind;
	struct medark_bytes text;
	bool is_open = false, stays = false;

	if (!record->root || !medark_bytes_is(record->type, "Encounter") ||
	    medark_view_find(record, record->root, "period.end"))
		return false;
	text = medark_json_text_at(&record->tree, record->root, "status");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		is_open |= medark_bytes_is(text, states[i]);
	kind = medark_view_find(record, record->root, "class");
	text = kind ? medark_json_text_at(&record->tree, kind, "code") : medark_bytes(NULL, 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		stays |= medark_bytes_is(text, kinds[i]);
	return is_open && stays;
}

/* ---- rows ---- */

/* As much of a key as there is room for, without half a character. */
static void write_key(struct medark_bytes key, char out[MEDARK_AGENDA_KEY])
{
	size_t size = key.size < MEDARK_AGENDA_KEY ? key.size : MEDARK_AGENDA_KEY - 1;

	while (size && size < key.size && (key.data[size] & 0xc0) == 0x80)
		size--;
	if (size)
		memcpy(out, key.data, size);
	out[size] = 0;
}

static int put_cell(struct medark_bytes text, bool is_date, struct medark_buffer *out,
		    struct medark_error *err)
{
	return medark_html(out, err, is_date ? "<td class=\"when\">%b</td>" : "<td>%b</td>", text);
}

static int put_patient(const struct medark_agenda_patient *p, enum medark_language language,
		       struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer born = MEDARK_BUFFER_SECRET(BIRTH_MAX);

	MEDARK_TRY(medark_view_date(language, medark_bytes_text(p->birth_date), &born, err));
	MEDARK_TRY(medark_buffer_text(out, "<th scope=\"row\">", err));
	MEDARK_TRY(medark_buffer_add(out, p->name.data, p->name.size, err));
	MEDARK_TRY(medark_buffer_text(out, "</th>", err));
	MEDARK_TRY(put_cell(medark_bytes(born.data, born.size), true, out, err));
	return put_cell(medark_patient_number_in(p->records, p->id), false, out, err);
}

int medark_agenda_row(const struct medark_agenda_patient *p,
		      const struct medark_view_record *record, enum medark_language language,
		      char out_key[MEDARK_AGENDA_KEY], struct medark_buffer *out,
		      struct medark_error *err)
{
	static const size_t appointment[] = { 0, 1, 2, 4, 5 }, admission[] = { 4, 0, 1, 3, 5 };
	bool is_day = medark_bytes_is(record->type, "Appointment");
	const size_t *cells = is_day ? appointment : admission;
	const struct medark_view_values values = { .records = p->records,
						   .language = language,
						   .is_page = true };
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row row = { 0 };

	MEDARK_TRY(medark_view_row(&values,
				   is_day ? MEDARK_LIST_APPOINTMENTS : MEDARK_LIST_CONTACTS, record,
				   &row, err));
	write_key(medark_view_cell(&row, cells[0]), out_key);
	MEDARK_TRY(medark_buffer_text(out, row.is_wrong ? "<tr class=\"wrong\">" : "<tr>", err));
	MEDARK_TRY(put_cell(medark_view_cell(&row, cells[0]), is_day, out, err));
	MEDARK_TRY(put_patient(p, language, out, err));
	for (size_t i = 1; i < 5; i++)
		MEDARK_TRY(put_cell(medark_view_cell(&row, cells[i]), cells[i] == 0, out, err));
	return medark_buffer_text(out, "</tr>\n", err);
}

int medark_agenda_begin(enum medark_language language, bool is_admitted, struct medark_buffer *out,
			struct medark_error *err)
{
	const enum medark_word heads[] = { is_admitted ? MEDARK_WORD_WHERE : MEDARK_WORD_DATE,
					   MEDARK_WORD_NAME,
					   MEDARK_WORD_BIRTH_DATE,
					   MEDARK_WORD_NUMBER,
					   is_admitted ? MEDARK_WORD_DATE : MEDARK_WORD_WHAT,
					   is_admitted ? MEDARK_WORD_WHAT : MEDARK_WORD_STATUS,
					   MEDARK_WORD_REASON,
					   MEDARK_WORD_BY };

	MEDARK_TRY(medark_buffer_text(
		out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr>",
		err));
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		MEDARK_TRY(medark_html(out, err, "<th scope=\"col\">%s</th>",
				       medark_word(language, heads[i])));
	return medark_buffer_text(out, "</tr></thead><tbody>\n", err);
}

int medark_agenda_end(struct medark_buffer *out, struct medark_error *err)
{
	return medark_buffer_text(out, "</tbody></table></div>\n", err);
}
