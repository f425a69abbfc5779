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

/* Where every sentence goes, too. `add` may be NULL. */
struct cli_chain_sink {
	void (*add)(void *context, const char *sentence);
	void *context;
	uint64_t allowed; /* archives that may be missing without a word in the code */
	/* Filled: */
	struct medark_chain_result result;
	uint64_t apart; /* chains, and branches of them, that no missing archive can join; 0, 1: one
			 */
};

/*
 * Warns of every gap and of every change of the signer, with --json as an object of the type
 * "status". CLI_INCOMPLETE if there is a gap, unless all of
 * it are archives that may be missing; else CLI_DONE or the code of a failure.
 */
int cli_chain_report(const struct cli_options *options, struct medark_chain *chain,
		     struct cli_chain_sink *sink);

#endif
