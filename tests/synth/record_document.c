/* SPDX-License-Identifier: Apache-2.0 */
/* DocumentReference with a letter inside or a Binary beside it, and that Binary: a small PDF. */
#include "writer.h"

#include "calendar.h"

#define SCAN_OBJECTS	6
#define LETTER_MEDICINE 5 /* at most */

/* RFC 4648, section 4; returns the size of `out`. */
static size_t encode(const char *data, size_t size, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *in = (const uint8_t *)data;
	char *start = out;

	for (; size >= 3; size -= 3, in += 3) {
		uint32_t n = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

		*out++ = digits[n >> 18];
		*out++ = digits[n >> 12 & 63];
		*out++ = digits[n >> 6 & 63];
		*out++ = digits[n & 63];
	}
	if (size > 0) {
		uint32_t n = (uint32_t)in[0] << 16 | (size > 1 ? (uint32_t)in[1] << 8 : 0);

		*out++ = digits[n >> 18];
		*out++ = digits[n >> 12 & 63];
		*out++ = (char)(size > 1 ? digits[n >> 6 & 63] : '=');
		*out++ = '=';
	}
	return (size_t)(out - start);
}

/* Encodes what was composed into $body. */
static void set_body(struct synth_writer *w)
{
	size_t size = w->plain.used;

	if (size > sizeof(w->encoded) / 4 * 3 - 3)
		size = sizeof(w->encoded) / 4 * 3 - 3;
	synth_set_bytes(w->form, SLOT_body, w->encoded, encode(w->plain.data, size, w->encoded));
}

static void set_result(struct synth_writer *w, uint16_t row, int32_t day)
{
	const struct synth_quantity *quantity = &synth_quantity_rows[row];

	synth_set(w->form, SLOT_display, quantity->text);
	synth_set(w->form, SLOT_unit, quantity->unit);
	synth_set_number(w->form, SLOT_value, synth_quantity_value(w->chart, row, day),
			 quantity->decimals);
	synth_set_number(w->form, SLOT_low, quantity->low, quantity->decimals);
	synth_set_number(w->form, SLOT_high, quantity->high, quantity->decimals);
}

/* The middle of a letter: what is used and what was measured. */
static void compose_facts(struct synth_writer *w, int32_t day)
{
	const struct synth_chart *chart = w->chart;
	uint32_t medicines = chart->count[TYPE_STATEMENT];
	uint32_t panel = synth_random_below(&w->random, synth_panel_count);

	for (uint32_t i = 0; i < medicines && i < LETTER_MEDICINE; i++) {
		uint16_t row = chart->items[TYPE_STATEMENT][i].row;

		synth_set(w->form, SLOT_text, synth_medication_rows[row].text);
		synth_set(w->form, SLOT_dose, synth_medication_rows[row].dose);
		synth_fill(w->form, T_LETTER_MEDICATION);
	}
	for (unsigned i = 0; i < SYNTH_PANEL_QUANTITIES_MAX; i++) {
		uint16_t row = w->set->panel_quantity[panel][i];

		if (row == SYNTH_NONE)
			continue;
		set_result(w, row, day);
		synth_fill(w->form, T_LETTER_RESULT);
	}
}

static void compose_letter(struct synth_writer *w, const struct synth_letter *letter,
			   const struct synth_visit *visit)
{
	const struct synth_person *person = &w->chart->person;
	const struct synth_complaint *complaint = &synth_complaint_rows[visit->complaint];
	struct synth_form *form = w->form;
	struct synth_sink *before = synth_writer_compose(w);
	uint32_t sentence = synth_random_below(&w->random, synth_sentence_count);
	uint32_t sentences = 3 + synth_random_below(&w->random, 6);

	synth_set_time(form, SLOT_date, SYNTH_DUTCH, visit->day);
	synth_set_time(form, SLOT_birth, SYNTH_DUTCH, person->birth);
	synth_set(form, SLOT_street, person->street);
	synth_set(form, SLOT_house, person->house.text);
	synth_set(form, SLOT_postcode, person->postcode.text);
	synth_set(form, SLOT_city, person->town->name);
	synth_set_number(form, SLOT_reference, (int64_t)synth_local_number(person->number), 0);
	synth_set(form, SLOT_title, letter->opening);
	synth_set(form, SLOT_finding, complaint->finding);
	synth_set(form, SLOT_plan, complaint->plan);
	synth_set(form, SLOT_status_text,
		  synth_random_chance(&w->random, 600) ? "stabiel" : "nader te onderzoeken");
	synth_fill(form, T_LETTER);
	for (; sentences > 0; sentences--, sentence += 7) {
		synth_put(form->sink, " ", 1);
		synth_put_text(form->sink, synth_sentence_rows[sentence % synth_sentence_count]);
		synth_put(form->sink, ".", 1);
	}
	synth_fill(form, T_LETTER_FINDING);
	compose_facts(w, visit->day);
	synth_fill(form, T_LETTER_END);
	form->sink = before;
	synth_set_time(form, SLOT_birth, SYNTH_DATE, person->birth);
}

/* The cross-reference table: where each object starts. */
static void put_table(struct synth_writer *w)
{
	struct synth_sink *sink = &w->plain;
	size_t table = sink->used;

	synth_put_text(sink, "xref\n0 7\n0000000000 65535 f \n");
	for (unsigned object = 1; object <= SCAN_OBJECTS; object++) {
		char label[] = "\n0 0 obj\n";
		const char *at;

		label[1] = (char)('0' + object);
		at = memmem(sink->data, table, label, sizeof(label) - 1);
		synth_line_start(&w->line);
		synth_line_number(&w->line, at ? (uint64_t)(at + 1 - sink->data) : 0, 10);
		synth_line_put(&w->line, " 00000 n \n");
		synth_put(sink, w->line.text, w->line.size);
	}
	synth_set_number(w->form, SLOT_size, (int64_t)table, 0);
	synth_fill(w->form, T_SCAN_TABLE);
}

/* One page of results in w->plain; the same for a DocumentReference and its Binary. */
static void compose_scan(struct synth_writer *w, uint32_t index, int32_t day)
{
	uint64_t key = synth_record_key(w->chart->person.key, TYPE_BINARY, index);
	struct synth_random r = { .key = synth_key(key, 2) };
	uint32_t lines = 10 + synth_random_below(&r, 24);
	uint16_t row = (uint16_t)synth_random_below(&r, synth_quantity_count);
	struct synth_sink *before = synth_writer_compose(w);
	size_t begin;

	synth_fill(w->form, T_SCAN);
	begin = w->plain.used;
	synth_put_text(&w->plain, "BT /F1 10 Tf 50 800 Td 14 TL\n");
	for (; lines > 0; lines--, row = (uint16_t)((row + 1) % synth_quantity_count)) {
		set_result(w, row, day);
		synth_set(w->form, SLOT_display, synth_quantity_rows[row].loinc);
		synth_fill(w->form, T_SCAN_LINE);
	}
	synth_put_text(&w->plain, "ET");
	synth_set_number(w->form, SLOT_size, (int64_t)(w->plain.used - begin), 0);
	synth_fill(w->form, T_SCAN_END);
	put_table(w);
	w->form->sink = before;
}

void synth_write_document(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_DOCUMENT][index];
	const struct synth_letter *letter = &synth_letter_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	const char *reason = synth_complaint_rows[visit->complaint].text;

	if (visit->condition != SYNTH_NONE)
		reason = synth_writer_condition(w, visit->condition)->text;
	synth_set(w->form, SLOT_reason_text, reason);
	synth_writer_issued(w);
	if (item->more == SYNTH_NONE) {
		compose_letter(w, letter, visit);
		set_body(w);
	} else {
		compose_scan(w, item->more, visit->day);
		synth_writer_own(w, SLOT_reference, TYPE_BINARY, item->more);
	}
	synth_set_number(w->form, SLOT_size, (int64_t)w->plain.used, 0);
	synth_set(w->form, SLOT_code, letter->loinc);
	synth_set(w->form, SLOT_display, letter->display);
	synth_set(w->form, SLOT_text, letter->text);
	synth_set(w->form, SLOT_type, "LP173421-1");
	synth_set(w->form, SLOT_type_text, "Report");
	synth_fill(w->form, T_DOCUMENT);
	synth_fill(w->form, item->more == SYNTH_NONE ? T_DOCUMENT_INLINE : T_DOCUMENT_BINARY);
	synth_fill(w->form, T_DOCUMENT_END);
}

void synth_write_binary(struct synth_writer *w, uint32_t index)
{
	const struct synth_visit *visit =
		synth_writer_visit(w, w->chart->items[TYPE_BINARY][index].visit);

	compose_scan(w, index, visit->day);
	set_body(w);
	synth_fill(w->form, T_BINARY);
}
