/* SPDX-License-Identifier: Apache-2.0 */
/* scratch: where temporary files are made: encrypted, and of gigabytes where archives are large. */
#ifndef MEDARK_CMD_SCRATCH_H
#define MEDARK_CMD_SCRATCH_H

/* TMPDIR, else /var/tmp: /tmp may be memory. Borrowed. */
const char *cli_scratch_folder(void);

#endif
