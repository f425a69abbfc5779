/* SPDX-License-Identifier: Apache-2.0 */
/* key_shares: medark key split and medark key join. Each returns an exit code. */
#ifndef MEDARK_CMD_KEY_SHARES_H
#define MEDARK_CMD_KEY_SHARES_H

#include "options.h"

/* Makes, or with --key takes, a private key and writes its shares. */
int cli_key_split(const struct cli_options *options);

/* Writes the private key that the operands behind "join" give. */
int cli_key_join(const struct cli_options *options);

#endif
