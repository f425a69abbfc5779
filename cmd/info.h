/* SPDX-License-Identifier: Apache-2.0 */
/* info: what an archive says of itself, as a table and as JSON. */
#ifndef MEDARK_CMD_INFO_H
#define MEDARK_CMD_INFO_H

#include "json.h"
#include "options.h"

#include <medark/archive.h>

#include <stdbool.h>

/* The rows that everybody wants; with --verbose also recipients, records by type, reasons. */
void cli_info_print(const struct cli_options *options, const struct medark_archive_info *info);

/* Adds all keys to an object that was begun. */
void cli_info_json(struct cli_json *json, const struct medark_archive_info *info);

/*
 * Adds the arrays "recipients" and "revisions" to an object that was begun. With `name_of` each
 * recipient has the key "certificate": what it gives for the id, or null.
 */
void cli_info_json_recipients(struct cli_json *json, const struct medark_archive_info *info,
			      const char *(*name_of)(void *context, const char *id), void *context);

/*
 * Does its evidence hold for 30 days and more, by a trusted time stamp? Below that it is time to
 * stamp again.
 */
bool cli_info_stamp_lasts(const struct medark_archive_info *info);

#endif
