/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: medark restore into a FHIR server. The functions return 0 or an exit code after what is
 * wrong was reported.
 */
#ifndef MEDARK_CMD_SERVER_H
#define MEDARK_CMD_SERVER_H

#include "access.h"
#include "lines.h"

/* Checks the options of a restore into a server. */
int cli_server_check(const struct cli_options *options);

/* Refuses options that only such a restore knows. */
int cli_server_check_absent(const struct cli_options *options);

/* Restores, or shows the plan, and prints what came of it. */
int cli_server_restore(const struct cli_options *options, struct cli_access *access,
		       const struct cli_lines *patients);

#endif
