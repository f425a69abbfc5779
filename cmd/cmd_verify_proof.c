/* SPDX-License-Identifier: Apache-2.0 */
/* medark verify-proof: checks a proof of records with a trust anchor and no key. */
#include "access.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <medark/proof.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The list of --verbose, which is shown only once all of the proof is verified. */
struct listing {
	const struct cli_options *options;
	struct entry {
		char *name; /* TYPE/ID; empty: a part of a record */
		uint64_t size;
	} * entries;
	size_t count, room;
};

static void listing_clear(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++) {
		explicit_bzero(l->entries[i].name, strlen(l->entries[i].name));
		free(l->entries[i].name);
	}
	free(l->entries);
}

static int add(struct listing *l, const struct medark_proof_record *record,
	       struct medark_error *err)
{
	char *name = NULL;

	if (l->count == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct entry *grown = realloc(l->entries, room * sizeof(*grown));

		if (grown) {
			l->entries = grown;
			l->room = room;
		}
	}
	if (l->count < l->room &&
	    asprintf(&name, "%s%s%s", record->type, *record->type ? "/" : "", record->id) >= 0) {
		l->entries[l->count++] = (struct entry) { .name = name, .size = record->size };
		return 0;
	}
	(void)snprintf(err->message, sizeof(err->message), "not enough memory for a list");
	return MEDARK_E_MEMORY;
}

static int each(void *context, const struct medark_proof_record *record, struct medark_error *err)
{
	struct listing *l = context;

	if (cli_signals_stopped())
		return MEDARK_E_INTERRUPTED;
	return l->options->verbose ? add(l, record, err) : 0;
}

static void print_json(const struct listing *l, const struct medark_proof_info *info)
{
	struct cli_json json;

	cli_report_json(l->options, &json, "summary");
	cli_json_text(&json, "file", l->options->operands.items[0]);
	cli_json_bool(&json, "verified", true);
	cli_json_text_or_null(&json, "proven_at", info->proven_at);
	cli_report_json_judged(&json, info->judged_at);
	cli_json_text(&json, "archive", info->archive);
	cli_json_number(&json, "sequence", info->sequence);
	cli_json_text_or_null(&json, "previous", info->previous);
	cli_json_text(&json, "manifest", info->manifest);
	cli_json_text(&json, "signer", info->signer);
	cli_json_text(&json, "signer_fingerprint", info->signer_fingerprint);
	cli_json_text(&json, "signed_at", info->signed_at);
	cli_json_bool(&json, "time_stamped", info->proven_at[0] != '\0');
	cli_json_number(&json, "archive_records", info->archive_records);
	cli_json_number(&json, "leaves", info->leaves);
	cli_json_number(&json, "records", info->records);
	cli_json_number(&json, "bytes", info->bytes);
	if (l->options->verbose) {
		cli_json_open(&json, "proved", '[');
		for (size_t i = 0; i < l->count; i++) {
			cli_json_open(&json, NULL, '{');
			cli_json_text_or_null(&json, "record", l->entries[i].name);
			cli_json_number(&json, "size", l->entries[i].size);
			cli_json_close(&json, '}');
		}
		cli_json_close(&json, ']');
	}
	cli_json_end(&json);
}

static void print_text(const struct listing *l, const struct medark_proof_info *info)
{
	char color[CLI_COLOR_MAX], text[128];

	if (info->proven_at[0])
		cli_report_row(stdout, "signed before", info->proven_at);
	cli_report_row_judged(stdout, info->judged_at);
	cli_report_row(stdout, "signer", info->signer);
	cli_report_row(stdout, "fingerprint", info->signer_fingerprint);
	(void)snprintf(text, sizeof(text), "%s (claimed by the signer%s)", info->signed_at,
		       info->proven_at[0] ? "" : "; no time stamp that is trusted");
	cli_report_row(stdout, "signed", text);
	cli_report_row(stdout, "archive", info->archive);
	cli_report_row_number(stdout, "sequence", info->sequence);
	cli_report_row(stdout, "manifest", info->manifest);
	(void)snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64 " in the archive",
		       info->records, info->archive_records);
	cli_report_row(stdout, "records", text);
	if (info->leaves != info->records)
		cli_report_row_number(stdout, "other parts", info->leaves - info->records);
	cli_report_row_bytes(stdout, "bytes", info->bytes);
	for (size_t i = 0; i < l->count; i++) {
		(void)snprintf(text, sizeof(text), "  records/%08zu ", i + 1);
		(void)fputs(text, stdout);
		cli_text_print(stdout,
			       *l->entries[i].name ? l->entries[i].name : "a part of a record");
		(void)fputc('\n', stdout);
	}
	(void)fputs("that these are all records of a patient is not shown\n", stdout);
	(void)fputs(cli_terminal_color(stdout, CLI_GREEN, color), stdout);
	cli_text_print(stdout, l->options->operands.items[0]);
	(void)fprintf(stdout, ": verified%s\n", cli_terminal_plain(stdout));
}

static int verify(const struct cli_options *options, struct cli_access *access)
{
	__attribute__((cleanup(listing_clear))) struct listing listing = { .options = options };
	const char *path = options->operands.items[0];
	struct medark_proof_info info;
	struct medark_error err = { 0 };
	int code = medark_proof_verify(path, access->trust, each, &listing, &info, &err);

	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "verify the proof",
								  .file = path,
								  .code = code,
								  .err = &err });
	if (options->json)
		print_json(&listing, &info);
	else if (!options->quiet)
		print_text(&listing, &info);
	return CLI_DONE;
}

int cmd_verify_proof(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, false, &missing);
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > 1)
		return cli_report_usage(options,
					"cannot verify the proof: exactly one is needed, %zu are "
					"named",
					options->operands.count);
	code = cli_access_trust(options, &access);
	return code ? code : verify(options, &access);
}
