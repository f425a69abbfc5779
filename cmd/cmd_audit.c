/* SPDX-License-Identifier: Apache-2.0 */
/* medark audit: checks and reads the log of who read which charts. Rows go to standard output. */
#include "access.h"
#include "lines.h"
#include "report.h"
#include "signals.h"
#include "text.h"

#include <medark/desk.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define KIND_WIDTH    12
#define ACCOUNT_WIDTH 16
#define PATIENT_WIDTH 24

struct file {
	const char *path;
	struct medark_audit_info info;
};

struct reading {
	const struct cli_options *options;
	struct cli_access access; /* its identity; NULL: the chain is checked only */
	struct medark_audit_filter filter;
	struct cli_lines patients; /* as given, or from standard input */
	struct file *files;	   /* in the order of their numbers */
	size_t count;
	uint64_t rows, shown;
	bool is_incomplete;
	bool is_over; /* nobody takes the rows any more: the program's end says so */
};

static void reading_clear(struct reading *r)
{
	cli_access_clear(&r->access);
	cli_lines_clear(&r->patients);
	free(r->files);
}

/* ---- what is wanted ---- */

/* "2026-11-22" or "2026-11-22T03:10:00Z" as seconds; false if it is neither. */
static bool read_date(const char *text, int64_t *out, bool *out_is_day)
{
	char whole[48], back[48];
	struct tm tm = { 0 }, again;
	const char *end;
	time_t t;

	*out_is_day = strlen(text) == 10;
	(void)snprintf(whole, sizeof(whole), "%.24s%s", text, *out_is_day ? "T00:00:00Z" : "");
	end = strptime(whole, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return false;
	t = timegm(&tm);
	/* The 31st of February would come back as another day, and what was longer as shorter. */
	if (!gmtime_r(&t, &again) || !strftime(back, sizeof(back), "%Y-%m-%dT%H:%M:%SZ", &again) ||
	    strcmp(back, whole) != 0)
		return false;
	*out = t;
	return true;
}

static int read_filter(struct reading *r)
{
	const struct cli_options *options = r->options;
	int64_t seconds;
	bool is_day;
	int code;

	code = cli_lines_expand(options, &options->patients, &r->patients);
	if (code)
		return code;
	if (r->patients.list.count > 1)
		return cli_report_usage(options, "cannot use --patient: there is more than one");
	r->filter.patient = r->patients.list.count ? r->patients.list.items[0] : NULL;
	r->filter.account = options->account;
	if (options->from && !read_date(options->from, &seconds, &is_day))
		return cli_report_usage(options,
					"cannot use '%s' for --from: it must be 2026-11-22 or "
					"2026-11-22T03:10:00Z (UTC)",
					options->from);
	if (options->from) {
		r->filter.has_from = true;
		r->filter.from = seconds * 1000;
	}
	if (options->until && !read_date(options->until, &seconds, &is_day))
		return cli_report_usage(options,
					"cannot use '%s' for --to: it must be 2026-11-22 or "
					"2026-11-22T03:10:00Z (UTC)",
					options->until);
	if (options->until) {
		r->filter.has_to = true;
		r->filter.to = (seconds + (is_day ? 86400 : 1)) * 1000;
	}
	return 0;
}

/* Without a key nothing can be picked or printed: who wants that has forgotten one. */
static int read_identity(struct reading *r)
{
	const struct cli_options *options = r->options;
	const char *variable = getenv("MEDARK_IDENTITY");
	bool has_key = options->identities.count || (variable && *variable);
	bool needs_key = options->patients.count || options->account || options->from ||
			 options->until || options->fhir;
	struct cli_missing missing = { 0 };

	cli_missing_add(&missing, needs_key && !has_key, "--identity KEY (or MEDARK_IDENTITY)");
	if (missing.count)
		return cli_report_missing(options, &missing);
	return has_key ? cli_access_identity(options, &r->access) : 0;
}

/* ---- the files ---- */

static int fail(const struct reading *r, const char *path, int code, const struct medark_error *err)
{
	struct cli_failure failure = {
		.action = "read the audit log", .file = path, .code = code, .err = err
	};

	if (code == MEDARK_E_IDENTITY)
		failure.hint = "it opens with the key of who may read it, as the auditor, not with "
			       "that of an account";
	return cli_report_failure(r->options, &failure);
}

static int by_number(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return (x->info.file > y->info.file) - (x->info.file < y->info.file);
}

/* Looks at the heads, so that the files can be read in their order. */
static int find_files(struct reading *r)
{
	const struct cli_list *paths = &r->options->operands;

	r->files = calloc(paths->count, sizeof(*r->files));
	if (!r->files)
		return cli_report_memory(r->options);
	for (; r->count < paths->count; r->count++) {
		struct file *f = &r->files[r->count];
		struct medark_audit_log *log = NULL;
		struct medark_error err = { 0 };
		struct stat st;
		int code;

		f->path = paths->items[r->count];
		if (stat(f->path, &st) == 0 && S_ISDIR(st.st_mode))
			return cli_report_usage(
				r->options,
				"cannot read '%s': it is a folder; name the files in "
				"it, as in %s/audit-*.log",
				f->path, f->path);
		code = medark_audit_open(f->path, NULL, &log, &err);
		if (code < 0)
			return fail(r, f->path, code, &err);
		medark_audit_info(log, &f->info);
		medark_audit_free(log);
	}
	qsort(r->files, r->count, sizeof(*r->files), by_number);
	return 0;
}

/* ---- rows ---- */

static void json_row(const struct reading *r, const struct file *f,
		     const struct medark_audit_row *row)
{
	const struct medark_audit_event *e = &row->event;
	char time[MEDARK_AUDIT_TIME_SIZE], action[2] = { e->action, '\0' };
	struct cli_json json;

	(void)medark_audit_time(e->recorded, time);
	cli_json_begin(&json, cli_report_stream(r->options), "event");
	cli_json_number(&json, "log", f->info.file);
	cli_json_number(&json, "number", row->number);
	cli_json_text(&json, "recorded", time);
	cli_json_text(&json, "kind", medark_audit_kind_name(e->kind));
	cli_json_text(&json, "action", action);
	cli_json_number(&json, "outcome", (uint64_t)e->outcome);
	cli_json_text_or_null(&json, "account", e->account);
	cli_json_text_or_null(&json, "shown", e->shown);
	cli_json_open(&json, "roles", '[');
	for (unsigned role = 1; role <= MEDARK_MAY_ALL; role <<= 1)
		if (e->roles & role)
			cli_json_text(&json, NULL, medark_account_role_name(role));
	cli_json_close(&json, ']');
	cli_json_text_or_null(&json, "peer", e->peer);
	cli_json_text_or_null(&json, "archive", e->archive);
	cli_json_text_or_null(&json, "patient", e->patient);
	cli_json_text_or_null(&json, "record", e->record);
	cli_json_text_or_null(&json, "query", e->query);
	cli_json_text_or_null(&json, "detail", e->detail);
	cli_json_text_or_null(&json, "reason", medark_reason_name(e->reason));
	cli_json_text_or_null(&json, "reason_text", e->reason_text);
	cli_json_end(&json);
}

static void print_part(const char *before, const char *text)
{
	if (!text || !*text)
		return;
	(void)fputs(before, stdout);
	cli_text_print(stdout, text);
}

static void print_row(const struct reading *r, const struct medark_audit_row *row)
{
	const struct medark_audit_event *e = &row->event;
	char time[MEDARK_AUDIT_TIME_SIZE];

	if (r->shown == 1)
		(void)printf("%-24s %-*s %-*s %-*s %s\n", "RECORDED", KIND_WIDTH, "KIND",
			     ACCOUNT_WIDTH, "ACCOUNT", PATIENT_WIDTH, "PATIENT",
			     "WHAT, FROM WHERE, "
			     "WHY");
	(void)medark_audit_time(e->recorded, time);
	(void)printf("%s %-*s ", time, KIND_WIDTH, medark_audit_kind_name(e->kind));
	cli_text_print_field(stdout, e->account, ACCOUNT_WIDTH);
	(void)fputc(' ', stdout);
	cli_text_print_field(stdout, e->patient, PATIENT_WIDTH);
	print_part(" ", e->record);
	print_part(" ?", e->query);
	print_part(" from ", e->peer);
	print_part(" ", medark_reason_name(e->reason));
	print_part(": ", e->reason_text);
	print_part(" (", e->detail);
	(void)fputs(e->detail && *e->detail ? ")" : "", stdout);
	if (e->outcome != MEDARK_AUDIT_DONE)
		(void)fputs(e->outcome == MEDARK_AUDIT_REFUSED ? " REFUSED" : " FAILED", stdout);
	(void)fputc('\n', stdout);
}

static int show_row(struct reading *r, const struct file *f, const struct medark_audit_row *row,
		    struct medark_error *err)
{
	char *text = NULL;
	int code;

	r->shown++;
	if (r->options->json) {
		json_row(r, f, row);
		return 0;
	}
	if (!r->options->fhir) {
		print_row(r, row);
		return 0;
	}
	code = medark_audit_fhir(&f->info, row, &text, err);
	if (code == 0)
		(void)printf("%s\n", text);
	free(text);
	return code;
}

/* 0, or an exit code after what went wrong was reported. */
static int read_file(struct reading *r, struct file *f)
{
	struct medark_audit_log *log = NULL;
	struct medark_error err = { 0 };
	struct medark_audit_row row;
	int code = medark_audit_open(f->path, r->access.identity, &log, &err);

	if (code < 0)
		return fail(r, f->path, code, &err);
	while ((code = medark_audit_next(log, &r->filter, &row, &err)) == 1) {
		r->is_over = ferror(stdout);
		if (cli_signals_stopped() || r->is_over)
			break;
		code = row.is_open ? show_row(r, f, &row, &err) : 0;
		if (code < 0)
			break;
	}
	medark_audit_info(log, &f->info);
	medark_audit_free(log);
	if (cli_signals_stopped())
		return cli_report_error(r->options, CLI_INTERRUPTED,
					"cannot read the audit log: interrupted");
	r->rows += f->info.rows;
	return code < 0 ? fail(r, f->path, code, &err) : 0;
}

/* ---- how the files hang together ---- */

static int follow(struct reading *r, size_t i)
{
	const struct file *f = &r->files[i];
	char sentence[MEDARK_ERROR_MAX];
	struct medark_error err = { 0 };
	int code;

	if (f->info.previous_is_faulty) {
		(void)snprintf(sentence, sizeof(sentence),
			       "when file %" PRIu64 " of the log was begun, the file before it was "
			       "found faulty",
			       f->info.file);
		cli_report_warning(r->options, sentence);
		r->is_incomplete = true;
	}
	if (i == 0)
		return 0;
	code = medark_audit_follows(&f[-1].info, &f->info, &err);
	return code < 0 ? fail(r, f->path, code, &err) : 0;
}

/* A torn row that the next file knows of is the trace of a crash, and nothing is wrong with it. */
static void tell_torn(struct reading *r, size_t i)
{
	const struct file *f = &r->files[i];
	char sentence[MEDARK_ERROR_MAX];

	if (!f->info.torn)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "file %" PRIu64 " of the log ends with %" PRIu64
		       " bytes that are no whole row: the service was stopped while it wrote it",
		       f->info.file, f->info.torn);
	cli_report_warning(r->options, sentence);
	if (i + 1 == r->count)
		r->is_incomplete = true;
}

static void print_end(const struct reading *r)
{
	const struct medark_audit_info *last = &r->files[r->count - 1].info;
	const struct cli_options *options = r->options;
	struct cli_json json;

	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_number(&json, "files", r->count);
		cli_json_number(&json, "first", r->files[0].info.file);
		cli_json_number(&json, "last", last->file);
		cli_json_number(&json, "rows", r->rows);
		cli_json_number(&json, "shown", r->shown);
		cli_json_bool(&json, "opened", r->access.identity != NULL);
		cli_json_number(&json, "torn", last->torn);
		cli_json_text(&json, "hash", last->hash);
		cli_json_end(&json);
		return;
	}
	if (options->quiet || options->fhir)
		return;
	(void)printf("%" PRIu64 " row%s in %zu file%s, none changed or missing; %s\n", r->rows,
		     r->rows == 1 ? "" : "s", r->count, r->count == 1 ? "" : "s",
		     r->access.identity ? "those wanted are above" : "read without a key");
	if (r->files[0].info.has_previous)
		(void)printf("the files before number %" PRIu64 " were not given\n",
			     r->files[0].info.file);
	cli_report_row(stdout, "last hash", last->hash);
}

static int read_all(struct reading *r)
{
	int code = 0;

	for (size_t i = 0; !code && i < r->count; i++) {
		code = read_file(r, &r->files[i]);
		if (!code && r->is_over)
			return CLI_DONE;
		if (!code)
			code = follow(r, i);
		if (!code)
			tell_torn(r, i);
	}
	if (code)
		return code;
	print_end(r);
	return r->is_incomplete ? CLI_INCOMPLETE : CLI_DONE;
}

int cmd_audit(const struct cli_options *options)
{
	__attribute__((cleanup(reading_clear))) struct reading r = { .options = options };
	struct cli_missing missing = { 0 };
	int code;

	cli_missing_add(&missing, options->operands.count == 0, "a log");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->json && options->fhir)
		return cli_report_usage(options, "cannot use --json with --fhir");
	code = read_filter(&r);
	if (!code)
		code = read_identity(&r);
	if (!code)
		code = find_files(&r);
	return code ? code : read_all(&r);
}
