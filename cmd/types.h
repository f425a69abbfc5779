/* SPDX-License-Identifier: Apache-2.0 */
/* types: the resource types of --type. */
#ifndef MEDARK_CMD_TYPES_H
#define MEDARK_CMD_TYPES_H

#include "options.h"

/*
 * A mistyped type would look like archives without such records. It may be meant only where any of
 * the `count` archives has records that FHIR has no type for: then one warning tells. 0 or
 * CLI_USAGE.
 */
int cli_types_check(const struct cli_options *options, struct medark_archive *const *archives,
		    size_t count);

#endif
