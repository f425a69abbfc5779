/* SPDX-License-Identifier: Apache-2.0 */
/* medark verify: every file is checked and reported; the exit code is the worst of all. */
#include "access.h"
#include "chain.h"
#include "info.h"
#include "progress.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <string.h>

static void print_json(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info, double seconds)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", path);
	cli_json_bool(&json, "verified", true);
	cli_report_json_judged(&json, info->judged_at);
	cli_info_json(&json, info);
	cli_json_real(&json, "seconds", seconds);
	cli_json_end(&json);
	(void)fflush(stdout);
}

static void print_text(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info)
{
	char color[CLI_COLOR_MAX];

	cli_info_print(options, info);
	(void)fputs(cli_terminal_color(stdout, CLI_GREEN, color), stdout);
	cli_text_print(stdout, path);
	(void)fprintf(stdout, ": verified%s\n", cli_terminal_plain(stdout));
	(void)fflush(stdout);
}

static int verify_one(const struct cli_options *options, const struct cli_access *shared,
		      const char *path, struct medark_chain *chain)
{
	/* The trust anchors serve all files and are freed by the caller. */
	CLI_AUTO_ACCESS struct cli_access own = { 0 };
	struct cli_access with = { .trust = shared->trust };
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	struct cli_progress progress;
	double began = cli_report_clock();
	int code = cli_access_open(options, &with, path);

	if (code)
		return code;
	own.archive = with.archive;
	cli_progress_begin(&progress, options, path);
	code = medark_archive_verify(own.archive, (unsigned)options->threads, &progress.events,
				     &err);
	cli_progress_end(&progress);
	if (code >= 0)
		code = medark_archive_info(own.archive, &info, &err);
	if (code < 0)
		return cli_access_failed(options, "verify", path, code, &err);
	if (options->json)
		print_json(options, path, &info, cli_report_clock() - began);
	else if (!options->quiet)
		print_text(options, path, &info);
	code = medark_chain_add(chain, path, &info, &err);
	return code < 0 ? cli_access_failed(options, "verify", path, code, &err) : CLI_DONE;
}

/* Changed is worse than untrusted, and that is worse than not having been able to look. */
static int worse(int a, int b)
{
	static const int order[] = { CLI_INTERRUPTED, CLI_UNVERIFIED, CLI_UNTRUSTED, CLI_FAILED };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a > b ? a : b;
}

/* All files, and then what they are to each other. */
static int verify_all(const struct cli_options *options, const struct cli_access *shared)
{
	CLI_AUTO_CHAIN struct medark_chain *chain = NULL;
	struct medark_error err = { 0 };
	int worst = CLI_DONE;
	int code = medark_chain_new(&chain, &err);

	if (code < 0)
		return cli_access_failed(options, "verify", NULL, code, &err);
	for (size_t i = 0; i < options->operands.count && worst != CLI_INTERRUPTED; i++)
		worst = worse(worst,
			      verify_one(options, shared, options->operands.items[i], chain));
	if (worst == CLI_INTERRUPTED)
		return worst;
	return worse(worst, cli_chain_report(options, chain));
}

int cmd_verify(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access shared = { 0 };
	struct cli_missing missing = { 0 };
	int code = 0;

	cli_access_missing(options, false, &missing);
	if (missing.count)
		return cli_report_missing(options, &missing);
	for (size_t i = 0; !code && i < options->operands.count; i++)
		code = cli_access_check_archive(options, options->operands.items[i]);
	if (!code)
		code = cli_access_trust(options, &shared);
	return code ? code : verify_all(options, &shared);
}
