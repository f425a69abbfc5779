/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remarks: what somebody should look at after an export that went well, as sentences without
 * patient data: warnings on standard error, and an array of the summary.
 */
#ifndef MEDARK_CMD_REMARKS_H
#define MEDARK_CMD_REMARKS_H

#include "json.h"
#include "options.h"

#include <medark/export.h>

#define CLI_REMARKS_MAX 4

struct cli_remarks {
	char sentences[CLI_REMARKS_MAX][1024];
	size_t count;
};

void cli_remarks_make(struct cli_remarks *out, const struct cli_options *options,
		      const struct medark_export_result *result);

/* Each as a warning. */
void cli_remarks_warn(const struct cli_remarks *remarks, const struct cli_options *options);

/* The array "warnings". */
void cli_remarks_json(const struct cli_remarks *remarks, struct cli_json *json);

#endif
