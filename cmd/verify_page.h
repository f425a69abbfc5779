/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_page: what `medark verify --report FILE` writes: one page (HTML) that needs nothing else,
 * prints, and says what was checked, what could not be, and by which anchors. No patient data.
 */
#ifndef MEDARK_CMD_VERIFY_PAGE_H
#define MEDARK_CMD_VERIFY_PAGE_H

#include "policy.h"

#include <medark/checkpoint.h>

struct cli_verify_page {
	const struct cli_options *options;
	const struct cli_policy *policy;
	struct medark_checkpoint checkpoint;
	bool has_checkpoint;
	struct cli_verify_row *rows;
	size_t count, verified;
	char **findings; /* sentences about the chain, the policy and the checkpoint */
	size_t finding_count;
	bool has_failed; /* memory was lacking */
};

void cli_verify_page_clear(struct cli_verify_page *page);
#define CLI_AUTO_VERIFY_PAGE __attribute__((cleanup(cli_verify_page_clear)))

/* An archive that verifies, and what rules of the policy it breaks; `broken` may be empty. */
void cli_verify_page_add(struct cli_verify_page *page, const char *path,
			 const struct medark_archive_info *info, const char *broken);
/* One that does not, and why. */
void cli_verify_page_fail(struct cli_verify_page *page, const char *path, const char *why);
/* A sentence about all of them. For callbacks: `context` is the page. */
void cli_verify_page_find(void *context, const char *sentence);

/*
 * Writes --report, and its signature if there is a signer. Nothing without --report. `exit_code` is
 * that of the run. 0 or an exit code.
 */
int cli_verify_page_write(struct cli_verify_page *page, int exit_code);

#endif
