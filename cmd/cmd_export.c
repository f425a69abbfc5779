/* SPDX-License-Identifier: Apache-2.0 */
/* medark export: sources into a new archive. */
#include "cmd_export.h"

#include "access.h"
#include "inputs.h"
#include "passphrase.h"
#include "place.h"
#include "progress.h"
#include "remarks.h"
#include "report.h"
#include "terminal.h"
#include "text.h"

#include <medark/crypto.h>
#include <medark/export.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIPS	    "fips"
#define PQ_REQUIRED "pq-required"

static bool has_profile(const struct cli_options *options, const char *name)
{
	for (size_t i = 0; i < options->profiles.count; i++)
		if (strcmp(options->profiles.items[i], name) == 0)
			return true;
	return false;
}

static void export_free(struct medark_export **e)
{
	medark_export_free(*e);
}

static int fail(const struct cli_options *options, const char *action, const char *file, int code,
		const struct medark_error *err)
{
	return cli_report_failure(
		options,
		&(struct cli_failure) { .action = action, .file = file, .code = code, .err = err });
}

/* Two readers of standard input would each get a part. */
static int check_stdin(const struct cli_options *options)
{
	size_t readers = options->passphrase_fd && strcmp(options->passphrase_fd, "0") == 0;

	for (size_t i = 0; i < options->operands.count; i++)
		readers += strcmp(options->operands.items[i], "-") == 0;
	if (readers > 1)
		return cli_report_usage(options,
					"cannot export: standard input can be read only once");
	return 0;
}

/* Names of an open stream: to replace one would put a file in the place of the name itself. */
static bool is_stream_name(const char *path)
{
	return strncmp(path, "/dev/std", 8) == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
	       strncmp(path, "/proc/", 6) == 0;
}

/* What no --force replaces: the way on for the library's refusal of it; NULL for a usual file. */
static const char *hint_for_kind(const struct cli_options *options)
{
	const char *const outputs[] = { options->out, options->report };
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		if (!outputs[i] || stat(outputs[i], &st) < 0 || S_ISREG(st.st_mode))
			continue;
		return S_ISDIR(st.st_mode) ? "it is a folder: name a file in it"
					   : "name a file; for a pipe or a device: --out - and a "
					     "redirection";
	}
	return NULL;
}

/* What is written must be neither each other nor what is read. */
static int check_outputs(const struct cli_options *options)
{
	int code;

	if (options->report && (strcmp(options->report, "-") == 0 ||
				cli_inputs_is_same_place(options->report, options->out)))
		return cli_report_usage(options,
					"cannot export: --report must be a file of its own");
	if (options->previous && strcmp(options->previous, options->out) == 0)
		return cli_report_usage(options,
					"cannot export: --out would replace the archive of "
					"--previous");
	if (is_stream_name(options->out))
		return cli_report_usage(options,
					"cannot export to '%s': for standard output give --out -",
					options->out);
	if (strcmp(options->out, "-") == 0 && cli_terminal_is(stdout))
		return cli_report_usage(options, "cannot export to standard output: it is a "
						 "terminal");
	code = cli_inputs_check_file(options, "--out", options->out);
	return code || !options->report
		       ? code
		       : cli_inputs_check_file(options, "--report", options->report);
}

static bool is_server(const char *source)
{
	return strncmp(source, "fhir+https:", 11) == 0 || strncmp(source, "fhir+http:", 10) == 0;
}

int cli_export_check_sources(const struct cli_options *options)
{
	int code = 0;

	for (size_t i = 0; !code && i < options->operands.count; i++)
		if (!is_server(options->operands.items[i]))
			code = cli_place_check(options, "source", options->operands.items[i],
					       "files, folders and fhir+https://... are");
	return code;
}

static int check(const struct cli_options *options)
{
	struct cli_missing missing = { 0 };
	int code = check_stdin(options);

	cli_missing_add(&missing, options->operands.count == 0, "a source");
	cli_missing_add(&missing,
			!options->recipients.count && !options->escrows.count &&
				!cli_passphrase_is_asked(options),
			"--recipient CERT (or --passphrase)");
	cli_missing_add(&missing, !options->signer, "--signer CERT");
	cli_missing_add(&missing, !options->signer_key, "--signer-key KEY");
	cli_missing_add(&missing, !options->out, "--out FILE");
	if (!code)
		code = cli_report_missing(options, &missing);
	if (code)
		return code;
	assert(options->out); /* it is not missing */
	code = cli_export_check_sources(options);
	if (!code)
		code = cli_place_check(options, "target", options->out, "files are");
	if (code)
		return code;
	if (options->trust.count > 1)
		return cli_report_usage(options, "cannot export: --trust is for --previous and is "
						 "given once");
	if (options->trust.count && !options->previous)
		return cli_report_usage(options,
					"cannot export: --trust is for --previous, which is "
					"missing");
	if (options->since && strcmp(options->since, "auto") != 0)
		return cli_report_usage(
			options,
			"cannot use '%s' for --since: it must be 'auto', the time of "
			"--previous (another would leave a gap)",
			options->since);
	if (options->since && !options->previous)
		return cli_report_usage(options, "cannot export: --since is the time of "
						 "--previous, which is missing");
	if (options->since &&
	    (options->operands.count != 1 || !is_server(options->operands.items[0])))
		return cli_report_usage(options, "cannot export: --since is for one source, a "
						 "FHIR server");
	if (options->at && !options->previous)
		return cli_report_usage(options, "cannot export: --at is for --previous, which is "
						 "missing");
	return check_outputs(options);
}

static int add_signer(const struct cli_options *options, struct medark_export *e)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct medark_error err = { 0 };
	int code = cli_passphrase_read_for_key(options, options->signer_key,
					       options->signer_key_passphrase_file, &opens);

	if (code)
		return code;
	code = medark_export_set_signer(e, options->signer, options->signer_key,
					opens.size ? opens.bytes : NULL, opens.size, &err);
	if (code < 0)
		return fail(options, "use the signer", options->signer, code, &err);
	for (size_t i = 0; i < options->crls.count; i++) {
		code = medark_export_add_crls(e, options->crls.items[i], &err);
		if (code < 0)
			return fail(options, "use the revocation lists", NULL, code, &err);
	}
	return 0;
}

static int add_certificates(const struct cli_options *options, const struct cli_list *paths,
			    struct medark_export *e)
{
	struct medark_error err = { 0 };

	for (size_t i = 0; i < paths->count; i++) {
		int code = medark_export_add_recipient(e, paths->items[i], &err);

		if (code < 0)
			return fail(options, "use the recipient", paths->items[i], code, &err);
	}
	return 0;
}

static int add_recipients(const struct cli_options *options, struct medark_export *e)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct medark_error err = { 0 };
	int code = add_certificates(options, &options->recipients, e);

	if (!code)
		code = add_certificates(options, &options->escrows, e);
	if (code || !cli_passphrase_is_asked(options))
		return code;
	code = cli_passphrase_read(options, &opens);
	if (code)
		return code;
	code = medark_export_add_passphrase(e, opens.bytes, opens.size, &err);
	return code < 0 ? fail(options, "use the passphrase", NULL, code, &err) : 0;
}

struct attempt {
	struct medark_export *e;
	const char *previous, *trust;
};

/* The export is given up in any case: what it is left with does not matter. */
static bool would_continue(void *context, const char *when)
{
	const struct attempt *attempt = context;
	struct medark_error ignored = { 0 };

	return medark_export_judge_previous_at(attempt->e, when, &ignored) == 0 &&
	       medark_export_set_previous(attempt->e, attempt->previous, attempt->trust,
					  &ignored) == 0;
}

static int refuse_previous(const struct cli_options *options, struct attempt *attempt,
			   const struct medark_error *err)
{
	struct cli_failure failure = { .action = "continue from", .file = options->previous };
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };
	char hint[CLI_ADVICE_MAX];

	failure.code = MEDARK_E_UNTRUSTED;
	failure.err = err;
	failure.hint = "give --trust CERT: the certificate of the signer of --previous, or of its "
		       "authority";
	if (medark_archive_inspect(options->previous, &info, &ignored) == 0 &&
	    cli_access_advise_time(&info, would_continue, attempt, hint))
		failure.hint = hint;
	return cli_report_failure(options, &failure);
}

static int add_previous(const struct cli_options *options, struct medark_export *e)
{
	const char *trust = options->trust.count ? options->trust.items[0] : getenv("MEDARK_TRUST");
	struct attempt attempt = { .e = e, .previous = options->previous };
	struct medark_error err = { 0 };
	int code;

	if (!options->previous)
		return 0;
	attempt.trust = trust && *trust ? trust : NULL;
	code = medark_export_set_previous(e, attempt.previous, attempt.trust, &err);
	if (code == MEDARK_E_UNTRUSTED)
		return refuse_previous(options, &attempt, &err);
	return code < 0 ? fail(options, "continue from", options->previous, code, &err) : 0;
}

int cli_export_take_profile(const struct cli_options *options)
{
	struct medark_error err = { 0 };
	int code;

	for (size_t i = 0; i < options->profiles.count; i++)
		if (strcmp(options->profiles.items[i], "default") != 0 &&
		    strcmp(options->profiles.items[i], FIPS) != 0 &&
		    strcmp(options->profiles.items[i], PQ_REQUIRED) != 0)
			return cli_report_usage(options,
						"cannot use '%s' for --profile: it must be "
						"default, fips or pq-required",
						options->profiles.items[i]);
	if (!has_profile(options, FIPS))
		return 0;
	code = medark_fips_enforce(&err);
	if (code < 0)
		return fail(options, "use the profile 'fips'", NULL, code, &err);
	if (code == 0)
		cli_report_warning(options,
				   "OpenSSL's FIPS provider is not active here: the algorithms are "
				   "those that FIPS 140-3 approves, but no validated module "
				   "carries them out");
	return 0;
}

int cli_export_configure(const struct cli_options *options, struct medark_export *e)
{
	struct medark_error err = { 0 };
	int code = 0;

	if (options->method && medark_export_set_method(e, options->method, &err) < 0)
		return cli_report_usage(
			options,
			"cannot use '%s' for --method: it must be auto, bulk, everything, "
			"search or page",
			options->method);
	if (options->at && medark_export_judge_previous_at(e, options->at, &err) < 0)
		return cli_report_usage(options, "cannot use '%s' for --at: %s", options->at,
					err.message);
	medark_export_set_pbkdf2(e, has_profile(options, FIPS));
	if (has_profile(options, PQ_REQUIRED))
		code = medark_export_require_pq(e, &err);
	if (code < 0)
		return fail(options, "export", NULL, code, &err);
	for (size_t i = 0; i < options->operands.count; i++) {
		code = medark_export_add_source(e, options->operands.items[i], &err);
		if (code < 0)
			return fail(options, "export", options->operands.items[i], code, &err);
	}
	for (size_t i = 0; code >= 0 && i < options->excludes.count; i++)
		code = medark_export_add_exclude(e, options->excludes.items[i], &err);
	if (code >= 0 && options->level)
		code = medark_export_set_level(e, (int)options->level, &err);
	if (code >= 0 && options->memory)
		code = medark_export_set_memory(e, options->memory, &err);
	if (code >= 0)
		code = medark_export_set_threads(e, (unsigned)options->threads, &err);
	if (code >= 0 && options->auth)
		code = medark_export_set_auth(e, options->auth, &err);
	if (code >= 0 && options->group)
		code = medark_export_set_group(e, options->group, &err);
	if (code >= 0 && options->patients_file)
		code = medark_export_set_patients(e, options->patients_file, &err);
	for (size_t i = 0; code >= 0 && i < options->expected.count; i++)
		code = medark_export_expect_missing(e, options->expected.items[i], &err);
	medark_export_set_increment(e, options->since != NULL);
	if (code >= 0 && options->report)
		code = medark_export_set_report(e, options->report, &err);
	if (code < 0)
		return fail(options, "export", NULL, code, &err);
	code = add_signer(options, e);
	if (!code)
		code = add_previous(options, e);
	return code ? code : add_recipients(options, e);
}

/* Archives name a recipient by its id alone; what it is kept for is known here. */
static bool is_escrow(const struct cli_options *options, const char *id)
{
	struct medark_certificate_info info;
	struct medark_error ignored = { 0 };

	for (size_t i = 0; i < options->escrows.count; i++)
		if (medark_certificate_describe(options->escrows.items[i], &info, &ignored) == 0 &&
		    strcmp(info.recipient_id, id) == 0)
			return true;
	return false;
}

void cli_export_json(struct cli_json *json, const struct cli_options *options,
		     const struct medark_export_result *r, const struct cli_remarks *remarks)
{
	cli_json_text(json, "file", options->out);
	cli_json_text(json, "archive", r->archive);
	cli_json_text(json, "manifest", r->manifest);
	cli_json_number(json, "sequence", r->sequence);
	cli_json_bool(json, "increment", r->increment);
	cli_report_json_judged(json, r->judged_at);
	cli_json_number(json, "items", r->items);
	cli_json_number(json, "bytes", r->bytes);
	cli_json_number(json, "records", r->records);
	cli_json_number(json, "patients", r->patients);
	cli_json_number(json, "opaque", r->opaque);
	cli_json_number(json, "quarantined", r->quarantined);
	cli_json_number(json, "duplicates", r->duplicates);
	cli_json_number(json, "skipped", r->skipped);
	cli_json_number(json, "missing", r->missing);
	cli_json_number(json, "empty_sources", r->empty_sources);
	cli_json_number(json, "excluded", r->excluded);
	cli_json_number(json, "archive_bytes", r->archive_bytes);
	cli_json_number(json, "index_bytes", r->index_bytes);
	cli_json_real(json, "seconds", r->seconds);
	cli_json_bool(json, "complete", r->complete);
	cli_json_open(json, "recipients", '[');
	for (uint32_t i = 0; i < r->recipient_count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text(json, "kind", r->recipients[i].kind);
		cli_json_text(json, "id", r->recipients[i].id);
		cli_json_text_or_null(json, "subject", r->recipients[i].subject);
		cli_json_bool(json, "escrow", is_escrow(options, r->recipients[i].id));
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_text_or_null(json, "report", options->report);
	cli_remarks_json(remarks, json);
}

static void print_recipients(const struct cli_options *options, FILE *out,
			     const struct medark_export_result *r)
{
	char text[640];

	for (uint32_t i = 0; i < r->recipient_count; i++) {
		(void)snprintf(text, sizeof(text), "%s %s%s%s%s", r->recipients[i].kind,
			       r->recipients[i].id, r->recipients[i].subject[0] ? "  " : "",
			       r->recipients[i].subject,
			       is_escrow(options, r->recipients[i].id) ? "  (escrow)" : "");
		cli_report_row(out, i ? "" : "recipients", text);
	}
	if (r->recipient_count == 1 && !options->escrows.count)
		cli_report_row(out, "", "nobody else opens it if that key is lost: see --escrow");
}

/* Where the quarantine is listed, or how. */
static void print_where(const struct cli_options *options, FILE *out)
{
	bool is_file = strcmp(options->out, "-") != 0;
	char word[1024];

	(void)fputs(options->report ? "what is quarantined, skipped or missing is listed in "
				    : "to list it: medark items --quarantined ",
		    out);
	cli_text_print(out, options->report ? options->report
			    : is_file	    ? cli_text_quote(options->out, word, sizeof(word))
					    : "FILE");
	(void)fputs(options->report ? "\n" : " --identity KEY --trust CERT\n", out);
}

static void print_text(const struct cli_options *options, const struct medark_export_result *r)
{
	FILE *out = cli_report_stream(options);

	cli_report_row(out, "archive", r->archive);
	cli_report_row(out, "manifest", r->manifest);
	cli_report_row_number(out, "sequence", r->sequence);
	cli_report_row_judged(out, r->judged_at);
	cli_report_row_number(out, "items", r->items);
	cli_report_row_bytes(out, "bytes", r->bytes);
	cli_report_row_number(out, "records", r->records);
	cli_report_row_number(out, "patients", r->patients);
	cli_report_row_number(out, "opaque", r->opaque);
	cli_report_row_number(out, "quarantined", r->quarantined);
	cli_report_row_number(out, "duplicates", r->duplicates);
	cli_report_row_number(out, "skipped", r->skipped);
	if (r->missing)
		cli_report_row_number(out, "missing", r->missing);
	if (r->excluded)
		cli_report_row_number(out, "excluded", r->excluded);
	cli_report_row_bytes(out, "size", r->archive_bytes);
	if (options->verbose)
		cli_report_row_bytes(out, "of it index", r->index_bytes);
	print_recipients(options, out, r);
	cli_report_row_time(out, r->seconds, r->bytes);
	cli_text_print(out, strcmp(options->out, "-") == 0 ? "standard output" : options->out);
	(void)fprintf(out, ": %s\n", r->complete ? "complete" : "written, but incomplete");
	if (r->quarantined || r->skipped)
		print_where(options, out);
}

/* What a nightly job with --quiet would otherwise not hear of. */
static void warn_of_gaps(const struct cli_options *options, const struct medark_export_result *r)
{
	char sentence[1024];

	if (!(r->quarantined || r->skipped) || !options->quiet)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the archive is written, but incomplete: %" PRIu64 " quarantined, %" PRIu64
		       " skipped%s%s",
		       r->quarantined, r->skipped, options->report ? "; listed in " : "",
		       options->report ? options->report : "");
	cli_report_warning(options, sentence);
}

int cli_export_run(const struct cli_options *options, struct medark_export *e,
		   struct medark_export_result *out, struct cli_remarks *out_remarks)
{
	struct medark_error err = { 0 };
	struct cli_progress progress;
	int code;

	cli_progress_begin(&progress, options, NULL);
	code = medark_export_run(e, options->out, options->force, &progress.events, out, &err);
	cli_progress_end(&progress);
	if (code < 0)
		return cli_report_failure(
			options,
			&(struct cli_failure) {
				.action = code == MEDARK_E_EXISTS ? "export" : "export to",
				.file = options->out,
				.hint = code == MEDARK_E_EXISTS ? hint_for_kind(options) : NULL,
				.code = code,
				.err = &err });
	warn_of_gaps(options, out);
	cli_remarks_make(out_remarks, options, out);
	cli_remarks_warn(out_remarks, options);
	return CLI_DONE;
}

static void print_json(const struct cli_options *options, const struct medark_export_result *r,
		       const struct cli_remarks *remarks)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_export_json(&json, options, r, remarks);
	cli_json_end(&json);
}

int cmd_export(const struct cli_options *options)
{
	__attribute__((cleanup(export_free))) struct medark_export *e = NULL;
	struct medark_export_result result;
	struct medark_error err = { 0 };
	struct cli_remarks remarks;
	int code = check(options);

	if (!code)
		code = cli_export_take_profile(options);
	if (code)
		return code;
	code = medark_export_new(&e, &err);
	if (code < 0)
		return fail(options, "export", NULL, code, &err);
	code = cli_export_configure(options, e);
	if (!code)
		code = cli_export_run(options, e, &result, &remarks);
	if (code)
		return code;
	if (options->json)
		print_json(options, &result, &remarks);
	else if (!options->quiet)
		print_text(options, &result);
	return result.complete ? CLI_DONE : CLI_INCOMPLETE;
}
