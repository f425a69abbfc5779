/* SPDX-License-Identifier: Apache-2.0 */
/* medark inspect: what everybody can see, with the warning that nothing of it was checked. */
#include "info.h"
#include "report.h"
#include "terminal.h"
#include "text.h"

#include <string.h>

static void print_text(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info)
{
	char color[CLI_COLOR_MAX], word[1024];

	(void)fputs(cli_terminal_color(stdout, CLI_YELLOW, color), stdout);
	cli_text_print(stdout, path);
	(void)fprintf(stdout, ": not verified; the archive says of itself:%s\n",
		      cli_terminal_plain(stdout));
	cli_report_row(stdout, "created", info->created);
	cli_report_row(stdout, "tool", info->tool);
	cli_report_row(stdout, "source", info->source);
	cli_info_print(options, info);
	(void)fputs("nothing was verified; to verify it: medark verify --trust CERT ", stdout);
	cli_text_print(stdout, cli_text_quote(path, word, sizeof(word)));
	(void)fputc('\n', stdout);
}

int cmd_inspect(const struct cli_options *options)
{
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	struct cli_json json;
	const char *path;
	int code;

	if (options->operands.count != 1)
		return cli_report_usage(options,
					"cannot inspect: exactly one archive is needed, "
					"%zu are named",
					options->operands.count);
	path = options->operands.items[0];
	code = medark_archive_inspect(path, &info, &err);
	if (code < 0)
		return cli_report_failure(options, &(struct cli_failure) { .action = "inspect",
									   .file = path,
									   .code = code,
									   .err = &err });
	if (!options->json) {
		print_text(options, path, &info);
		return CLI_DONE;
	}
	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", path);
	cli_json_bool(&json, "verified", false);
	cli_info_json(&json, &info);
	cli_json_end(&json);
	return CLI_DONE;
}
