/* SPDX-License-Identifier: Apache-2.0 */
/* state: the folder in which accounts and the audit log are kept. */
#ifndef MEDARK_CMD_STATE_H
#define MEDARK_CMD_STATE_H

#include "options.h"

#include <limits.h>
#include <stdbool.h>

/*
 * Writes --state; else STATE_DIRECTORY, which systemd sets; else medark in XDG_STATE_HOME, or in
 * .local/state of HOME, whose parents are made with `create`. 0, or an exit code after it was
 * reported that there is none of these.
 */
int cli_state_folder(const struct cli_options *options, bool create, char out[PATH_MAX]);

/*
 * The state folder in which a row of a log is to stand: true if --state names it, or the one
 * without --state has an audit log, of a service or in the folder `own`. Nothing is reported.
 */
bool cli_state_has_log(const struct cli_options *options, const char *own, char out[PATH_MAX]);

#endif
