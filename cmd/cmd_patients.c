/* SPDX-License-Identifier: Apache-2.0 */
/* medark patients: lists the patients of an archive, or finds some. Goes to standard output only.
 */
#include "access.h"
#include "lines.h"
#include "patient_table.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL_ROWS 200
#define QUERY_MAX     4096

#define STOPPED 1 /* what each() returns to end the listing */

struct listing {
	const struct cli_options *options;
	struct cli_patient_table *table; /* NULL: JSON */
	uint64_t limit;			 /* 0: none */
	uint64_t count;
	bool more;
	char judged_at[CLI_TIME_MAX];
};

static void print_json(const struct cli_options *options, const struct medark_patient_row *row)
{
	struct cli_json json;

	cli_json_begin(&json, cli_report_stream(options), "patient");
	cli_json_number(&json, "number", row->number);
	cli_patient_json(&json, row);
	cli_json_bool(&json, "inactive", row->inactive);
	cli_json_number(&json, "records", row->records);
	cli_json_text_or_null(&json, "first", row->first);
	cli_json_text_or_null(&json, "last", row->last);
	cli_json_text_or_null(&json, "bsn", row->bsn);
	if (row->json && *row->json)
		cli_json_raw(&json, "row", row->json);
	cli_json_end(&json);
}

/* One more than the limit is asked for, to know whether there are more. */
static int each(void *context, const struct medark_patient_row *row)
{
	struct listing *listing = context;

	if (cli_signals_stopped() || ferror(stdout))
		return STOPPED;
	if (listing->limit && listing->count == listing->limit) {
		listing->more = true;
		return STOPPED;
	}
	listing->count++;
	if (!listing->table)
		print_json(listing->options, row);
	else
		cli_patient_table_add(listing->table, row);
	return 0;
}

static void print_end(const struct listing *listing)
{
	const struct cli_options *options = listing->options;
	const char *noun = listing->count == 1 ? "patient" : "patients";
	struct cli_json json;

	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", options->operands.items[0]);
		cli_report_json_judged(&json, listing->judged_at);
		cli_json_number(&json, "patients", listing->count);
		cli_json_bool(&json, "more", listing->more);
		cli_json_end(&json);
		return;
	}
	cli_report_row_judged(stdout, listing->judged_at);
	if (listing->more)
		(void)fprintf(stdout,
			      "%" PRIu64
			      " %s shown, there are more: add a QUERY or --limit N (0: all)\n",
			      listing->count, noun);
	else
		(void)fprintf(stdout, "%" PRIu64 " %s\n", listing->count, noun);
}

static int list(const struct cli_options *options, struct cli_access *access, const char *query)
{
	__attribute__((cleanup(cli_patient_table_free))) struct cli_patient_table *table = NULL;
	struct listing listing = { .options = options, .limit = options->limit };
	struct medark_error err = { 0 };
	int code;

	if (!options->has_limit && !options->json && cli_terminal_is(stdout))
		listing.limit = TERMINAL_ROWS;
	if (!options->json) {
		table = cli_patient_table_new(stdout, options->verbose);
		if (!table)
			return cli_report_memory(options);
	}
	listing.table = table;
	cli_access_judged(access, listing.judged_at);
	code = medark_archive_patients(access->archive, query,
				       listing.limit ? listing.limit + 1 : 0, each, &listing, &err);
	if (table)
		cli_patient_table_finish(table);
	if (code < 0)
		return cli_access_failed(options, "list the patients of",
					 options->operands.items[0], code, &err);
	if (cli_signals_stopped())
		return cli_report_error(options, CLI_INTERRUPTED,
					"cannot list the patients: interrupted");
	if (options->json || !options->quiet)
		print_end(&listing);
	return CLI_DONE;
}

/* The words of the query, joined; several words are one query. */
static int join(const struct cli_options *options, const struct cli_list *words, char *out)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < words->count; i++) {
		size_t size = strlen(words->items[i]);

		if (used + size + 2 > QUERY_MAX)
			return cli_report_usage(options, "cannot list patients: the query is too "
							 "long");
		if (used)
			out[used++] = ' ';
		memcpy(out + used, words->items[i], size + 1);
		used += size;
	}
	return 0;
}

/* A pattern of the shell that fits two archives would make a query of the second. */
static int check_words(const struct cli_options *options, const struct cli_list *words)
{
	static const char ending[] = ".medark";

	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		size_t size = strlen(word);

		if (size >= sizeof(ending) &&
		    strcmp(word + size - (sizeof(ending) - 1), ending) == 0 &&
		    access(word, F_OK) == 0)
			return cli_report_usage(
				options,
				"cannot list patients: '%s' is a second archive, and "
				"only one is searched at a time",
				word);
	}
	return 0;
}

int cmd_patients(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	__attribute__((cleanup(cli_lines_clear))) struct cli_lines lines = { 0 };
	struct cli_list words = options->operands;
	struct cli_missing missing = { 0 };
	char query[QUERY_MAX];
	int code;

	cli_access_missing(options, true, &missing);
	if (missing.count)
		return cli_report_missing(options, &missing);
	words.items++;
	words.count--;
	code = cli_access_check_archive(options, options->operands.items[0]);
	if (!code)
		code = check_words(options, &words);
	if (!code)
		code = cli_lines_expand(options, &words, &lines);
	if (!code)
		code = join(options, &lines.list, query);
	if (!code)
		code = cli_access_trust(options, &access);
	if (!code)
		code = cli_access_identity(options, &access);
	if (!code)
		code = cli_access_open(options, &access, options->operands.items[0]);
	return code ? code : list(options, &access, query);
}
