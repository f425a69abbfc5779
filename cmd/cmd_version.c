/* SPDX-License-Identifier: Apache-2.0 */
/* medark version. */
#include "report.h"

#include <medark/common.h>
#include <medark/crypto.h>

static void print_text(const struct cli_options *options, const struct medark_crypto_info *info)
{
	(void)printf("medark %s\n", medark_version());
	if (!options->verbose)
		return;
	cli_report_row(stdout, "openssl", info->library);
	for (size_t i = 0; i < info->provider_count; i++) {
		char text[sizeof(info->providers[i].name) + sizeof(info->providers[i].version) + 1];

		(void)snprintf(text, sizeof(text), "%s %s", info->providers[i].name,
			       info->providers[i].version);
		cli_report_row(stdout, i ? "" : "providers", text);
	}
}

static void print_json(const struct cli_options *options, const struct medark_crypto_info *info)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "version", medark_version());
	cli_json_text(&json, "openssl", info->library);
	cli_json_open(&json, "providers", '[');
	for (size_t i = 0; i < info->provider_count; i++) {
		cli_json_open(&json, NULL, '{');
		cli_json_text(&json, "name", info->providers[i].name);
		cli_json_text(&json, "version", info->providers[i].version);
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_bool(&json, "fips", info->fips);
	cli_json_end(&json);
}

int cmd_version(const struct cli_options *options)
{
	struct medark_crypto_info info;
	struct medark_error err = { 0 };
	int code;

	if (options->operands.count)
		return cli_report_usage(options,
					"cannot tell the version of '%s': it takes no "
					"argument",
					options->operands.items[0]);
	code = medark_crypto_describe(&info, &err);
	if (code < 0)
		return cli_report_failure(
			options, &(struct cli_failure) {
					 .action = "tell the version", .code = code, .err = &err });
	if (options->json)
		print_json(options, &info);
	else
		print_text(options, &info);
	return CLI_DONE;
}
