/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <stdlib.h>

const char *cli_scratch_folder(void)
{
	const char *given = getenv("TMPDIR");

	return given && *given ? given : "/var/tmp";
}
