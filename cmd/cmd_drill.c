/* SPDX-License-Identifier: Apache-2.0 */
/* medark drill: a rehearsed restore, compared with what was signed, timed, and reported. */
#include "access.h"
#include "inputs.h"
#include "leaving.h"
#include "passphrase.h"
#include "progress.h"
#include "report.h"
#include "terminal.h"
#include "text.h"

#include <medark/drill.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHARTS 3

/* What one drill needs, and what came of it. */
struct drill {
	const struct cli_options *options;
	struct cli_access access;
	struct cli_passphrase opens; /* the signer's key */
	struct cli_leaving leaving;
	struct medark_drill_report_request wanted;
	struct medark_drill_report *report; /* NULL: none */
	struct cli_list trust;		    /* files of the anchors; borrowed */
	const char *trust_variable;
	struct medark_archive_info info;
	struct medark_drill_result result;
	char judged_at[CLI_TIME_MAX];
	double open; /* seconds that opening took */
};

static void drill_clear(struct drill *d)
{
	medark_drill_report_free(d->report);
	cli_passphrase_clear(&d->opens);
	cli_access_clear(&d->access);
}

static int check(const struct cli_options *options)
{
	struct cli_missing missing = { 0 };

	cli_access_missing(options, true, &missing);
	cli_missing_add(&missing, options->signer && !options->signer_key, "--signer-key KEY");
	cli_missing_add(&missing, options->signer_key && !options->signer, "--signer CERT");
	cli_missing_add(&missing, options->signer && !options->report, "--report FILE");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > 1)
		return cli_report_usage(options,
					"cannot rehearse a restore: exactly one archive is "
					"needed, %zu are named",
					options->operands.count);
	if (options->report && strcmp(options->report, "-") == 0)
		return cli_report_usage(options, "cannot use - for --report: it must be a file");
	if (options->report && options->force)
		return cli_inputs_check_file(options, "--report", options->report);
	return cli_access_check_archive(options, options->operands.items[0]);
}

static const char *scratch_of(const struct cli_options *options)
{
	const char *variable = getenv("TMPDIR");

	if (options->scratch)
		return options->scratch;
	return variable && *variable ? variable : "/var/tmp";
}

/* Opens what is read and what is written. */
static int open_all(struct drill *d)
{
	const struct cli_options *options = d->options;
	struct medark_error err = { 0 };
	double began;
	int code = cli_access_trust(options, &d->access);

	if (!code)
		code = cli_access_identity(options, &d->access);
	began = cli_report_clock();
	if (!code)
		code = cli_access_open(options, &d->access, options->operands.items[0]);
	d->open = cli_report_clock() - began;
	if (!code && options->signer)
		code = cli_passphrase_read_for_key(options, options->signer_key,
						   options->signer_key_passphrase_file, &d->opens);
	if (code || !options->report)
		return code;
	d->trust = cli_access_trust_files(options, &d->trust_variable);
	d->wanted = (struct medark_drill_report_request) {
		.path = options->report,
		.replace = options->force,
		.archive = options->operands.items[0],
		.trust = d->trust.items,
		.trust_count = d->trust.count,
		.signer = options->signer,
		.signer_key = options->signer_key,
		.signer_passphrase = d->opens.bytes,
		.signer_passphrase_size = d->opens.size,
	};
	code = medark_drill_report_new(&d->wanted, &d->report, &err);
	if (code >= 0)
		return 0;
	return cli_report_failure(
		options,
		&(struct cli_failure) { .action = "write the report",
					.file = options->report,
					.hint = code == MEDARK_E_EXISTS
							? "name a new file, or give --force to "
							  "replace it and its signature"
							: NULL,
					.code = code,
					.err = &err });
}

static void print_json(const struct drill *d)
{
	const struct medark_drill_result *r = &d->result;
	struct cli_json json;

	cli_report_json(d->options, &json, "summary");
	cli_json_text(&json, "file", d->options->operands.items[0]);
	cli_report_json_judged(&json, d->judged_at);
	cli_json_text(&json, "archive", d->info.archive);
	cli_json_text(&json, "manifest", d->info.manifest);
	cli_json_text(&json, "signer", d->info.signer);
	cli_json_bool(&json, "passed", r->passed);
	cli_json_bool(&json, "complete", d->info.complete);
	cli_json_bool(&json, "in_memory", r->is_memory);
	cli_json_number(&json, "items", r->items);
	cli_json_number(&json, "bytes", r->bytes);
	cli_json_number(&json, "archive_bytes", r->archive_bytes);
	cli_json_number(&json, "records", r->records);
	cli_json_number(&json, "leaves", r->leaves);
	cli_json_number(&json, "packed", r->packed);
	cli_json_number(&json, "segments", r->segments);
	cli_json_number(&json, "different", r->different);
	cli_json_number(&json, "different_segments", r->different_segments);
	cli_json_number(&json, "renamed", r->renamed);
	cli_json_number(&json, "charts", r->charts);
	cli_json_number(&json, "chart_records", r->chart_records);
	cli_json_real(&json, "open_seconds", d->open);
	cli_json_real(&json, "first_chart_seconds", r->first_chart);
	cli_json_real(&json, "verify_seconds", r->verify);
	cli_json_real(&json, "restore_seconds", r->restore);
	cli_json_real(&json, "compare_seconds", r->compare);
	cli_json_real(&json, "charts_seconds", r->charts_time);
	cli_json_real(&json, "seconds", d->open + r->total);
	cli_json_text_or_null(&json, "report", d->options->report ? d->options->report : "");
	cli_leaving_json(&d->leaving, &json);
	cli_json_end(&json);
}

static void print_step(const char *label, uint64_t bytes, double seconds)
{
	char text[96];

	if (bytes && seconds > 0)
		(void)snprintf(text, sizeof(text), "%.2f s, %.1f MB/s", seconds,
			       (double)bytes / seconds / 1e6);
	else
		(void)snprintf(text, sizeof(text), "%.2f s", seconds);
	cli_report_row(stdout, label, text);
}

static void print_text(const struct drill *d)
{
	const struct medark_drill_result *r = &d->result;
	char color[CLI_COLOR_MAX], text[128];

	cli_report_row_judged(stdout, d->judged_at);
	cli_report_row(stdout, "signer", d->info.signer);
	cli_report_row(stdout, "archive", d->info.archive);
	cli_report_row_number(stdout, "items", r->items);
	cli_report_row_bytes(stdout, "bytes", r->bytes);
	(void)snprintf(text, sizeof(text), "%" PRIu64 " (%" PRIu64 " %s compared)", r->records,
		       r->leaves, cli_text_number(r->leaves, "hash", "hashes"));
	cli_report_row(stdout, "records", text);
	if (r->packed)
		cli_report_row_number(stdout, "in archives", r->packed);
	cli_report_row_number(stdout, "different", r->different);
	(void)snprintf(text, sizeof(text), "%" PRIu64 ", %" PRIu64 " %s", r->charts,
		       r->chart_records, cli_text_number(r->chart_records, "record", "records"));
	cli_report_row(stdout, "charts", text);
	cli_report_row(stdout, "restored", r->is_memory ? "in memory" : "on a disk");
	print_step("open", 0, d->open);
	print_step("first chart", 0, r->first_chart);
	print_step("verify", r->archive_bytes, r->verify);
	print_step("restore", r->bytes, r->restore);
	print_step("compare", r->bytes, r->compare);
	print_step("all", 0, d->open + r->total);
	cli_leaving_print(&d->leaving);
	if (d->options->report)
		cli_report_row(stdout, "report", d->options->report);
	(void)fputs(cli_terminal_color(stdout, r->passed ? CLI_GREEN : CLI_RED, color), stdout);
	cli_text_print(stdout, d->options->operands.items[0]);
	(void)fprintf(stdout, ": %s%s\n",
		      r->passed ? "what was restored is what was signed"
				: "what was restored DIFFERS from what was signed",
		      cli_terminal_plain(stdout));
}

static int finish(struct drill *d)
{
	const struct medark_drill_result *r = &d->result;
	struct medark_error err = { 0 };
	int code = 0;

	if (d->report)
		code = medark_drill_report_finish(d->report, &d->info, r, &err);
	if (code < 0)
		return cli_report_failure(d->options,
					  &(struct cli_failure) { .action = "write the report",
								  .file = d->options->report,
								  .code = code,
								  .err = &err });
	if (d->options->json)
		print_json(d);
	else if (!d->options->quiet)
		print_text(d);
	if (r->passed)
		return CLI_DONE;
	return cli_report_error(d->options, CLI_UNVERIFIED,
				"cannot restore '%s' as it was signed: %" PRIu64
				" segments differ, first at byte %" PRIu64 " of item %" PRIu64,
				d->options->operands.items[0], r->different_segments,
				r->first_offset, r->first_item);
}

static int run(struct drill *d)
{
	const struct cli_options *options = d->options;
	const struct medark_drill_request request = {
		.scratch = scratch_of(options),
		.charts = options->has_charts ? (unsigned)options->charts : CHARTS,
		.threads = (unsigned)options->threads,
		.before = cli_leaving_note_drill,
		.context = &d->leaving,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	int code = cli_leaving_begin(options, &d->access, 0, &d->leaving);

	if (code)
		return code;
	cli_progress_begin(&progress, options, NULL);
	code = medark_archive_drill(d->access.archive, &request, &progress.events, &d->result,
				    &err);
	cli_progress_end(&progress);
	if (code >= 0)
		code = medark_archive_info(d->access.archive, &d->info, &err);
	if (code < 0 && d->leaving.has_failed)
		return cli_leaving_failed(&d->leaving, code, &err);
	if (code < 0) {
		cli_leaving_give_up(&d->leaving);
		return cli_access_failed(options, "rehearse a restore of",
					 options->operands.items[0], code, &err);
	}
	cli_access_judged(&d->access, d->judged_at);
	return finish(d);
}

int cmd_drill(const struct cli_options *options)
{
	__attribute__((cleanup(drill_clear))) struct drill d = { .options = options };
	int code = check(options);

	if (!code)
		code = open_all(&d);
	return code ? code : run(&d);
}
