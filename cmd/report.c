/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <medark/proof.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define SENTENCE_MAX (2 * MEDARK_ERROR_MAX)

FILE *cli_report_stream(const struct cli_options *options)
{
	bool taken = options->verb && options->verb->bit == CLI_EXPORT && options->out &&
		     strcmp(options->out, "-") == 0;

	return taken ? stderr : stdout;
}

/* The exit code that belongs to a code of the library; interrupted if the user asked to stop. */
static int exit_code_of(int code)
{
	/* Whatever a stopped operation says, it was stopped. */
	if (code < 0 && cli_signals_stopped())
		return CLI_INTERRUPTED;
	switch (code) {
	case MEDARK_OK:
		return CLI_DONE;
	case MEDARK_E_USAGE:
		return CLI_USAGE;
	case MEDARK_E_FORMAT:
		return CLI_UNVERIFIED;
	case MEDARK_E_UNTRUSTED:
		return CLI_UNTRUSTED;
	case MEDARK_E_IDENTITY:
		return CLI_IDENTITY;
	case MEDARK_E_INTERRUPTED:
		return CLI_INTERRUPTED;
	default:
		return CLI_FAILED;
	}
}

static void print_error(const char *sentence, const char *hint)
{
	char color[CLI_COLOR_MAX];

	(void)fprintf(stderr, "%smedark:%s ", cli_terminal_color(stderr, CLI_RED, color),
		      cli_terminal_plain(stderr));
	cli_text_print(stderr, sentence);
	(void)fputc('\n', stderr);
	if (!hint)
		return;
	(void)fputs("  ", stderr);
	cli_text_print(stderr, hint);
	(void)fputc('\n', stderr);
}

static int report(const struct cli_options *options, const char *file, int exit_code,
		  const char *sentence, const char *hint)
{
	FILE *out = cli_report_stream(options);
	struct cli_json json;

	/* Rows that were printed before belong before the error, should both streams be one. */
	(void)fflush(stdout);
	if (!options->json || out != stderr)
		print_error(sentence, hint);
	if (!options->json)
		return exit_code;
	cli_report_json(options, &json, "error");
	cli_json_text_or_null(&json, "file", file);
	if (options->verb && (options->verb->bit & (CLI_VERIFY | CLI_VERIFY_PROOF)))
		cli_json_bool(&json, "verified", false);
	cli_json_number(&json, "exit_code", (uint64_t)exit_code);
	cli_json_text(&json, "message", sentence);
	cli_json_text_or_null(&json, "hint", hint);
	cli_json_end(&json);
	(void)fflush(out);
	return exit_code;
}

int cli_report_worse(int a, int b)
{
	static const int order[] = { CLI_INTERRUPTED, CLI_UNVERIFIED, CLI_UNTRUSTED, CLI_FAILED };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a > b ? a : b;
}

/* What was given already, and did not help, is no way on. */
static const char *hint_for_taken(const struct cli_options *options)
{
	/* These make no file whose name could be taken. */
	if (options->verb->bit & (CLI_STAMP | CLI_COSIGN | CLI_RECIPIENTS))
		return NULL;
	return options->force ? "choose another name"
			      : "choose another name, or give --force to replace it";
}

/* A proof is no archive, and an archive no proof: the verb for what it is. */
static const char *hint_for_kind(const struct cli_options *options, const char *path,
				 const char *word, char *room)
{
	bool wants_proof = options->verb->bit == CLI_VERIFY_PROOF;
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };

	if (wants_proof ? medark_archive_inspect(path, &info, &ignored) < 0
			: !medark_proof_is_file(path))
		return NULL;
	(void)snprintf(room, SENTENCE_MAX,
		       wants_proof
			       ? "it is an archive: medark verify %s --trust CERT"
			       : "it is a proof of records: medark verify-proof %s --trust CERT",
		       word);
	return room;
}

/* The next command to run, where there is one. `room` holds SENTENCE_MAX characters. */
static const char *hint_for(const struct cli_options *options, const struct cli_failure *failure,
			    char *room)
{
	char word[SENTENCE_MAX / 2];
	const char *file =
		failure->file ? cli_text_quote(failure->file, word, sizeof(word)) : "FILE";

	switch (failure->code) {
	case MEDARK_E_IDENTITY:
		(void)snprintf(room, SENTENCE_MAX,
			       "to ask whether somebody can open it: medark inspect %s "
			       "--recipient CERT",
			       file);
		return room;
	case MEDARK_E_FORMAT:
		if (!failure->file)
			return NULL;
		return hint_for_kind(options, failure->file, file, room);
	case MEDARK_E_EXISTS:
		return hint_for_taken(options);
	case MEDARK_E_NOT_FOUND:
		return (options->verb->bit & (CLI_RESTORE | CLI_PROVE)) && options->patients.count
			       ? "--patient takes an id or an identifier such as a BSN, not a "
				 "name; medark patients FILE QUERY finds it"
			       : NULL;
	case MEDARK_E_SYSTEM:
	case MEDARK_E_KEY:
		if (!options->config_file)
			return NULL;
		(void)snprintf(room, SENTENCE_MAX,
			       "names of files in '%s' are relative to its folder",
			       options->config_file);
		return room;
	case MEDARK_E_USAGE:
		(void)snprintf(room, SENTENCE_MAX, "see: medark help %s", options->verb->name);
		return room;
	default:
		return NULL;
	}
}

/* "cannot <action> '<file>': <reason>", without saying anything twice. */
static void compose(const struct cli_failure *failure, const char *reason, char *out)
{
	char quoted[MEDARK_ERROR_MAX / 2];
	bool named;

	(void)snprintf(quoted, sizeof(quoted), "'%s'", failure->file ? failure->file : "");
	named = failure->file && strstr(reason, quoted);
	/* Of a key or certificate the reason alone does not tell what it was wanted for. */
	if (named && strncmp(reason, "cannot ", 7) == 0 && strncmp(failure->action, "use ", 4) != 0)
		(void)snprintf(out, SENTENCE_MAX, "%s", reason);
	else if (named || !failure->file)
		(void)snprintf(out, SENTENCE_MAX, "cannot %s: %s", failure->action, reason);
	else
		(void)snprintf(out, SENTENCE_MAX, "cannot %s %s: %s", failure->action, quoted,
			       reason);
}

int cli_report_failure(const struct cli_options *options, const struct cli_failure *failure)
{
	char sentence[SENTENCE_MAX], room[SENTENCE_MAX];
	int exit_code = exit_code_of(failure->code);
	const char *reason = failure->err->message[0] ? failure->err->message : "unknown reason";
	const char *hint = failure->hint;

	if (exit_code == CLI_INTERRUPTED)
		reason = "interrupted";
	else if (!hint)
		hint = hint_for(options, failure, room);
	compose(failure, reason, sentence);
	return report(options, failure->file, exit_code, sentence, hint);
}

int cli_report_error(const struct cli_options *options, int exit_code, const char *fmt, ...)
{
	char sentence[SENTENCE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	return report(options, NULL, exit_code, sentence, NULL);
}

int cli_report_usage(const struct cli_options *options, const char *fmt, ...)
{
	bool named = options->verb && options->verb->bit != CLI_HELP;
	char sentence[SENTENCE_MAX], hint[64];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	(void)snprintf(hint, sizeof(hint), "see: medark help%s%s", named ? " " : "",
		       named ? options->verb->name : "");
	return report(options, NULL, CLI_USAGE, sentence, hint);
}

int cli_report_missing(const struct cli_options *options, const struct cli_missing *missing)
{
	char list[SENTENCE_MAX / 2] = "";
	size_t used = 0;

	if (!missing->count)
		return 0;
	for (size_t i = 0; i < missing->count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
					 i == 0			   ? ""
					 : i + 1 == missing->count ? " and "
								   : ", ",
					 missing->items[i]);
	return cli_report_usage(options, "cannot %s: %s %s missing",
				missing->action ? missing->action : options->verb->action, list,
				missing->count == 1 ? "is" : "are");
}

int cli_report_memory(const struct cli_options *options)
{
	return cli_report_error(options, CLI_FAILED, "cannot go on: not enough memory");
}

void cli_report_warning(const struct cli_options *options, const char *sentence)
{
	char color[CLI_COLOR_MAX];
	struct cli_json json;

	if (options->json) {
		cli_report_json(options, &json, "status");
		cli_json_text(&json, "warning", sentence);
		cli_json_end(&json);
		return;
	}
	(void)fprintf(stderr, "%smedark: warning:%s ",
		      cli_terminal_color(stderr, CLI_YELLOW, color), cli_terminal_plain(stderr));
	cli_text_print(stderr, sentence);
	(void)fputc('\n', stderr);
}

void cli_report_row(FILE *f, const char *label, const char *value)
{
	(void)fprintf(f, "  %-*s ", CLI_LABEL_WIDTH, label);
	cli_text_print(f, value);
	(void)fputc('\n', f);
}

void cli_report_row_number(FILE *f, const char *label, uint64_t value)
{
	(void)fprintf(f, "  %-*s %" PRIu64 "\n", CLI_LABEL_WIDTH, label, value);
}

void cli_report_row_bytes(FILE *f, const char *label, uint64_t bytes)
{
	char text[CLI_BYTES_MAX];

	(void)fprintf(f, "  %-*s %" PRIu64, CLI_LABEL_WIDTH, label, bytes);
	if (bytes >= 1024)
		(void)fprintf(f, " (%s)", cli_text_bytes((double)bytes, text));
	(void)fputc('\n', f);
}

void cli_report_row_time(FILE *f, double seconds, uint64_t bytes)
{
	char rate[CLI_BYTES_MAX];

	(void)fprintf(f, "  %-*s %.2f s", CLI_LABEL_WIDTH, "time", seconds);
	if (bytes && seconds > 0)
		(void)fprintf(f, ", %s/s", cli_text_bytes((double)bytes / seconds, rate));
	(void)fputc('\n', f);
}

void cli_report_row_judged(FILE *f, const char *judged_at)
{
	if (judged_at[0])
		(void)fprintf(f, "  %-*s %s (by --at: no certificate was judged as of now)\n",
			      CLI_LABEL_WIDTH, "judged as of", judged_at);
}

void cli_report_json_judged(struct cli_json *json, const char *judged_at)
{
	cli_json_text_or_null(json, "judged_at", judged_at);
}

/* The time now, RFC 3339 in UTC. */
static const char *time_now(char out[CLI_TIME_MAX])
{
	time_t now = time(NULL);
	struct tm parts;

	if (!gmtime_r(&now, &parts) ||
	    strftime(out, CLI_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		out[0] = '\0';
	return out;
}

void cli_report_json(const struct cli_options *options, struct cli_json *json, const char *type)
{
	char now[CLI_TIME_MAX];

	cli_json_begin(json, cli_report_stream(options), type);
	if (options->verb)
		cli_json_text(json, "verb", options->verb->name);
	cli_json_text(json, "time", time_now(now));
}

double cli_report_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
