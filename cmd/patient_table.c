/* SPDX-License-Identifier: Apache-2.0 */
#include "patient_table.h"

#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROWS	 200
#define CELL_MAX 256
#define NAME_MIN 12
#define GAP	 2

enum column { ID, BSN, NAME, BORN, GENDER, DIED, RECORDS, FIRST, LAST, COLUMNS };

static const char *const titles[COLUMNS] = {
	"ID", "BSN", "NAME", "BORN", "GENDER", "DIED", "RECORDS", "FIRST", "LAST",
};

/* What goes first when a line is too narrow; the others always stay. */
static const enum column dispensable[] = { LAST, FIRST, RECORDS, GENDER };

struct cells {
	char text[COLUMNS][CELL_MAX];
};

struct cli_patient_table {
	FILE *out;
	size_t room; /* columns of the terminal; 0: no limit */
	size_t width[COLUMNS];
	bool hidden[COLUMNS];
	bool started; /* the widths are settled */
	size_t kept;
	struct cells rows[ROWS];
};

struct cli_patient_table *cli_patient_table_new(FILE *out, bool with_bsn)
{
	struct cli_patient_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->out = out;
	table->room = cli_terminal_is(out) ? cli_terminal_columns(out) : 0;
	table->hidden[BSN] = !with_bsn;
	for (int c = 0; c < COLUMNS; c++)
		table->width[c] = strlen(titles[c]);
	return table;
}

void cli_patient_table_free(struct cli_patient_table **table)
{
	if (!*table)
		return;
	explicit_bzero((*table)->rows, sizeof((*table)->rows));
	free(*table);
}

/* "Family, Given": names sort and read best so; the text form where the parts are not recorded. */
static void describe_name(const struct medark_patient_row *row, char *out)
{
	if (*row->family && *row->given)
		(void)snprintf(out, CELL_MAX, "%s, %s", row->family, row->given);
	else if (*row->family || *row->given)
		(void)snprintf(out, CELL_MAX, "%s%s", row->family, row->given);
	else
		(void)snprintf(out, CELL_MAX, "%s", row->text);
}

/* The day, of a date or of a moment. */
static void describe_day(const char *date, char *out)
{
	(void)snprintf(out, CELL_MAX, "%.10s", date);
}

static void describe(const struct medark_patient_row *row, struct cells *out)
{
	(void)snprintf(out->text[ID], CELL_MAX, "%s", row->id);
	(void)snprintf(out->text[BSN], CELL_MAX, "%s", row->bsn);
	describe_name(row, out->text[NAME]);
	describe_day(row->birth_date, out->text[BORN]);
	(void)snprintf(out->text[GENDER], CELL_MAX, "%s", row->gender);
	describe_day(row->deceased && !*row->deceased_date ? "yes" : row->deceased_date,
		     out->text[DIED]);
	(void)snprintf(out->text[RECORDS], CELL_MAX, "%" PRIu64, row->records);
	describe_day(row->first, out->text[FIRST]);
	describe_day(row->last, out->text[LAST]);
}

static size_t line_width(const struct cli_patient_table *table)
{
	size_t width = 0;

	for (int c = 0; c < COLUMNS; c++)
		if (!table->hidden[c])
			width += table->width[c] + GAP;
	return width - GAP;
}

/* Columns go before the name is cut to less than can be read. */
static void fit(struct cli_patient_table *table)
{
	size_t name = table->width[NAME];
	size_t width;

	if (!table->room)
		return;
	for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]); i++) {
		width = line_width(table);
		if (width <= table->room || width - name + NAME_MIN <= table->room)
			break;
		table->hidden[dispensable[i]] = true;
	}
	width = line_width(table);
	if (width > table->room) {
		size_t over = width - table->room;

		table->width[NAME] = name > NAME_MIN + over ? name - over : NAME_MIN;
	}
}

static void print_cell(const struct cli_patient_table *table, enum column c, const char *text,
		       bool last)
{
	size_t shown = cli_text_width(text);

	if (c == RECORDS) /* numbers stand to the right */
		(void)fprintf(table->out, "%*s",
			      (int)(shown < table->width[c] ? table->width[c] : shown), text);
	else if (table->room && c != ID && c != BSN) /* of no use if cut */
		cli_text_print_field(table->out, text,
				     last && shown < table->width[c] ? shown : table->width[c]);
	else {
		cli_text_print(table->out, text);
		for (; !last && shown < table->width[c]; shown++)
			(void)fputc(' ', table->out);
	}
	if (!last)
		(void)fprintf(table->out, "%*s", GAP, "");
}

static void print_line(const struct cli_patient_table *table, const char *const *text)
{
	int last = COLUMNS - 1;

	while (last > 0 && table->hidden[last])
		last--;
	for (int c = 0; c <= last; c++)
		if (!table->hidden[c])
			print_cell(table, (enum column)c, text[c], c == last);
	(void)fputc('\n', table->out);
}

static void print_row(const struct cli_patient_table *table, const struct cells *row)
{
	const char *text[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		text[c] = row->text[c];
	print_line(table, text);
}

/* Settles the widths and prints the head and what was kept. */
static void start(struct cli_patient_table *table)
{
	bool died = false;

	for (size_t i = 0; i < table->kept; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			size_t width = cli_text_width(table->rows[i].text[c]);

			if (width > table->width[c])
				table->width[c] = width;
		}
		died = died || table->rows[i].text[DIED][0];
	}
	/* Of a longer list nobody knows yet whether somebody has died. */
	table->hidden[DIED] = !died && table->kept < ROWS;
	fit(table);
	table->started = true;
	if (table->kept)
		print_line(table, titles);
	for (size_t i = 0; i < table->kept; i++)
		print_row(table, &table->rows[i]);
}

void cli_patient_table_add(struct cli_patient_table *table, const struct medark_patient_row *row)
{
	struct cells cells;

	if (!table->started && table->kept < ROWS) {
		describe(row, &table->rows[table->kept++]);
		return;
	}
	if (!table->started)
		start(table);
	describe(row, &cells);
	print_row(table, &cells);
}

void cli_patient_table_finish(struct cli_patient_table *table)
{
	if (!table->started)
		start(table);
}

void cli_patient_json(struct cli_json *json, const struct medark_patient_row *row)
{
	cli_json_text(json, "id", row->id);
	cli_json_text_or_null(json, "family", row->family);
	cli_json_text_or_null(json, "given", row->given);
	cli_json_text_or_null(json, "prefix", row->prefix);
	cli_json_text_or_null(json, "text", row->text);
	cli_json_text_or_null(json, "birth_date", row->birth_date);
	cli_json_text_or_null(json, "gender", row->gender);
	cli_json_bool(json, "deceased", row->deceased);
	cli_json_text_or_null(json, "deceased_date", row->deceased_date);
}
