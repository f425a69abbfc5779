/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include "inputs.h"
#include "passphrase.h"
#include "progress.h"
#include "text.h"

#include <medark/server.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Options that one kind of target has and the other has not. */
struct other {
	const char *name;
	bool is_given;
};

static int refuse(const struct cli_options *options, const struct other *others, size_t count,
		  const char *kind)
{
	for (size_t i = 0; i < count; i++)
		if (others[i].is_given)
			return cli_report_usage(options,
						"cannot use --%s: it is for a restore into %s",
						others[i].name, kind);
	return 0;
}

int cli_server_check_absent(const struct cli_options *options)
{
	const struct other others[] = {
		{ "auth", options->auth },
		{ "today", options->today },
		{ "dry-run", options->dry_run },
		{ "ids", options->ids },
		{ "id-prefix", options->id_prefix },
		{ "source-base", options->source_base },
		{ "workers", options->workers },
		{ "journal", options->journal },
		{ "rejected", options->rejected },
		{ "report", options->report },
		{ "signer", options->signer },
		{ "signer-key", options->signer_key },
		{ "signer-key-passphrase-file", options->signer_key_passphrase_file },
		{ "no-read-back", options->no_read_back },
	};

	return refuse(options, others, sizeof(others) / sizeof(*others), "a FHIR server");
}

/* What is written must be neither each other nor what is read. */
static int check_outputs(const struct cli_options *options)
{
	const char *const outputs[][2] = { { "--report", options->report },
					   { "--rejected", options->rejected },
					   { "--journal", options->journal } };
	int code = 0;

	for (size_t i = 0; !code && i < 3; i++) {
		if (!outputs[i][1])
			continue;
		if (strcmp(outputs[i][1], "-") == 0)
			return cli_report_usage(options, "cannot use - for %s: it must be a file",
						outputs[i][0]);
		code = cli_inputs_check_file(options, outputs[i][0], outputs[i][1]);
		for (size_t k = 0; !code && k < i; k++)
			if (outputs[k][1] && cli_inputs_is_same_place(outputs[i][1], outputs[k][1]))
				return cli_report_usage(options,
							"cannot restore: %s and %s must be "
							"different files",
							outputs[k][0], outputs[i][0]);
	}
	return code;
}

static int check_ids(const struct cli_options *options)
{
	const char *ids = options->ids;

	if (ids && strcmp(ids, "same") != 0 && strcmp(ids, "prefix") != 0 &&
	    strcmp(ids, "server") != 0)
		return cli_report_usage(options,
					"cannot use '%s' for --ids: it must be same, "
					"prefix or server",
					ids);
	if (ids && strcmp(ids, "same") == 0 && options->id_prefix)
		return cli_report_usage(options, "cannot use --id-prefix with --ids same");
	return 0;
}

int cli_server_check(const struct cli_options *options)
{
	const struct other others[] = {
		{ "type", options->types.count },    { "since", options->since },
		{ "no-sync", options->no_sync },     { "state", options->state },
		{ "audit-log", options->audit_log }, { "auditor", options->auditors.count }
	};
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, true, &missing);
	cli_missing_add(&missing, options->signer && !options->signer_key, "--signer-key KEY");
	cli_missing_add(&missing, options->signer_key && !options->signer, "--signer CERT");
	cli_missing_add(&missing, options->signer && !options->report, "--report FILE");
	if (missing.count)
		return cli_report_missing(options, &missing);
	code = refuse(options, others, sizeof(others) / sizeof(*others), "a folder");
	for (size_t i = 0; !code && i < options->operands.count; i++)
		code = cli_access_check_archive(options, options->operands.items[i]);
	if (!code)
		code = check_ids(options);
	return code ? code : check_outputs(options);
}

/* ---- results ---- */

static void print_json(const struct cli_options *options, const struct medark_server_result *r,
		       const char *judged_at, double seconds)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "patients", r->patients }, { "today", r->today },
		{ "recent", r->recent },     { "records", r->records },
		{ "restored", r->restored }, { "repeated", r->repeated },
		{ "older", r->older },	     { "rejected", r->rejected },
		{ "not_sent", r->not_sent }, { "sent", r->sent },
		{ "equal", r->equal },	     { "different", r->different },
		{ "gone", r->gone },	     { "unresolved", r->unresolved },
		{ "opaque", r->opaque },     { "present", r->present },
		{ "archives", r->archives }, { "superseded", r->superseded },
	};
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", options->operands.items[0]);
	cli_report_json_judged(&json, judged_at);
	cli_json_text(&json, "target", options->to);
	cli_json_bool(&json, "whole", options->patients.count == 0);
	cli_json_bool(&json, "dry_run", options->dry_run);
	cli_json_text(&json, "fhir_version", r->fhir_version);
	cli_json_text(&json, "software", r->software);
	cli_json_text(&json, "client_ids", r->client_ids);
	cli_json_bool(&json, "transactions", r->transactions);
	cli_json_bool(&json, "integrity", r->integrity);
	cli_json_bool(&json, "probed", r->probed);
	cli_json_text_or_null(&json, "ids", r->ids);
	cli_json_text(&json, "journal", r->journal);
	cli_json_bool(&json, "continued", r->continued);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		cli_json_number(&json, numbers[i].name, numbers[i].value);
	cli_json_open(&json, "types", '[');
	for (uint32_t i = 0; i < r->type_count; i++) {
		cli_json_open(&json, NULL, '{');
		cli_json_text(&json, "type", r->types[i].name);
		cli_json_number(&json, "records", r->types[i].records);
		cli_json_number(&json, "restored", r->types[i].restored);
		cli_json_number(&json, "rejected", r->types[i].rejected);
		cli_json_number(&json, "not_sent", r->types[i].not_sent);
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_open(&json, "reasons", '[');
	for (uint32_t i = 0; i < r->reason_count; i++) {
		cli_json_open(&json, NULL, '{');
		cli_json_text(&json, "reason", r->reasons[i].name);
		cli_json_number(&json, "count", r->reasons[i].count);
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_bool(&json, "complete", r->complete);
	cli_json_real(&json, "seconds", seconds);
	cli_json_end(&json);
}

static void print_reasons(const struct medark_server_result *r)
{
	char text[160];

	for (uint32_t i = 0; i < r->reason_count; i++) {
		(void)snprintf(text, sizeof(text), "%" PRIu64 "  %s", r->reasons[i].count,
			       r->reasons[i].name);
		cli_report_row(stdout, i ? "" : "reasons", text);
	}
}

static void print_server(const struct cli_options *options, const struct medark_server_result *r)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s%sFHIR %s%s", r->software, *r->software ? ", " : "",
		       *r->fhir_version ? r->fhir_version : "of an unknown version",
		       r->transactions ? ", transactions" : ", no transactions");
	cli_report_row(stdout, "server", text);
	if (r->probed)
		cli_report_row(stdout, "its ids", r->client_ids);
	cli_report_row(stdout, "ids",
		       *r->ids ? r->ids : "chosen by a probe, which would write and delete");
	if (options->today) {
		(void)snprintf(text, sizeof(text),
			       "%" PRIu64 " with an appointment today, %" PRIu64
			       " seen lately, %" PRIu64 " others",
			       r->today, r->recent, r->patients - r->today - r->recent);
		cli_report_row(stdout, "order", text);
	}
}

static void print_plan(const struct cli_options *options, const struct medark_server_result *r)
{
	char text[160];

	print_server(options, r);
	cli_report_row_number(stdout, "patients", r->patients);
	cli_report_row_number(stdout, "records", r->records);
	for (uint32_t i = 0; i < r->type_count; i++) {
		(void)snprintf(text, sizeof(text), "%" PRIu64 "  %s", r->types[i].records,
			       r->types[i].name);
		cli_report_row(stdout, i ? "" : "types", text);
	}
	cli_report_row_number(stdout, "not sent", r->not_sent);
	print_reasons(r);
	cli_report_row_number(stdout, "attachments", r->opaque);
	cli_text_print(stdout, options->to);
	(void)fputs(": nothing was written; these records would be restored there\n", stdout);
}

static void print_result(const struct cli_options *options, const struct medark_server_result *r,
			 double seconds)
{
	print_server(options, r);
	cli_report_row_number(stdout, "patients", r->patients);
	cli_report_row_number(stdout, "records", r->records);
	cli_report_row_number(stdout, "sent now", r->sent);
	cli_report_row_number(stdout, "restored", r->restored);
	if (r->repeated)
		cli_report_row_number(stdout, "repeated", r->repeated);
	if (r->older)
		cli_report_row_number(stdout, "older", r->older);
	cli_report_row_number(stdout, "rejected", r->rejected);
	cli_report_row_number(stdout, "not sent", r->not_sent);
	print_reasons(r);
	if (!options->no_read_back) {
		cli_report_row_number(stdout, "compared", r->equal + r->different + r->gone);
		cli_report_row_number(stdout, "different", r->different);
		cli_report_row_number(stdout, "gone", r->gone);
		cli_report_row_number(stdout, "unresolved", r->unresolved);
	}
	cli_report_row_number(stdout, "attachments", r->opaque);
	cli_report_row_time(stdout, seconds, 0);
	cli_text_print(stdout, options->operands.items[0]);
	(void)fputs(": verified and restored to ", stdout);
	cli_text_print(stdout, options->to);
	(void)fputs(r->complete ? "\n" : ", but not all of it\n", stdout);
}

static void warn(const struct cli_options *options, const struct medark_server_result *r)
{
	char sentence[512], older[96] = "";

	if (r->probe_left)
		cli_report_warning(options, "the probe's resources could not be deleted: look for "
					    "'medark probe' at the server");
	if (options->dry_run || r->complete)
		return;
	if (r->older)
		(void)snprintf(older, sizeof(older),
			       ", %" PRIu64 " older than one of the same type and id", r->older);
	(void)snprintf(sentence, sizeof(sentence),
		       "%" PRIu64 " rejected, %" PRIu64 " not sent, %" PRIu64 " different, %" PRIu64
		       " gone%s%s%s",
		       r->rejected, r->not_sent, r->different, r->gone, older,
		       options->report ? "; listed in " : "; to list them: --report FILE",
		       options->report ? options->report : "");
	cli_report_warning(options, sentence);
	if (r->rejected && !options->rejected)
		cli_report_warning(options,
				   "the same command with --rejected FILE sends what was "
				   "rejected again, and keeps it with the server's reasons");
}

/* What is missing in the archive is missing at the server, too; nobody else tells. */
static void warn_of_archive(const struct cli_options *options, struct cli_access *access)
{
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };
	char sentence[256];

	if (medark_archive_info(access->archive, &info, &ignored) < 0)
		return;
	if (info.complete || (!info.skipped && !info.quarantined))
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the archive is incomplete: %" PRIu64 " quarantined, %" PRIu64
		       " skipped; medark items --quarantined lists it",
		       info.quarantined, info.skipped);
	cli_report_warning(options, sentence);
}

/* ---- the restore ---- */

/* `number`: the line of a patient who is to blame; 0: none is. */
static int fail(const struct cli_options *options, size_t number,
		const struct medark_server_result *out, int code, const struct medark_error *err)
{
	/* An address with a password in it is refused, and not to be repeated. */
	struct cli_failure failure = {
		.action = strchr(options->to, '@') ? "restore to the server" : "restore to",
		.file = strchr(options->to, '@') ? NULL : options->to,
		.code = code,
		.err = err,
	};
	char action[96];

	if (number) {
		(void)snprintf(action, sizeof(action),
			       "restore the patient of line %zu of standard input", number);
		failure.action = action;
		failure.file = NULL;
	} else if (code == MEDARK_E_FORMAT || code == MEDARK_E_NOT_FOUND) {
		return cli_access_failed(options, "restore", options->operands.items[0], code, err);
	}
	if (code == MEDARK_E_EXISTS && out->would_overwrite)
		failure.hint = "to put them beside: --ids prefix, with an --id-prefix of its own; "
			       "to write over what is there: --force";
	return cli_report_failure(options, &failure);
}

static int run(const struct cli_options *options, struct cli_access *access,
	       const struct cli_lines *patients, const struct cli_passphrase *opens,
	       struct medark_server_result *out)
{
	size_t refused = 0;
	const struct medark_server_request request = {
		.target = options->to,
		.auth = options->auth,
		.archive_path = options->operands.items[0],
		.journal = options->journal,
		.rejected = options->rejected,
		.report = options->report,
		.replace = options->force,
		.overwrite = options->force,
		.signer = options->signer,
		.signer_key = options->signer_key,
		.signer_passphrase = opens->bytes,
		.signer_passphrase_size = opens->size,
		.ids = options->ids,
		.id_prefix = options->id_prefix,
		.source_base = options->source_base,
		.patient_count = patients->list.count,
		.patients = patients->list.items,
		.out_refused = &refused,
		.today = options->today,
		.dry_run = options->dry_run,
		.no_read_back = options->no_read_back,
		.workers = (unsigned)options->workers,
		.threads = (unsigned)options->threads,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	int code;

	cli_progress_begin(&progress, options, NULL);
	code = medark_archive_deliver_chain(access->all, access->count, options->as_of, &request,
					    &progress.events, out, &err);
	cli_progress_end(&progress);
	return code < 0 ? fail(options,
			       code == MEDARK_E_NOT_FOUND ? cli_lines_number(patients, refused) : 0,
			       out, code, &err)
			: 0;
}

/* What did not change stands in the archives before. */
static void warn_of_increment(const struct cli_options *options, const struct cli_access *access)
{
	struct medark_archive_info *info = access->count == 1 ? malloc(sizeof(*info)) : NULL;
	struct medark_error ignored = { 0 };

	if (info && medark_archive_info(access->all[0], info, &ignored) == 0 && info->increment)
		cli_report_warning(options,
				   "this archive is an increment: only what has changed is sent; "
				   "for everything give the archives before it too, back to one "
				   "that holds all");
	free(info);
}

int cli_server_restore(const struct cli_options *options, struct cli_access *access,
		       const struct cli_lines *patients)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct medark_server_result *result = calloc(1, sizeof(*result));
	char judged_at[CLI_TIME_MAX];
	double began = cli_report_clock();
	int code = 0;

	if (!result)
		return cli_report_memory(options);
	if (options->signer)
		code = cli_passphrase_read_for_key(options, options->signer_key,
						   options->signer_key_passphrase_file, &opens);
	if (!code)
		warn_of_increment(options, access);
	if (!code)
		code = run(options, access, patients, &opens, result);
	if (!code) {
		cli_access_judged(access, judged_at);
		warn_of_archive(options, access);
		warn(options, result);
		if (options->json)
			print_json(options, result, judged_at, cli_report_clock() - began);
		else if (!options->quiet && options->dry_run)
			print_plan(options, result);
		else if (!options->quiet)
			print_result(options, result, cli_report_clock() - began);
		code = options->dry_run || result->complete ? CLI_DONE : CLI_INCOMPLETE;
	}
	free(result);
	return code;
}
