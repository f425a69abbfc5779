/* SPDX-License-Identifier: Apache-2.0 */
/* medark prove: a proof of some records, which shows nothing of any other. */
#include "access.h"
#include "inputs.h"
#include "leaving.h"
#include "lines.h"
#include "progress.h"
#include "report.h"
#include "text.h"

#include <medark/proof.h>

#include <assert.h>
#include <string.h>

static int check(const struct cli_options *options)
{
	struct cli_missing missing = { 0 };

	cli_access_missing(options, true, &missing);
	cli_missing_add(&missing, !options->patients.count && !options->records.count,
			"--patient ID or --record TYPE/ID");
	cli_missing_add(&missing, !options->out, "--out FILE");
	if (missing.count)
		return cli_report_missing(options, &missing);
	assert(options->out); /* it is not missing */
	if (options->operands.count > 1)
		return cli_report_usage(options,
					"cannot prove: exactly one archive is needed, %zu are "
					"named",
					options->operands.count);
	if (strcmp(options->out, "-") == 0)
		return cli_report_usage(options, "cannot write the proof to standard output: --out "
						 "takes a file");
	for (size_t i = 0; i < options->records.count; i++) {
		const char *name = options->records.items[i], *slash = strchr(name, '/');

		if (!slash || slash == name || !slash[1])
			return cli_report_usage(options,
						"cannot use value %zu of --record: it must be "
						"TYPE/ID, as in Observation/8f2a",
						i + 1);
	}
	if (options->force)
		return cli_inputs_check_file(options, "--out", options->out);
	return 0;
}

static void print_json(const struct cli_options *options, const struct cli_leaving *leaving,
		       const struct medark_prove_result *r, const char *judged_at, double seconds)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", options->operands.items[0]);
	cli_report_json_judged(&json, judged_at);
	cli_json_text(&json, "proof", options->out);
	cli_json_number(&json, "patients", r->patients);
	cli_json_number(&json, "records", r->records);
	cli_json_number(&json, "leaves", r->leaves);
	cli_json_number(&json, "bytes", r->bytes);
	cli_json_number(&json, "size", r->size);
	cli_leaving_json(leaving, &json);
	cli_json_real(&json, "seconds", seconds);
	cli_json_end(&json);
}

static void print_text(const struct cli_options *options, const struct cli_leaving *leaving,
		       const struct medark_prove_result *r, const char *judged_at, double seconds)
{
	cli_report_row_judged(stdout, judged_at);
	cli_report_row_number(stdout, "records", r->records);
	cli_report_row_bytes(stdout, "bytes", r->bytes);
	cli_report_row_bytes(stdout, "proof", r->size);
	cli_leaving_print(leaving);
	cli_report_row_time(stdout, seconds, 0);
	(void)fputs("the proof holds these records in clear text, for you alone (mode 0600)\n",
		    stdout);
	cli_text_print(stdout, options->out);
	(void)fputs(": written; to check it: medark verify-proof --trust CERT FILE\n", stdout);
}

/* `refused`: which of the patients was not found; SIZE_MAX: it was not that. */
static int fail(const struct cli_options *options, const struct cli_lines *patients, size_t refused,
		int code, const struct medark_error *err)
{
	struct cli_failure failure = { .action = "prove records of",
				       .file = options->operands.items[0],
				       .code = code,
				       .err = err };
	size_t number = 0;
	char action[96];

	if (code == MEDARK_E_EXISTS || code == MEDARK_E_SYSTEM) {
		failure.action = "write the proof";
		failure.file = options->out;
	}
	if (code == MEDARK_E_EXISTS)
		failure.hint = "name a new file, or give --force to replace it";
	if (code == MEDARK_E_NOT_FOUND && refused == SIZE_MAX)
		failure.hint = "a proof is of what this archive alone holds: of a chain name the "
			       "archive that has the record";
	else if (code == MEDARK_E_NOT_FOUND)
		number = cli_lines_number(patients, refused);
	/* A line of standard input has no name but its number: it may be the BSN. */
	if (number) {
		(void)snprintf(action, sizeof(action),
			       "prove the patient of line %zu of standard input", number);
		failure.action = action;
		failure.file = NULL;
	}
	return cli_report_failure(options, &failure);
}

static int prove(const struct cli_options *options, struct cli_access *access,
		 const struct cli_lines *patients)
{
	struct cli_leaving leaving;
	size_t refused = SIZE_MAX;
	const struct medark_prove_request request = {
		.path = options->out,
		.replace = options->force,
		.patient_count = patients->list.count,
		.patients = patients->list.items,
		.record_count = options->records.count,
		.records = options->records.items,
		.out_refused = &refused,
		.threads = (unsigned)options->threads,
		.before = cli_leaving_note_proof,
		.context = &leaving,
	};
	struct medark_prove_result result;
	struct medark_error err = { 0 };
	struct cli_progress progress;
	double began = cli_report_clock(), seconds;
	char judged_at[CLI_TIME_MAX];
	int code = cli_leaving_begin(options, access, patients->list.count, &leaving);

	if (code)
		return code;
	cli_progress_begin(&progress, options, NULL);
	code = medark_archive_prove(access->archive, &request, &progress.events, &result, &err);
	cli_progress_end(&progress);
	if (code < 0 && leaving.has_failed)
		return cli_leaving_failed(&leaving, code, &err);
	if (code < 0) {
		cli_leaving_give_up(&leaving);
		return fail(options, patients, refused, code, &err);
	}
	seconds = cli_report_clock() - began;
	cli_access_judged(access, judged_at);
	if (options->json)
		print_json(options, &leaving, &result, judged_at, seconds);
	else if (!options->quiet)
		print_text(options, &leaving, &result, judged_at, seconds);
	return CLI_DONE;
}

int cmd_prove(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	__attribute__((cleanup(cli_lines_clear))) struct cli_lines lines = { 0 };
	int code = check(options);

	if (!code)
		code = cli_access_check_archive(options, options->operands.items[0]);
	if (!code)
		code = cli_lines_expand(options, &options->patients, &lines);
	if (!code)
		code = cli_access_trust(options, &access);
	if (!code)
		code = cli_access_identity(options, &access);
	if (!code)
		code = cli_access_open(options, &access, options->operands.items[0]);
	return code ? code : prove(options, &access, &lines);
}
