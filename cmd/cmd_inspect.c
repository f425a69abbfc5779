/* SPDX-License-Identifier: Apache-2.0 */
/* medark inspect: what everybody can see, with the warning that nothing of it was checked. */
#include "access.h"
#include "info.h"
#include "report.h"
#include "terminal.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Is the certificate of --recipient, which was described, among the archive's? */
static bool is_among(const struct medark_archive_info *info,
		     const struct medark_certificate_info *certificate)
{
	for (uint32_t i = 0; i < info->recipient_count; i++)
		if (certificate->recipient_id[0] &&
		    strcmp(info->recipients[i].id, certificate->recipient_id) == 0)
			return true;
	return false;
}

/* The certificates of --recipient; NULL after a failure was reported. */
static struct medark_certificate_info *describe(const struct cli_options *options, int *out_code)
{
	size_t count = options->recipients.count;
	struct medark_certificate_info *all = calloc(count + 1, sizeof(*all));
	struct medark_error err = { 0 };

	if (!all)
		*out_code = cli_report_memory(options);
	for (size_t i = 0; all && i < count; i++) {
		const char *path = options->recipients.items[i];
		int code = medark_certificate_describe(path, &all[i], &err);

		if (code == 0)
			continue;
		*out_code = cli_report_failure(
			options, &(struct cli_failure) { .action = "use the recipient",
							 .file = path,
							 .code = code,
							 .err = &err });
		free(all);
		all = NULL;
	}
	return all;
}

static void print_asked(const struct cli_options *options, const struct medark_archive_info *info,
			const struct medark_certificate_info *asked)
{
	for (size_t i = 0; i < options->recipients.count; i++) {
		(void)fprintf(stdout, "  %-14s ", i ? "" : "asked for");
		cli_text_print(stdout, options->recipients.items[i]);
		(void)fprintf(stdout, ": %s\n",
			      is_among(info, &asked[i]) ? "is a recipient" : "is no recipient");
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
		cli_json_bool(json, "is_recipient", is_among(info, &asked[i]));
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
}

/* The answer as an exit code: scripts ask before they delete what the archive was made of. */
static int answer(const struct cli_options *options, const struct medark_archive_info *info,
		  const struct medark_certificate_info *asked)
{
	for (size_t i = 0; i < options->recipients.count; i++)
		if (!is_among(info, &asked[i]))
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

static void free_asked(struct medark_certificate_info **asked)
{
	free(*asked);
}

int cmd_inspect(const struct cli_options *options)
{
	__attribute__((cleanup(free_asked))) struct medark_certificate_info *asked = NULL;
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
	asked = describe(options, &code);
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
