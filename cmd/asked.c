/* SPDX-License-Identifier: Apache-2.0 */
#include "asked.h"

#include "report.h"

#include <stdlib.h>
#include <string.h>

bool cli_asked_is_among(const struct medark_archive_info *info,
			const struct medark_certificate_info *certificate)
{
	for (uint32_t i = 0; i < info->recipient_count; i++)
		if (certificate->recipient_id[0] &&
		    strcmp(info->recipients[i].id, certificate->recipient_id) == 0)
			return true;
	return false;
}

struct medark_certificate_info *cli_asked_describe(const struct cli_options *options, int *out_code)
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
