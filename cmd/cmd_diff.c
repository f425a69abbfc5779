/* SPDX-License-Identifier: Apache-2.0 */
/* medark diff: what is in two archives, or in an archive and a source, record by record. */
#include "diff.h"
#include "inputs.h"
#include "progress.h"
#include "result_file.h"
#include "scratch.h"
#include "signals.h"
#include "text.h"

#include <medark/csv.h>
#include <medark/server.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const columns[] = { "patient", "kind", "type", "id", "moved", "elements" };

/* ---- the list ---- */

struct list {
	struct cli_result_file file;
	struct cli_leaving leaving;
	const struct medark_archive_info *info; /* that the row of the log is of */
	bool is_csv;
	uint64_t told; /* patients on the screen */
};

static int write_to(void *context, const void *data, size_t size)
{
	return fwrite(data, 1, size, context) == size ? 0 : MEDARK_E_SYSTEM;
}

static int put(FILE *f, bool is_first, const char *text)
{
	return medark_csv_cell(is_first, text, strlen(text), write_to, f);
}

static int put_row(FILE *f, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (put(f, i == 0, cells[i]) < 0)
			return MEDARK_E_SYSTEM;
	return write_to(f, "\r\n", 2);
}

static int put_csv(FILE *f, const struct medark_difference *d)
{
	char elements[4096];
	size_t used = 0;

	elements[0] = '\0';
	for (size_t i = 0; d->elements[i] && used < sizeof(elements); i++)
		used += (size_t)snprintf(elements + used, sizeof(elements) - used, "%s%s",
					 i ? " " : "", d->elements[i]);
	return put_row(f,
		       (const char *const[]) { d->patient, medark_difference_name(d->kind), d->type,
					       d->id, d->moved ? "yes" : "no", elements },
		       sizeof(columns) / sizeof(*columns));
}

static int put_json(FILE *f, const struct medark_difference *d)
{
	struct cli_json json;

	cli_json_begin(&json, f, "difference");
	cli_json_text_or_null(&json, "patient", d->patient);
	cli_json_text(&json, "kind", medark_difference_name(d->kind));
	cli_json_text(&json, "type", d->type);
	cli_json_text_or_null(&json, "id", d->id);
	cli_json_bool(&json, "moved", d->moved);
	cli_json_open(&json, "elements", '[');
	for (size_t i = 0; d->elements[i]; i++)
		cli_json_text(&json, NULL, d->elements[i]);
	cli_json_close(&json, ']');
	cli_json_end(&json);
	return ferror(f) ? MEDARK_E_SYSTEM : 0;
}

static int each(void *context, const struct medark_difference *d, struct medark_error *err)
{
	struct list *list = context;
	int code = cli_leaving_note_list(&list->leaving, list->info, "list of differences", err);

	if (code >= 0)
		code = list->is_csv ? put_csv(list->file.f, d) : put_json(list->file.f, d);
	if (code < 0 && !list->leaving.has_failed)
		*err = list->file.err;
	return code;
}

/* With --verbose: who is concerned, and how much of each. */
static int each_patient(void *context, const struct medark_compare_patient *patient,
			struct medark_error *err)
{
	struct list *list = context;
	const uint64_t *of = patient->records.of;
	struct cli_json json;
	int code = cli_leaving_note_list(&list->leaving, list->info, "list of differences", err);

	if (code < 0)
		return code;
	if (list->leaving.options->json) {
		cli_json_begin(&json, stdout, "patient");
		cli_json_text_or_null(&json, "id", patient->id);
		cli_json_text(&json, "kind", medark_difference_name(patient->kind));
		for (int k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
			cli_json_number(&json,
					medark_difference_name((enum medark_difference_kind)k),
					of[k]);
		cli_json_end(&json);
		return 0;
	}
	if (!list->told++)
		(void)printf("  %11s %11s %11s %11s  PATIENT\n", "SAME", "ADDED", "CHANGED",
			     "GONE");
	(void)printf("  %11" PRIu64 " %11" PRIu64 " %11" PRIu64 " %11" PRIu64 "  ", of[MEDARK_SAME],
		     of[MEDARK_ADDED], of[MEDARK_CHANGED], of[MEDARK_GONE]);
	cli_text_print(stdout, *patient->id ? patient->id : "(of no patient)");
	(void)printf("\n");
	return 0;
}

static bool ends_in(const char *text, const char *ending)
{
	size_t size = strlen(text), n = strlen(ending);

	return size > n && strcmp(text + size - n, ending) == 0;
}

static int open_list(const struct cli_options *options, const struct cli_access *access,
		     struct list *out)
{
	int code;

	code = cli_leaving_begin(options, access, 0, &out->leaving);
	if (code || !options->list)
		return code;
	out->is_csv = ends_in(options->list, ".csv");
	code = cli_result_file_open(&out->file, options, "--list", options->list);
	if (!code && out->is_csv)
		(void)put_row(out->file.f, columns, sizeof(columns) / sizeof(*columns));
	return code;
}

/* ---- both sides ---- */

struct run {
	struct cli_access access;
	struct cli_diff_source source;
	const char **paths; /* of all archives: those of the old side first */
	size_t old_count;
};

static void run_clear(struct run *run)
{
	cli_diff_source_clear(&run->source);
	cli_access_clear(&run->access);
	free(run->paths);
}

static void fill_side(struct cli_diff_side *side, size_t latest)
{
	struct medark_error ignored = { 0 };

	(void)medark_archive_info(side->archives[latest], &side->info, &ignored);
	side->unread = side->info.skipped;
	for (uint32_t i = 0; i < side->info.reason_count; i++)
		if (strcmp(side->info.reasons[i].name, "missing") == 0 ||
		    strcmp(side->info.reasons[i].name, "unreadable") == 0)
			side->unread += side->info.reasons[i].count;
}

static bool is_source(const char *path)
{
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };
	struct stat st;

	if (medark_is_server(path))
		return true;
	if (stat(path, &st) < 0)
		return false;
	return S_ISDIR(st.st_mode) ||
	       (!ends_in(path, ".medark") && medark_archive_inspect(path, &info, &ignored) < 0);
}

/* The archives of both sides, opened with what was given. */
static int open_archives(const struct cli_options *options, bool has_source, struct run *run)
{
	struct cli_options all = *options;
	size_t count = 0;
	int code = 0;

	run->paths = calloc(options->olds.count + options->news.count + 2, sizeof(char *));
	if (!run->paths)
		return cli_report_memory(options);
	run->paths[count++] = options->operands.items[0];
	for (size_t i = 0; i < options->olds.count; i++)
		run->paths[count++] = options->olds.items[i];
	run->old_count = count;
	if (!has_source)
		run->paths[count++] = options->operands.items[1];
	for (size_t i = 0; i < options->news.count; i++)
		run->paths[count++] = options->news.items[i];
	all.operands = (struct cli_list) { .items = run->paths, .count = count };
	for (size_t i = 0; !code && i < count; i++)
		code = cli_access_check_archive(options, run->paths[i]);
	if (!code)
		code = cli_access_trust(options, &run->access);
	if (!code)
		code = cli_access_identity(options, &run->access);
	return code ? code : cli_access_open_all(&all, &run->access);
}

static void name_sides(struct run *run, bool has_source, struct cli_diff *diff)
{
	assert(run->access.all); /* an archive was opened, or it has failed before */
	diff->old_side.path = diff->options->operands.items[0];
	diff->old_side.archives = run->access.all;
	diff->old_side.count = run->old_count;
	diff->new_side.path = diff->options->operands.items[1];
	diff->new_side.is_source = has_source;
	diff->new_side.archives =
		has_source ? &run->source.archive : run->access.all + run->old_count;
	diff->new_side.count = has_source ? 1 : run->access.count - run->old_count;
	fill_side(&diff->old_side, 0);
}

/* ---- the comparison ---- */

/* Is somebody named on the screen? */
static bool is_told(const struct cli_options *options)
{
	return options->verbose && !options->quiet;
}

/* Does anything leave in clear text? */
static bool leaves(const struct cli_options *options)
{
	return options->list || is_told(options);
}

static int failed(const struct cli_diff *diff, const struct list *list, int code,
		  const struct medark_error *err)
{
	struct cli_failure failure = {
		.action = "compare with", .file = diff->old_side.path, .code = code, .err = err
	};

	if (list->leaving.has_failed)
		return cli_leaving_failed(&list->leaving, code, err);
	return cli_report_failure(diff->options, &failure);
}

static bool is_equal(const struct cli_diff *diff)
{
	const struct medark_compare_result *r = &diff->result;
	struct cli_diff_remarks remarks;

	cli_diff_remark(diff, &remarks);
	for (int k = MEDARK_ADDED; k < MEDARK_DIFFERENCE_KINDS; k++)
		if (r->records.of[k] || r->files.of[k])
			return false;
	return !remarks.count;
}

static int compare(struct cli_diff *diff, struct list *list)
{
	const struct cli_options *options = diff->options;
	const struct medark_compare_request request = {
		.old_archives = diff->old_side.archives,
		.old_count = diff->old_side.count,
		.new_archives = diff->new_side.archives,
		.new_count = diff->new_side.count,
		.folder = cli_scratch_folder(),
		.threads = (unsigned)options->threads,
		.difference = options->list ? each : NULL,
		.patient = is_told(options) ? each_patient : NULL,
		.context = list,
	};
	struct cli_progress progress;
	struct medark_error err = { 0 };
	int code;

	cli_progress_begin(&progress, options, NULL);
	code = medark_compare_run(&request, &progress.events, &diff->result, &err);
	cli_progress_end(&progress);
	if (code < 0)
		return failed(diff, list, code, &err);
	fill_side(&diff->old_side, diff->result.old_side.latest);
	fill_side(&diff->new_side, diff->result.new_side.latest);
	diff->is_equal = is_equal(diff);
	return 0;
}

/* Both were opened before the work began. */
static int finish_files(struct cli_diff *diff, struct list *list, struct cli_result_file *report)
{
	int code;

	/* What the file did not take is told where it is finished. */
	if (report->f && cli_diff_page(diff, report->f) < 0 && report->code >= 0)
		return cli_report_memory(diff->options);
	code = cli_result_file_finish(&list->file);
	return code ? code : cli_result_file_finish(report);
}

static void tell(const struct cli_diff *diff, const struct cli_leaving *leaving)
{
	struct cli_diff_remarks remarks;

	cli_diff_remark(diff, &remarks);
	for (size_t i = 0; i < remarks.count; i++)
		cli_report_warning(diff->options, remarks.text[i]);
	if (diff->options->json)
		cli_diff_json(diff, leaving);
	else if (!diff->options->quiet)
		cli_diff_print(diff, leaving);
}

/* What is to be written is opened before the work begins. */
static int open_all(const struct cli_options *options, bool has_source, struct run *run,
		    struct list *list, struct cli_result_file *report)
{
	int code = open_archives(options, has_source, run);

	if (!code && leaves(options))
		code = open_list(options, &run->access, list);
	if (!code && options->report)
		code = cli_result_file_open(report, options, "--report", options->report);
	if (!code && has_source)
		code = cli_diff_source_open(options, options->operands.items[1], &run->source);
	return code;
}

static int run_all(struct cli_diff *diff, struct run *run, struct list *list)
{
	CLI_AUTO_RESULT_FILE struct cli_result_file report = { .f = NULL };
	const struct cli_options *options = diff->options;
	double began = cli_report_clock();
	bool has_source = is_source(options->operands.items[1]);
	int code = open_all(options, has_source, run, list, &report);

	if (code)
		return code;
	name_sides(run, has_source, diff);
	list->info = &diff->old_side.info;
	code = compare(diff, list);
	diff->seconds = cli_report_clock() - began;
	cli_access_judged(&run->access, diff->judged_at);
	if (!code)
		code = finish_files(diff, list, &report);
	if (code) {
		if (leaves(options))
			cli_leaving_give_up(&list->leaving);
		return code;
	}
	tell(diff, leaves(options) ? &list->leaving : NULL);
	return diff->is_equal ? CLI_DONE : CLI_INCOMPLETE;
}

static int check(const struct cli_options *options)
{
	struct cli_missing missing = { 0 };

	cli_access_missing(options, true, &missing);
	cli_missing_add(&missing, options->operands.count == 1, "what to compare it with");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > 2)
		return cli_report_usage(options,
					"cannot compare: two sides are needed, OLD and NEW, and "
					"%zu are named (--old and --new take further archives of "
					"their chains)",
					options->operands.count);
	if (strstr(options->operands.items[1], "://") &&
	    !medark_is_server(options->operands.items[1]))
		return cli_report_usage(options,
					"cannot compare with '%s': a FHIR server is named as "
					"fhir+https://...",
					options->operands.items[1]);
	if (options->news.count && is_source(options->operands.items[1]))
		return cli_report_usage(options, "cannot use --new with '%s': it is no archive",
					options->operands.items[1]);
	if (options->list && !ends_in(options->list, ".csv") && !ends_in(options->list, ".jsonl"))
		return cli_report_usage(options,
					"cannot use '%s' for --list: its name must end in .csv or "
					".jsonl",
					options->list);
	if (options->list && options->report &&
	    cli_inputs_is_same_place(options->list, options->report))
		return cli_report_usage(options, "cannot use '%s' for both --list and --report",
					options->list);
	return 0;
}

int cmd_diff(const struct cli_options *options)
{
	__attribute__((cleanup(run_clear))) struct run run = { .old_count = 0 };
	struct cli_diff *diff = NULL;
	struct list list = { .info = NULL };
	int code = check(options);

	if (code)
		return code;
	diff = calloc(1, sizeof(*diff)); /* half a megabyte */
	if (!diff)
		return cli_report_memory(options);
	diff->options = options;
	code = run_all(diff, &run, &list);
	cli_result_file_clear(&list.file);
	free(diff);
	return code;
}
