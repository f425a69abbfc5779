/* SPDX-License-Identifier: Apache-2.0 */
/* asked: certificates that --recipient names, to be looked for among an archive's recipients. */
#ifndef MEDARK_CMD_ASKED_H
#define MEDARK_CMD_ASKED_H

#include "options.h"

#include <medark/archive.h>
#include <medark/key.h>

#include <stdbool.h>
#include <stdlib.h>

/* One for each of --recipient, in their order; the caller frees it. NULL after a failure was
 * reported, whose exit code `*out_code` then is. */
struct medark_certificate_info *cli_asked_describe(const struct cli_options *options,
						   int *out_code);

/* Is it among the archive's recipients? */
bool cli_asked_is_among(const struct medark_archive_info *info,
			const struct medark_certificate_info *certificate);

static inline void cli_asked_free(struct medark_certificate_info **asked)
{
	free(*asked);
}
#define CLI_AUTO_ASKED __attribute__((cleanup(cli_asked_free)))

#endif
