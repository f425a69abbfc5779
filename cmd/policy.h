/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: what an auditor asks of archives beside that they verify, in a file of lines `key =
 * value`; empty ones and those that begin with # say nothing. Names of files are relative to the
 * policy's folder. medark-verify(1) has the keys.
 */
#ifndef MEDARK_CMD_POLICY_H
#define MEDARK_CMD_POLICY_H

#include "options.h"

#include <medark/archive.h>

#define CLI_POLICY_SIGNERS 64

struct cli_policy {
	const char *path; /* NULL: there is none */
	char signers[CLI_POLICY_SIGNERS][65];
	char cosigners[CLI_POLICY_SIGNERS][65];
	char authorities[CLI_POLICY_SIGNERS][65];
	size_t signer_count, cosigner_count, authority_count;
	char purpose[64];	 /* empty: any */
	char stamped_before[32]; /* RFC 3339, or the beginning of a day; empty: any time */
	bool stamped, revocation, complete, post_quantum, pq_required;
	uint64_t strength;     /* bits; 0: any */
	uint64_t missing;      /* archives of the chain that may be missing */
	uint64_t newest_hours; /* how old the newest may be; 0: any age */
};

/* Reads the file of --policy, if it is given. 0, or CLI_USAGE or CLI_FAILED after it was reported.
 */
int cli_policy_read(const struct cli_options *options, struct cli_policy *out);

/*
 * Tells each rule that the archive breaks, as a warning, and appends it to `out` (cut if need be).
 * CLI_DONE, CLI_UNTRUSTED for who signed and when, CLI_INCOMPLETE for what it holds and who opens
 * it.
 */
int cli_policy_check(const struct cli_policy *policy, const struct cli_options *options,
		     const char *path, const struct medark_archive_info *info, char *out,
		     size_t room);

#endif
