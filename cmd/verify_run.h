/* SPDX-License-Identifier: Apache-2.0 */
/* verify_run: verifies archives, tells what each is, and what they are to each other. */
#ifndef MEDARK_CMD_VERIFY_RUN_H
#define MEDARK_CMD_VERIFY_RUN_H

#include "access.h"
#include "archive_list.h"
#include "chain.h"
#include "policy.h"
#include "verify_page.h"

#include <medark/checkpoint.h>

/* Zeroed, with `options` set. */
struct cli_verify_run {
	const struct cli_options *options;
	struct cli_access shared; /* the trust anchors */
	struct cli_archive_list list;
	struct cli_policy policy;
	struct cli_verify_page page;
	struct medark_chain *chain;
	struct medark_checkpoint latest; /* of those that verify: the one of the highest number */
	char at_checkpoint[65];		 /* manifest of the archive of the checkpoint's number */
	uint64_t *numbers;		 /* of those within the checkpoint's; owned */
	size_t number_count;
	char newest[32];	       /* when the latest was made */
	uint64_t ending;	       /* archives whose evidence holds for less than 30 days */
	char ends[32], ends_path[256]; /* the first of them */
	uint64_t apart;		       /* chains that no missing archive can join */
	int worst;
};

void cli_verify_run_clear(struct cli_verify_run *run);
#define CLI_AUTO_VERIFY_RUN __attribute__((cleanup(cli_verify_run_clear)))

/* Reads what the options name: archives, trust, policy, checkpoint. 0 or an exit code. */
int cli_verify_run_begin(struct cli_verify_run *run);

/* Verifies and tells all; the worst of the exit codes. */
int cli_verify_run(struct cli_verify_run *run);

/*
 * Says that not all is well: what was found stands among much that is, so the last line says which
 * of the two it is. Nothing if all is well, or for one archive of which that is plain.
 */
void cli_verify_run_verdict(const struct cli_verify_run *run);

#endif
