/* SPDX-License-Identifier: Apache-2.0 */
/* medark scope: whose data, and of which kinds, stand in archives that were exposed. */
#include "access.h"
#include "day.h"
#include "leaving.h"
#include "patient_table.h"
#include "progress.h"
#include "result_file.h"
#include "scratch.h"
#include "text.h"
#include "types.h"

#include <medark/csv.h>
#include <medark/scope.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MAX 8192
#define ROW_MAX	 16384

static const char *const columns[] = { "patient",    "family", "given", "prefix",     "name",
				       "birth_date", "gender", "bsn",	"deceased",   "minor",
				       "address",    "phone",  "email", "categories", "records",
				       "types",	     "first",  "last" };
#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* A scope on its way. */
struct scope {
	const struct cli_options *options;
	struct cli_access access;
	struct cli_result_file file;
	struct cli_leaving leaving;
	struct medark_archive_info info; /* of the latest archive */
	struct medark_scope_result result;
	bool is_csv;
	char since[CLI_DAY_MAX], until[CLI_DAY_MAX], today[CLI_DAY_MAX];
	double seconds;
};

/* ---- the list ---- */

/* A row on its way into the file: it goes there in one piece where it fits. */
struct row {
	FILE *f;
	size_t used;
	char data[ROW_MAX];
};

static int send_row(struct row *row)
{
	size_t size = row->used;

	row->used = 0;
	return fwrite(row->data, 1, size, row->f) == size ? 0 : MEDARK_E_SYSTEM;
}

static int write_to(void *context, const void *data, size_t size)
{
	struct row *row = context;

	if (size > ROW_MAX - row->used && send_row(row) < 0)
		return MEDARK_E_SYSTEM;
	if (size > ROW_MAX)
		return fwrite(data, 1, size, row->f) == size ? 0 : MEDARK_E_SYSTEM;
	memcpy(row->data + row->used, data, size);
	row->used += size;
	return 0;
}

static int put_row(FILE *f, const char *const cells[COLUMNS])
{
	struct row row;

	row.f = f;
	row.used = 0;
	for (size_t i = 0; i < COLUMNS; i++)
		if (medark_csv_cell(i == 0, cells[i], strlen(cells[i]), write_to, &row) < 0)
			return MEDARK_E_SYSTEM;
	return write_to(&row, "\r\n", 2) < 0 ? MEDARK_E_SYSTEM : send_row(&row);
}

/* A cell that is put together of words. What it has no room for is left out. */
struct cell {
	size_t used;
	char text[CELL_MAX];
};

static void add(struct cell *cell, const char *text)
{
	size_t size = strlen(text);

	if (size >= CELL_MAX - cell->used)
		size = CELL_MAX - 1 - cell->used;
	memcpy(cell->text + cell->used, text, size);
	cell->used += size;
	cell->text[cell->used] = '\0';
}

static void add_number(struct cell *cell, uint64_t number)
{
	char digits[21] = "", *at = digits + sizeof(digits) - 1;

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10));
	add(cell, at);
}

static void begin_cell(struct cell *cell)
{
	cell->used = 0;
	cell->text[0] = '\0';
}

static void list_categories(uint64_t bits, struct cell *cell)
{
	begin_cell(cell);
	for (int i = 0; i < MEDARK_CATEGORIES; i++) {
		if (!(bits >> i & 1))
			continue;
		add(cell, cell->used ? " " : "");
		add(cell, medark_category_name((enum medark_category)i));
	}
}

/* A patient with more types than the cell holds is told the first of them. */
static void list_types(const struct medark_scope_patient *p, struct cell *cell)
{
	begin_cell(cell);
	for (size_t i = 0; i < p->type_count && cell->used < CELL_MAX - 128; i++) {
		add(cell, i ? " " : "");
		add(cell, p->types[i].name);
		add(cell, ":");
		add_number(cell, p->types[i].records);
	}
}

static const char *yes_no(bool value)
{
	return value ? "yes" : "no";
}

static int put_csv(FILE *f, const struct medark_scope_patient *p)
{
	const struct medark_patient_row *row = p->row;
	struct cell categories, types, records;

	list_categories(p->categories, &categories);
	list_types(p, &types);
	begin_cell(&records);
	add_number(&records, p->records);
	return put_row(f, (const char *const[COLUMNS]) {
				  row->id, row->family, row->given, row->prefix, row->text,
				  row->birth_date, row->gender, yes_no(p->has_bsn),
				  row->deceased && *row->deceased_date ? row->deceased_date
								       : yes_no(row->deceased),
				  yes_no(p->is_minor), p->address, p->phone, p->email,
				  categories.text, records.text, types.text, p->first, p->last });
}

static int put_json(FILE *f, const struct medark_scope_patient *p)
{
	struct cli_json json;

	cli_json_begin(&json, f, "patient");
	cli_patient_json(&json, p->row);
	cli_json_bool(&json, "has_bsn", p->has_bsn);
	cli_json_bool(&json, "minor", p->is_minor);
	cli_json_text_or_null(&json, "address", p->address);
	cli_json_text_or_null(&json, "phone", p->phone);
	cli_json_text_or_null(&json, "email", p->email);
	cli_json_open(&json, "categories", '[');
	for (int i = 0; i < MEDARK_CATEGORIES; i++)
		if (p->categories >> i & 1)
			cli_json_text(&json, NULL, medark_category_name((enum medark_category)i));
	cli_json_close(&json, ']');
	cli_json_number(&json, "records", p->records);
	cli_json_open(&json, "types", '{');
	for (size_t i = 0; i < p->type_count; i++)
		cli_json_number(&json, p->types[i].name, p->types[i].records);
	cli_json_close(&json, '}');
	cli_json_text_or_null(&json, "first", p->first);
	cli_json_text_or_null(&json, "last", p->last);
	cli_json_end(&json);
	return ferror(f) ? MEDARK_E_SYSTEM : 0;
}

static int each(void *context, const struct medark_scope_patient *patient, struct medark_error *err)
{
	struct scope *s = context;
	int code = cli_leaving_note_list(&s->leaving, &s->info, "list of patients", err);

	if (code >= 0)
		code = s->is_csv ? put_csv(s->file.f, patient) : put_json(s->file.f, patient);
	if (code < 0 && !s->leaving.has_failed)
		*err = s->file.err;
	return code;
}

static int open_list(struct scope *s)
{
	const struct cli_options *options = s->options;
	size_t size;
	int code;

	if (!options->list)
		return 0;
	size = strlen(options->list);
	s->is_csv = strcmp(options->list + size - 4, ".csv") == 0;
	code = cli_leaving_begin(options, &s->access, 0, &s->leaving);
	if (!code)
		code = cli_result_file_open(&s->file, options, "--list", options->list);
	if (!code && s->is_csv)
		(void)put_row(s->file.f, columns);
	return code;
}

/* ---- the counts ---- */

static void print_counts(const struct scope *s)
{
	const struct medark_scope_result *r = &s->result;

	(void)printf("\n  %-34s %11s %11s\n", "CATEGORY OF PERSONAL DATA", "PATIENTS", "RECORDS");
	for (int i = 0; i < MEDARK_CATEGORIES; i++)
		if (r->categories[i].patients)
			(void)printf("  %-34s %11" PRIu64 " %11" PRIu64 "\n",
				     medark_category_label((enum medark_category)i),
				     r->categories[i].patients, r->categories[i].records);
	(void)printf("\n  %-34s %11s %11s\n", "RESOURCE TYPE", "", "RECORDS");
	for (uint32_t i = 0; i < r->type_count; i++)
		(void)printf("  %-34s %11s %11" PRIu64 "\n", r->types[i].name, "",
			     r->types[i].records);
	(void)printf("\n");
}

static void print_limits(const struct scope *s)
{
	const struct cli_options *options = s->options;
	char text[256];
	size_t used = 0;

	if (options->since)
		cli_report_row(stdout, "since", s->since);
	if (options->until)
		cli_report_row(stdout, "until", s->until);
	text[0] = '\0';
	for (size_t i = 0; i < options->types.count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 options->types.items[i]);
	if (options->types.count)
		cli_report_row(stdout, "types", text);
}

static void print_text(const struct scope *s)
{
	const struct medark_scope_result *r = &s->result;
	char text[96];

	cli_report_row_judged(stdout, s->info.judged_at);
	cli_report_row(stdout, "archive", s->info.archive);
	cli_report_row(stdout, "manifest", s->info.manifest);
	cli_report_row(stdout, "created", s->info.created);
	print_limits(s);
	cli_report_row_number(stdout, "patients", r->patients);
	cli_report_row_number(stdout, "minors", r->minors);
	cli_report_row_number(stdout, "deceased", r->deceased);
	cli_report_row_number(stdout, "records", r->records);
	if (r->first[0]) {
		(void)snprintf(text, sizeof(text), "%s to %s", r->first, r->last);
		cli_report_row(stdout, "dated", text);
	}
	print_counts(s);
	if (r->undated)
		(void)printf("  %" PRIu64 " %s not counted\n", r->undated,
			     cli_text_number(r->undated, "record has no date at all and is",
					     "records have no date at all and are"));
	if (r->outside)
		(void)printf("  %" PRIu64 " %s of no patient, %" PRIu64
			     " of them about staff and others\n",
			     r->outside, cli_text_number(r->outside, "record is", "records are"),
			     r->staff);
	if (r->files)
		(void)printf("  %" PRIu64 " %s not known\n", r->files,
			     cli_text_number(r->files, "file is no record: whose it is, is",
					     "files are no records: whose they are is"));
	if (r->xml)
		(void)printf("  %" PRIu64 " %s\n", r->xml,
			     cli_text_number(r->xml, "record is XML: it is counted by its type",
					     "records are XML: they are counted by their type"));
	if (s->options->list) {
		cli_leaving_print(&s->leaving);
		cli_report_row(stdout, "list", s->options->list);
	}
	cli_report_row_time(stdout, s->seconds, 0);
}

static void print_json(const struct scope *s)
{
	const struct medark_scope_result *r = &s->result;
	struct cli_json json;

	cli_report_json(s->options, &json, "summary");
	cli_json_text(&json, "file", s->options->operands.items[r->latest]);
	cli_json_text(&json, "archive", s->info.archive);
	cli_json_text(&json, "manifest", s->info.manifest);
	cli_json_text(&json, "created", s->info.created);
	cli_report_json_judged(&json, s->info.judged_at);
	cli_json_number(&json, "archives", r->archives);
	cli_json_text_or_null(&json, "since", s->since);
	cli_json_text_or_null(&json, "until", s->until);
	cli_json_number(&json, "patients", r->patients);
	cli_json_number(&json, "minors", r->minors);
	cli_json_number(&json, "deceased", r->deceased);
	cli_json_number(&json, "records", r->records);
	cli_json_text_or_null(&json, "first", r->first);
	cli_json_text_or_null(&json, "last", r->last);
	cli_json_open(&json, "categories", '{');
	for (int i = 0; i < MEDARK_CATEGORIES; i++) {
		cli_json_open(&json, medark_category_name((enum medark_category)i), '{');
		cli_json_number(&json, "patients", r->categories[i].patients);
		cli_json_number(&json, "records", r->categories[i].records);
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, '}');
	cli_json_open(&json, "types", '{');
	for (uint32_t i = 0; i < r->type_count; i++)
		cli_json_number(&json, r->types[i].name, r->types[i].records);
	cli_json_close(&json, '}');
	cli_json_number(&json, "undated", r->undated);
	cli_json_number(&json, "outside", r->outside);
	cli_json_number(&json, "staff", r->staff);
	cli_json_number(&json, "files", r->files);
	cli_json_number(&json, "xml", r->xml);
	cli_json_bool(&json, "complete", r->complete);
	cli_json_text_or_null(&json, "list", s->options->list);
	if (s->options->list)
		cli_leaving_json(&s->leaving, &json);
	cli_json_real(&json, "seconds", s->seconds);
	cli_json_end(&json);
}

/* ---- the verb ---- */

static int check_day(const struct cli_options *options, const char *option, const char *given,
		     char out[CLI_DAY_MAX])
{
	if (!given || cli_day_read(given, out))
		return 0;
	return cli_report_usage(options,
				"cannot use '%s' for --%s: it must be a date, YYYY-MM-DD or "
				"DD-MM-YYYY",
				given, option);
}

static bool ends_in(const char *text, const char *ending)
{
	size_t size = strlen(text), n = strlen(ending);

	return size > n && strcmp(text + size - n, ending) == 0;
}

static int check(struct scope *s)
{
	const struct cli_options *options = s->options;
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, true, &missing);
	if (missing.count)
		return cli_report_missing(options, &missing);
	for (size_t i = 0; i < options->operands.count; i++) {
		code = cli_access_check_archive(options, options->operands.items[i]);
		if (code)
			return code;
	}
	if (options->list && !ends_in(options->list, ".csv") && !ends_in(options->list, ".jsonl"))
		return cli_report_usage(options,
					"cannot use '%s' for --list: its name must end in .csv or "
					".jsonl",
					options->list);
	code = check_day(options, "since", options->since, s->since);
	if (!code)
		code = check_day(options, "until", options->until, s->until);
	if (!code && options->since && options->until && strcmp(s->since, s->until) > 0)
		return cli_report_usage(options,
					"cannot count from %s until %s: the first is later",
					s->since, s->until);
	cli_day_today(s->today);
	return code;
}

static int open_archives(struct scope *s)
{
	const struct cli_options *options = s->options;
	int code = cli_access_trust(options, &s->access);

	if (!code)
		code = cli_access_identity(options, &s->access);
	if (!code)
		code = cli_access_open_all(options, &s->access);
	if (!code)
		code = cli_types_check(options, s->access.all, s->access.count);
	return code;
}

static void warn(const struct scope *s)
{
	char sentence[256];

	if (s->info.increment && s->result.archives == 1)
		cli_report_warning(s->options,
				   "this archive is an increment: it holds only what has changed; "
				   "for everything give the archives before it too, back to one "
				   "that holds all");
	if (s->result.archives < s->options->operands.count) {
		(void)snprintf(sentence, sizeof(sentence),
			       "a later archive holds everything anew, and %" PRIu64
			       " of the archives before it %s not counted: what was deleted since "
			       "stands in those alone; count each by itself, too",
			       s->options->operands.count - s->result.archives,
			       cli_text_number(s->options->operands.count - s->result.archives,
					       "is", "are"));
		cli_report_warning(s->options, sentence);
	}
	if (s->result.complete)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "an archive is incomplete (%" PRIu64 " quarantined, %" PRIu64
		       " skipped): there may be data in it whose patient is not known",
		       s->info.quarantined, s->info.skipped);
	cli_report_warning(s->options, sentence);
}

static int failed(const struct scope *s, int code, const struct medark_error *err)
{
	if (s->leaving.has_failed)
		return cli_leaving_failed(&s->leaving, code, err);
	return cli_access_failed(s->options, "count what is in",
				 s->options->operands.items[s->result.latest], code, err);
}

static int count(struct scope *s)
{
	const struct cli_options *options = s->options;
	const struct medark_scope_request request = {
		.archives = s->access.all,
		.count = s->access.count,
		.since = options->since ? s->since : NULL,
		.until = options->until ? s->until : NULL,
		.type_count = options->types.count,
		.types = options->types.items,
		.today = s->today,
		.folder = cli_scratch_folder(),
		.threads = (unsigned)options->threads,
		.patient = options->list ? each : NULL,
		.context = s,
	};
	struct cli_progress progress;
	struct medark_error err = { 0 };
	int code;

	(void)medark_archive_info(s->access.all[0], &s->info, &err);
	cli_progress_begin(&progress, options, NULL);
	code = medark_scope_run(&request, &progress.events, &s->result, &err);
	cli_progress_end(&progress);
	return code < 0 ? failed(s, code, &err) : 0;
}

static int run(struct scope *s)
{
	double began = cli_report_clock();
	struct medark_error ignored = { 0 };
	int code = open_archives(s);

	if (!code)
		code = open_list(s);
	if (code)
		return code;
	code = count(s);
	if (!code)
		code = cli_result_file_finish(&s->file);
	if (code) {
		if (s->options->list)
			cli_leaving_give_up(&s->leaving);
		return code;
	}
	(void)medark_archive_info(s->access.all[s->result.latest], &s->info, &ignored);
	s->seconds = cli_report_clock() - began;
	warn(s);
	if (s->options->json)
		print_json(s);
	else if (!s->options->quiet)
		print_text(s);
	return s->result.complete ? CLI_DONE : CLI_INCOMPLETE;
}

int cmd_scope(const struct cli_options *options)
{
	struct scope *s = calloc(1, sizeof(*s)); /* large */
	int code;

	if (!s)
		return cli_report_memory(options);
	s->options = options;
	code = check(s);
	if (!code)
		code = run(s);
	cli_result_file_clear(&s->file);
	cli_access_clear(&s->access);
	free(s);
	return code;
}
