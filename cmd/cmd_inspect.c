/* SPDX-License-Identifier: Apache-2.0 */
/* medark inspect: what everybody can see, with the warning that nothing of it was checked. */
#include "access.h"
#include "asked.h"
#include "info.h"
#include "report.h"
#include "terminal.h"
#include "text.h"

static void print_asked(const struct cli_options *options, const struct medark_archive_info *info,
			const struct medark_certificate_info *asked)
{
	for (size_t i = 0; i < options->recipients.count; i++) {
		(void)fprintf(stdout, "  %-*s ", CLI_LABEL_WIDTH, i ? "" : "asked for");
		cli_text_print(stdout, options->recipients.items[i]);
		(void)fprintf(stdout, ": %s\n",
			      cli_asked_is_among(info, &asked[i]) ? "is a recipient"
								  : "is no recipient");
	}
}

static void json_asked(struct cli_json *json, const struct cli_options *options,
		       const struct medark_archive_info *info,
		       const struct medark_certificate_info *asked)
{
	cli_json_open(json, "asked", '[');
	for (size_t i = 0; i < options->recipients.count; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_text(json, "certificate", options->recipients.items[i]);
		cli_json_text_or_null(json, "id", asked[i].recipient_id);
		cli_json_bool(json, "is_recipient", cli_asked_is_among(info, &asked[i]));
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
}

/* The answer as an exit code: scripts ask before they delete what the archive was made of. */
static int answer(const struct cli_options *options, const struct medark_archive_info *info,
		  const struct medark_certificate_info *asked)
{
	for (size_t i = 0; i < options->recipients.count; i++)
		if (!cli_asked_is_among(info, &asked[i]))
			return cli_report_error(options, CLI_IDENTITY,
						"cannot find '%s' among the recipients of '%s'",
						options->recipients.items[i],
						options->operands.items[0]);
	return CLI_DONE;
}

static void print_text(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info,
		       const struct medark_certificate_info *asked)
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
	print_asked(options, info, asked);
	(void)fputs("nothing was verified; to verify it: medark verify --trust CERT ", stdout);
	cli_text_print(stdout, cli_text_quote(path, word, sizeof(word)));
	(void)fputc('\n', stdout);
}

static void print_json(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info,
		       const struct medark_certificate_info *asked)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", path);
	cli_json_bool(&json, "verified", false);
	cli_info_json(&json, info);
	if (options->recipients.count)
		json_asked(&json, options, info, asked);
	cli_json_end(&json);
}

int cmd_inspect(const struct cli_options *options)
{
	CLI_AUTO_ASKED struct medark_certificate_info *asked = NULL;
	struct cli_missing missing = { 0 };
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	const char *path;
	int code;

	cli_missing_add(&missing, options->operands.count == 0, "an archive");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > 1)
		return cli_report_usage(options,
					"cannot inspect: exactly one archive is needed, "
					"%zu are named",
					options->operands.count);
	path = options->operands.items[0];
	code = cli_access_check_archive(options, path);
	if (code)
		return code;
	asked = cli_asked_describe(options, &code);
	if (!asked)
		return code;
	code = medark_archive_inspect(path, &info, &err);
	if (code < 0)
		return cli_report_failure(options, &(struct cli_failure) { .action = "inspect",
									   .file = path,
									   .code = code,
									   .err = &err });
	if (options->json)
		print_json(options, path, &info, asked);
	else if (!options->quiet)
		print_text(options, path, &info, asked);
	return answer(options, &info, asked);
}
