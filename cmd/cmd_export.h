/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_export: the parts of an export that a run has, too. */
#ifndef MEDARK_CMD_CMD_EXPORT_H
#define MEDARK_CMD_CMD_EXPORT_H

#include "json.h"
#include "options.h"
#include "remarks.h"

#include <medark/export.h>

/* Refuses a source of a kind that is not known. 0 or CLI_USAGE. */
int cli_export_check_sources(const struct cli_options *options);

/*
 * Takes up the --profile, before anything is computed: what FIPS approves, by OpenSSL's FIPS
 * provider where that is active, with a warning where it is not. 0, or an exit code after the fault
 * was reported.
 */
int cli_export_take_profile(const struct cli_options *options);

/*
 * Gives `e` all that the options say, in the end the archive before and the recipients; reads keys,
 * certificates and passphrases. 0, or an exit code after the fault was reported.
 */
int cli_export_configure(const struct cli_options *options, struct medark_export *e);

/*
 * Exports to options->out, shows progress, warns of what somebody should look at. 0, also of an
 * archive that is incomplete, or an exit code after the failure was reported; the outs are written
 * on success only.
 */
int cli_export_run(const struct cli_options *options, struct medark_export *e,
		   struct medark_export_result *out, struct cli_remarks *out_remarks);

/* What the summary says of the archive, as keys of an object. */
void cli_export_json(struct cli_json *json, const struct cli_options *options,
		     const struct medark_export_result *result, const struct cli_remarks *remarks);

#endif
