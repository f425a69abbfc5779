/* SPDX-License-Identifier: Apache-2.0 */
/* archive_list: the archives that operands name: files, and all NAME.medark of a folder. */
#ifndef MEDARK_CMD_ARCHIVE_LIST_H
#define MEDARK_CMD_ARCHIVE_LIST_H

#include "options.h"

struct cli_archive_list {
	char **paths; /* owned */
	size_t count;
	bool has_folder; /* an operand is one */
};

void cli_archive_list_clear(struct cli_archive_list *list);
#define CLI_AUTO_ARCHIVE_LIST __attribute__((cleanup(cli_archive_list_clear)))

/*
 * Those of a folder in the order of their names; folders within are not looked into. 0, or an exit
 * code after the fault was reported: CLI_USAGE for "-" and for a folder without archives.
 */
int cli_archive_list_fill(const struct cli_options *options, struct cli_archive_list *out);

#endif
