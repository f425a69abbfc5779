/* SPDX-License-Identifier: Apache-2.0 */
/* medark items: lists the files of an archive, or what of them is in quarantine. Goes to standard
 * output only. */
#include "access.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define TERMINAL_ROWS 200

#define STOPPED 1 /* what a callback returns to end the listing */

struct listing {
	const struct cli_options *options;
	uint64_t limit; /* 0: none */
	uint64_t count;
	uint64_t decoded; /* of them: what compressed items held */
	bool more;
	char judged_at[CLI_TIME_MAX];
};

/* Is there to be no other row? */
static bool is_over(struct listing *l)
{
	if (cli_signals_stopped() || ferror(stdout))
		return true;
	l->more = l->limit && l->count == l->limit;
	if (!l->more)
		l->count++;
	return l->more;
}

/* RFC 3339, of the years 0 to 9999; else empty. */
static void describe_time(int64_t seconds, char out[CLI_TIME_MAX])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&t, &tm) && tm.tm_year >= -1900 && tm.tm_year < 8100)
		(void)snprintf(out, CLI_TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ",
			       (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100, tm.tm_mday % 100,
			       tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
}

/* ---- items ---- */

static void json_item(const struct listing *l, const struct medark_item_entry *item)
{
	char modified[CLI_TIME_MAX], mode[16];
	struct cli_json json;

	describe_time(item->mtime, modified);
	(void)snprintf(mode, sizeof(mode), "%04o", (unsigned)item->mode);
	cli_json_begin(&json, cli_report_stream(l->options), "item");
	cli_json_number(&json, "number", item->number);
	cli_json_text(&json, "kind", item->kind);
	cli_json_bytes(&json, "path", item->path, item->path_size);
	cli_json_number(&json, "size", item->size);
	cli_json_number(&json, "records", item->records);
	cli_json_text_or_null(&json, "modified", modified);
	cli_json_text(&json, "mode", mode);
	if (item->has_parent)
		cli_json_number(&json, "parent", item->parent);
	else
		cli_json_raw(&json, "parent", "null");
	cli_json_end(&json);
}

static void print_item(const struct medark_item_entry *item)
{
	char modified[CLI_TIME_MAX];

	describe_time(item->mtime, modified);
	(void)printf("%8" PRIu64 "  %-14s %14" PRIu64 " %11" PRIu64 "  %-10.10s  ", item->number,
		     item->kind, item->size, item->records, modified);
	cli_text_print_bytes(stdout, item->path, item->path_size);
	(void)fputc('\n', stdout);
}

static int each_item(void *context, const struct medark_item_entry *item)
{
	struct listing *l = context;

	if (is_over(l))
		return STOPPED;
	l->decoded += item->has_parent;
	if (l->options->json) {
		json_item(l, item);
		return 0;
	}
	if (l->count == 1)
		(void)printf("%8s  %-14s %14s %11s  %-10s  %s\n", "ITEM", "KIND", "BYTES",
			     "RECORDS", "MODIFIED", "PATH");
	print_item(item);
	return 0;
}

/* ---- quarantine ---- */

static void json_quarantined(const struct listing *l, const struct medark_quarantine_entry *entry)
{
	struct cli_json json;

	cli_json_begin(&json, cli_report_stream(l->options), "quarantined");
	cli_json_text(&json, "reason", entry->reason);
	if (entry->has_item) {
		cli_json_number(&json, "item", entry->item);
		cli_json_bytes(&json, "path", entry->path, entry->path_size);
	} else {
		cli_json_raw(&json, "item", "null");
		cli_json_raw(&json, "path", "null");
	}
	cli_json_number(&json, "offset", entry->offset);
	cli_json_number(&json, "length", entry->length);
	if (entry->detail_size)
		cli_json_bytes(&json, "detail", entry->detail, entry->detail_size);
	else
		cli_json_raw(&json, "detail", "null");
	cli_json_end(&json);
}

static void print_quarantined(const struct medark_quarantine_entry *entry)
{
	(void)printf("%-20s  ", entry->reason);
	if (entry->has_item) {
		(void)printf("%8" PRIu64 " %14" PRIu64 " %11" PRIu64 "  ", entry->item,
			     entry->offset, entry->length);
		cli_text_print_bytes(stdout, entry->path, entry->path_size);
		if (entry->detail_size)
			(void)fputs(": ", stdout);
	} else {
		(void)printf("%8s %14s %11s  ", "-", "-", "-");
	}
	cli_text_print_bytes(stdout, entry->detail, entry->detail_size);
	(void)fputc('\n', stdout);
}

static int each_quarantined(void *context, const struct medark_quarantine_entry *entry)
{
	struct listing *l = context;

	if (is_over(l))
		return STOPPED;
	if (l->options->json) {
		json_quarantined(l, entry);
		return 0;
	}
	if (l->count == 1)
		(void)printf("%-20s  %8s %14s %11s  %s\n", "REASON", "ITEM", "OFFSET", "BYTES",
			     "PATH");
	print_quarantined(entry);
	return 0;
}

/* ---- the listing ---- */

static void print_end(const struct listing *l)
{
	const struct cli_options *options = l->options;
	const char *noun = options->quarantined ? "in quarantine or skipped"
			   : l->count == 1	? "item"
						: "items";
	struct cli_json json;

	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", options->operands.items[0]);
		cli_report_json_judged(&json, l->judged_at);
		cli_json_number(&json, options->quarantined ? "quarantined" : "items", l->count);
		if (!options->quarantined)
			cli_json_number(&json, "decoded", l->decoded);
		cli_json_bool(&json, "more", l->more);
		cli_json_end(&json);
		return;
	}
	cli_report_row_judged(stdout, l->judged_at);
	if (l->more)
		(void)printf("%" PRIu64 " shown, there are more: add --limit N (0: all)\n",
			     l->count);
	else if (l->decoded)
		(void)printf("%" PRIu64 " %s, %" PRIu64 " of them decoded from compressed ones\n",
			     l->count, noun, l->decoded);
	else
		(void)printf("%" PRIu64 " %s\n", l->count, noun);
}

static int list(const struct cli_options *options, struct cli_access *access)
{
	struct listing l = { .options = options, .limit = options->limit };
	struct medark_error err = { 0 };
	int code;

	if (!options->has_limit && !options->json && cli_terminal_is(stdout))
		l.limit = TERMINAL_ROWS;
	cli_access_judged(access, l.judged_at);
	code = options->quarantined
		       ? medark_archive_quarantine(access->archive, each_quarantined, &l, &err)
		       : medark_archive_items(access->archive, each_item, &l, &err);
	if (code < 0)
		return cli_access_failed(options, "list the items of", options->operands.items[0],
					 code, &err);
	if (cli_signals_stopped())
		return cli_report_error(options, CLI_INTERRUPTED,
					"cannot list the items: interrupted");
	if (options->json || !options->quiet)
		print_end(&l);
	return CLI_DONE;
}

int cmd_items(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access access = { 0 };
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, true, &missing);
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > 1)
		return cli_report_usage(options,
					"cannot list items: exactly one archive is needed, %zu are "
					"named",
					options->operands.count);
	code = cli_access_check_archive(options, options->operands.items[0]);
	if (!code)
		code = cli_access_trust(options, &access);
	if (!code)
		code = cli_access_identity(options, &access);
	if (!code)
		code = cli_access_open(options, &access, options->operands.items[0]);
	return code ? code : list(options, &access);
}
