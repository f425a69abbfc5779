/* SPDX-License-Identifier: Apache-2.0 */
/* medark restore: an archive, or some patients of it, into a folder; server.c: into a server. */
#include "access.h"
#include "day.h"
#include "forms.h"
#include "inputs.h"
#include "leaving.h"
#include "lines.h"
#include "passphrase.h"
#include "place.h"
#include "progress.h"
#include "report.h"
#include "server.h"
#include "text.h"
#include "types.h"

#include <medark/server.h>

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int check_language(const struct cli_options *options)
{
	bool is_known = options->lang &&
			(strcmp(options->lang, "nl") == 0 || strcmp(options->lang, "en") == 0);

	if (!options->lang || (is_known && cli_forms_is_html(options)))
		return 0;
	return cli_report_usage(options,
				"cannot use '%s' for --lang: it is nl or en, of --to html:DIR or "
				"html:FILE.zip",
				options->lang);
}

static int check(const struct cli_options *options)
{
	struct cli_missing missing = { 0 };
	char date[CLI_DAY_MAX];
	int code;

	cli_access_missing(options, true, &missing);
	cli_missing_add(&missing, !options->to, "--to TARGET");
	if (missing.count)
		return cli_report_missing(options, &missing);
	assert(options->to); /* it is not missing */
	if (strcmp(options->to, "-") == 0)
		return cli_report_usage(options, "cannot restore to standard output: --to takes a "
						 "folder");
	code = cli_server_check_absent(options);
	if (!code)
		code = cli_forms_check_zip(options);
	if (!code)
		code = cli_place_check(options, "target", options->to, CLI_FORMS);
	for (size_t k = 0; !code && k < options->operands.count; k++)
		code = cli_access_check_archive(options, options->operands.items[k]);
	if (code)
		return code;
	if (options->since && !cli_day_read(options->since, date))
		return cli_report_usage(options,
					"cannot use '%s' for --since: it must be a date, "
					"YYYY-MM-DD or DD-MM-YYYY",
					options->since);
	if (options->form == MEDARK_RESTORE_BAG && options->force)
		return cli_report_usage(options, "cannot use --force with bagit: a bag goes into a "
						 "new or empty folder");
	if ((options->form == MEDARK_RESTORE_BUNDLES || options->form == MEDARK_RESTORE_CSV ||
	     cli_forms_is_html(options)) &&
	    (options->force || options->since || options->types.count))
		return cli_report_usage(
			options,
			"cannot use --%s with bundle, csv or html: they hold all that a "
			"patient has, in a new folder",
			options->force	 ? "force"
			: options->since ? "since"
					 : "type");
	if (options->form == MEDARK_RESTORE_SQLITE && (options->since || options->types.count))
		return cli_report_usage(options,
					"cannot use --%s with sqlite: a database holds all that a "
					"patient has",
					options->since ? "since" : "type");
	if (!options->patients.count && (options->since || options->types.count))
		return cli_report_usage(options,
					"cannot use --%s without --patient: a whole archive "
					"is restored byte for byte",
					options->since ? "since" : "type");
	code = check_language(options);
	if (code)
		return code;
	if (!options->force)
		return 0;
	return options->form == MEDARK_RESTORE_SQLITE
		       ? cli_inputs_check_file(options, "--to", options->to)
		       : cli_inputs_check_folder(options, options->to);
}

/* Of pages: --lang, or the user's, if they speak it. */
static const char *language(const struct cli_options *options)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	if (options->lang)
		return options->lang;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *locale = getenv(names[i]);

		if (locale && *locale)
			return strncmp(locale, "nl", 2) == 0 ? "nl" : "en";
	}
	return "en";
}

/* What was restored, and the archive that it came from. */
struct outcome {
	struct medark_restore_result result;
	struct medark_archive_info info;
	char judged_at[CLI_TIME_MAX];
	double seconds;
};

static void print_json(const struct cli_options *options, const struct outcome *o,
		       const struct cli_leaving *leaving)
{
	const struct medark_restore_result *r = &o->result;
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", options->operands.items[r->latest]);
	cli_report_json_judged(&json, o->judged_at);
	cli_json_text(&json, "target", options->to);
	cli_json_bool(&json, "whole", options->patients.count == 0);
	cli_json_bool(&json, "increment", o->info.increment);
	cli_json_number(&json, "items", r->items);
	cli_json_number(&json, "bytes", r->bytes);
	cli_json_number(&json, "patients", r->patients);
	cli_json_number(&json, "records", r->records);
	cli_json_number(&json, "referenced", r->referenced);
	cli_json_number(&json, "unresolved", r->unresolved);
	cli_json_number(&json, "renamed", r->renamed);
	cli_json_number(&json, "opaque", r->opaque);
	cli_json_number(&json, "left_out", r->left_out);
	cli_json_number(&json, "archives", r->archives);
	cli_json_number(&json, "superseded", r->superseded);
	cli_json_bool(&json, "complete", r->complete);
	cli_json_number(&json, "quarantined", o->info.quarantined);
	cli_json_number(&json, "skipped", o->info.skipped);
	cli_json_number(&json, "duplicates", o->info.duplicates);
	cli_leaving_json(leaving, &json);
	cli_json_real(&json, "seconds", o->seconds);
	cli_json_end(&json);
}

/* What a file in the folder names one by one. */
static void print_listed(const char *label, uint64_t count, const char *file)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " (see %s)", count, file);
	if (count)
		cli_report_row(stdout, label, text);
	else
		cli_report_row_number(stdout, label, count);
}

static void print_text(const struct cli_options *options, const struct outcome *o,
		       const struct cli_leaving *leaving)
{
	const struct medark_restore_result *r = &o->result;

	cli_report_row_judged(stdout, o->judged_at);
	if (cli_forms_is_html(options)) {
		cli_report_row_number(stdout, "patients", r->patients);
		cli_report_row_number(stdout, "records", r->records);
		cli_report_row_number(stdout, "files", r->opaque);
	} else if (options->form == MEDARK_RESTORE_CSV) {
		cli_report_row_number(stdout, "patients", r->patients);
		cli_report_row_number(stdout, "records", r->records);
	} else if (options->form == MEDARK_RESTORE_SQLITE) {
		cli_report_row_number(stdout, "patients", r->patients);
		cli_report_row_number(stdout, "records", r->records);
		cli_report_row_number(stdout, "referenced", r->referenced);
		cli_report_row_number(stdout, "unresolved", r->unresolved);
	} else if (options->form == MEDARK_RESTORE_BUNDLES) {
		cli_report_row_number(stdout, "patients", r->patients);
		cli_report_row_number(stdout, "records", r->records);
		cli_report_row_number(stdout, "referenced", r->referenced);
		cli_report_row_number(stdout, "unresolved", r->unresolved);
		cli_report_row_number(stdout, "left out", r->left_out);
	} else if (options->patients.count) {
		cli_report_row_number(stdout, "patients", r->patients);
		cli_report_row_number(stdout, "records", r->records);
		cli_report_row_number(stdout, "referenced", r->referenced);
		print_listed("unresolved", r->unresolved, "report.json");
		cli_report_row_number(stdout, "attachments", r->opaque);
	} else if (r->archives > 1) {
		cli_report_row_number(stdout, "records", r->records);
		cli_report_row_number(stdout, "attachments", r->opaque);
	} else {
		cli_report_row_number(stdout, "items", r->items);
		cli_report_row_bytes(stdout, "bytes", r->bytes);
	}
	if (r->renamed)
		print_listed("renamed", r->renamed, "medark-renamed.json");
	if (r->archives > 1) {
		cli_report_row_number(stdout, "archives", r->archives);
		cli_report_row_number(stdout, "superseded", r->superseded);
		cli_report_row(stdout, "as of", o->info.created);
	}
	cli_leaving_print(leaving);
	cli_report_row_time(stdout, o->seconds, r->bytes);
	(void)printf("%s\n", cli_forms_secrecy(options));
	cli_text_print(stdout, options->operands.items[r->latest]);
	(void)fputs(": verified and restored to ", stdout);
	cli_text_print(stdout, options->to);
	(void)fputc('\n', stdout);
	if (options->form == MEDARK_RESTORE_HTML)
		(void)fputs("open index.html in that folder with a browser\n", stdout);
}

static void warn_of_none(const struct cli_options *options, const struct medark_restore_result *r)
{
	char sentence[128];

	if (!options->patients.count || r->records || !(options->types.count || options->since))
		return;
	(void)snprintf(sentence, sizeof(sentence), "no record of the %s is of %s%s%s",
		       r->patients == 1 ? "patient" : "patients",
		       options->types.count ? "the types of --type" : "",
		       options->types.count && options->since ? " and " : "",
		       options->since ? "the time of --since" : "");
	cli_report_warning(options, sentence);
}

/* What the export skipped, or put with no patient, is missing here, too; nobody else tells. */
static void warn_of_gaps(const struct cli_options *options, const struct outcome *o)
{
	const struct medark_archive_info *info = &o->info;
	const char *file = options->operands.items[o->result.latest];
	char sentence[1024], word[512];

	if (o->result.complete)
		return;
	if (info->complete) {
		cli_report_warning(options, "an archive of the chain is incomplete: medark inspect "
					    "tells which");
		return;
	}
	if (!info->quarantined && !info->skipped)
		(void)snprintf(sentence, sizeof(sentence),
			       "the archive is incomplete: nothing was read from a source");
	else
		(void)snprintf(
			sentence, sizeof(sentence),
			"the archive is incomplete: %" PRIu64 " quarantined, %" PRIu64
			" skipped; to list it: medark items --quarantined %s --identity KEY --trust CERT",
			info->quarantined, info->skipped, cli_text_quote(file, word, sizeof(word)));
	cli_report_warning(options, sentence);
}

/* Of two sources Patient/1 are two patients, who are one here. */
static void warn_of_sources(const struct cli_options *options, const struct outcome *o)
{
	uint64_t clashes = 0;
	char sentence[256];

	for (uint32_t i = 0; i < o->info.reason_count; i++)
		if (strcmp(o->info.reasons[i].name, "duplicate") == 0)
			clashes = o->info.reasons[i].count;
	if (!options->patients.count || o->info.sources < 2 || !clashes)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the archive is of %" PRIu64 " sources, and %" PRIu64
		       " %s a type and id that another one has: this chart may be of two patients",
		       o->info.sources, clashes,
		       cli_text_number(clashes, "record has", "records have"));
	cli_report_warning(options, sentence);
}

/* What did not change stands in the archives before. */
static void warn_of_increment(const struct cli_options *options, const struct outcome *o)
{
	if (o->info.increment && o->result.archives == 1)
		cli_report_warning(options,
				   "this archive is an increment: it holds only what has changed; "
				   "for everything give the archives before it too, back to one "
				   "that holds all");
}

static void warn_of_left_out(const struct cli_options *options,
			     const struct medark_restore_result *r)
{
	char sentence[256];

	if (!r->left_out)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "%" PRIu64 " %s of the same type and id; restore into a folder to have %s",
		       r->left_out,
		       cli_text_number(r->left_out,
				       "record is in no Bundle: it is XML, has a fault or no "
				       "usable id, or is older than one",
				       "records are in no Bundle: they are XML, have a fault or no "
				       "usable id, or are older than one"),
		       cli_text_number(r->left_out, "it", "them"));
	cli_report_warning(options, sentence);
}

/* A new folder is for its owner only; one that was there keeps its mode. */
static void warn_of_readers(const struct cli_options *options)
{
	char sentence[512];
	struct stat st;

	if (!options->to || stat(options->to, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    !(st.st_mode & (S_IRWXG | S_IRWXO)))
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "others may enter the folder '%.384s' (mode %04o), which was there before: "
		       "chmod 700 it unless they should read the records",
		       options->to, (unsigned)st.st_mode & 0777u);
	cli_report_warning(options, sentence);
}

/* The way on from a target that cannot be used; NULL: its folder is not to blame. */
static const char *hint_for_target(const struct cli_options *options, int code, bool replaceable)
{
	struct stat st;

	if (cli_forms_is_file(options))
		return code != MEDARK_E_EXISTS ? NULL
		       : replaceable	       ? "name a new file, or give --force to replace it"
					       : "name a new file";
	if (options->to && stat(options->to, &st) == 0 && !S_ISDIR(st.st_mode))
		return "--to takes a folder: name a new or empty one";
	if (code != MEDARK_E_EXISTS)
		return NULL;
	if (!replaceable)
		return "restore into a new folder";
	return options->patients.count
		       ? "restore into a new folder, or give --force to replace the chart in it"
		       : "restore into a new folder, or give --force";
}

/* What was not as wanted. */
struct refusal {
	size_t patient;	  /* which of them was not found */
	bool replaceable; /* would --force have helped? */
};

/* A line of standard input has no name but its number: it may be the BSN. */
static int fail(const struct cli_options *options, const struct cli_lines *patients,
		const struct refusal *refusal, int code, const struct medark_error *err)
{
	struct cli_failure failure = {
		.action = "restore to", .file = options->to, .code = code, .err = err
	};
	size_t number =
		code == MEDARK_E_NOT_FOUND ? cli_lines_number(patients, refusal->patient) : 0;
	char action[96];

	if (code == MEDARK_E_EXISTS || code == MEDARK_E_SYSTEM) {
		failure.hint = hint_for_target(options, code, refusal->replaceable);
		return cli_report_failure(options, &failure);
	}
	if (!number)
		return cli_access_failed(options, "restore", options->operands.items[0], code, err);
	(void)snprintf(action, sizeof(action), "restore the patient of line %zu of standard input",
		       number);
	return cli_report_failure(
		options, &(struct cli_failure) { .action = action, .code = code, .err = err });
}

static int restore(const struct cli_options *options, struct cli_access *access,
		   const struct cli_lines *patients)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase zip = { .size = 0 };
	char since[CLI_DAY_MAX];
	struct refusal refusal = { 0 };
	struct cli_leaving leaving;
	struct medark_restore_request request = {
		.target = options->to,
		.form = options->form,
		.passphrase = zip.bytes,
		.replace = options->force,
		.no_sync = options->no_sync,
		.patient_count = patients->list.count,
		.patients = patients->list.items,
		.out_refused = &refusal.patient,
		.out_replaceable = &refusal.replaceable,
		.type_count = options->types.count,
		.types = options->types.items,
		.since = options->since && cli_day_read(options->since, since) ? since : NULL,
		.threads = (unsigned)options->threads,
		.language = language(options),
		.before = cli_leaving_note,
		.context = &leaving,
	};
	struct outcome outcome;
	struct medark_error err = { 0 };
	struct cli_progress progress;
	double began = cli_report_clock();
	int code = cli_leaving_begin(options, access, patients->list.count, &leaving);

	if (!code && cli_forms_is_sealed(options))
		code = cli_passphrase_for_zip(options, &zip);
	if (code)
		return code;
	cli_progress_begin(&progress, options, NULL);
	code = medark_archive_restore_chain(access->all, access->count, options->as_of, &request,
					    &progress.events, &outcome.result, &err);
	cli_progress_end(&progress);
	if (code >= 0)
		code = medark_archive_info(access->all[outcome.result.latest], &outcome.info, &err);
	if (code < 0 && leaving.has_failed)
		return cli_leaving_failed(&leaving, code, &err);
	if (code < 0) {
		cli_leaving_give_up(&leaving);
		return fail(options, patients, &refusal, code, &err);
	}
	outcome.seconds = cli_report_clock() - began;
	cli_access_judged(access, outcome.judged_at);
	warn_of_gaps(options, &outcome);
	warn_of_sources(options, &outcome);
	warn_of_increment(options, &outcome);
	warn_of_left_out(options, &outcome.result);
	warn_of_none(options, &outcome.result);
	warn_of_readers(options);
	if (options->json)
		print_json(options, &outcome, &leaving);
	else if (!options->quiet)
		print_text(options, &outcome, &leaving);
	return outcome.result.left_out ? CLI_INCOMPLETE : CLI_DONE;
}

/* Opens the archive with what was given. */
static int open_archives(const struct cli_options *options, struct cli_lines *lines,
			 struct cli_access *access)
{
	int code = cli_lines_expand(options, &options->patients, lines);

	if (!code)
		code = cli_access_trust(options, access);
	if (!code)
		code = cli_access_identity(options, access);
	return code ? code : cli_access_open_all(options, access);
}

static int restore_to_folder(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	__attribute__((cleanup(cli_lines_clear))) struct cli_lines lines = { 0 };
	int code = check(options);

	if (!code)
		code = open_archives(options, &lines, &access);
	if (!code)
		code = cli_types_check(options, access.all, access.count);
	return code ? code : restore(options, &access, &lines);
}

static int restore_to_server(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	__attribute__((cleanup(cli_lines_clear))) struct cli_lines lines = { 0 };
	int code = check_language(options);

	if (!code)
		code = cli_server_check(options);

	if (!code)
		code = open_archives(options, &lines, &access);
	return code ? code : cli_server_restore(options, &access, &lines);
}

int cmd_restore(const struct cli_options *options)
{
	struct cli_options other = *options;
	int code;

	if (options->to && medark_is_server(options->to))
		return restore_to_server(options);
	code = cli_forms_take(&other);
	return code ? code : restore_to_folder(&other);
}
