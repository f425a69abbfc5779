/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain: whether verified archives follow each other. Each names the one before it by the hash of
 * its manifest and has the next number; what is not there, or does not follow, is told. The order
 * in which they were given does not matter. Who signed is told where it changes: an authority that
 * is trusted vouches for more than one, and a chain says nothing of who may continue it.
 */
#ifndef MEDARK_CMD_CHAIN_H
#define MEDARK_CMD_CHAIN_H

#include "options.h"

#include <medark/archive.h>

struct cli_link {
	const char *file; /* borrowed */
	uint64_t sequence;
	char manifest[65], previous[65], signer[65]; /* hex; previous may be empty */
	bool followed;				     /* another one names it as its previous */
};

/* Zeroed it is empty. */
struct cli_chain {
	struct cli_link *links;
	size_t count;
};

/* For __attribute__((cleanup)). */
void cli_chain_clear(struct cli_chain *chain);

/*
 * Adds a verified archive; one that was given twice counts once, with a warning if another signer
 * signed it. 0 or an exit code.
 */
int cli_chain_add(const struct cli_options *options, struct cli_chain *chain, const char *file,
		  const struct medark_archive_info *info);

/*
 * Warns of every gap and of every change of the signer, with --json as an object of the type
 * "status". CLI_INCOMPLETE if there is a gap, else CLI_DONE. That the first archives of a chain
 * were not given is no gap.
 */
int cli_chain_report(const struct cli_options *options, struct cli_chain *chain);

#endif
