/* SPDX-License-Identifier: Apache-2.0 */
/* medark version. */
#include "report.h"

#include <medark/common.h>

int cmd_version(const struct cli_options *options)
{
	struct cli_json json;

	if (options->operands.count)
		return cli_report_usage(options,
					"cannot tell the version of '%s': it takes no "
					"argument",
					options->operands.items[0]);
	if (!options->json) {
		(void)printf("medark %s\n", medark_version());
		return CLI_DONE;
	}
	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "version", medark_version());
	cli_json_end(&json);
	return CLI_DONE;
}
