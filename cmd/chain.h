/* SPDX-License-Identifier: Apache-2.0 */
/* chain: what is told of verified archives that do, or do not, follow each other. */
#ifndef MEDARK_CMD_CHAIN_H
#define MEDARK_CMD_CHAIN_H

#include "options.h"

#include <medark/chain.h>

static inline void cli_chain_free(struct medark_chain **chain)
{
	medark_chain_free(*chain);
}

#define CLI_AUTO_CHAIN __attribute__((cleanup(cli_chain_free)))

/*
 * Warns of every gap and of every change of the signer, with --json as an object of the type
 * "status". CLI_INCOMPLETE if there is a gap, else CLI_DONE or the code of a failure.
 */
int cli_chain_report(const struct cli_options *options, struct medark_chain *chain);

#endif
