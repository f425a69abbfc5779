/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access: what it takes to open an archive: trust anchors, identities, the archive itself. Every
 * function returns 0, or an exit code after it has reported what is wrong.
 */
#ifndef MEDARK_CMD_ACCESS_H
#define MEDARK_CMD_ACCESS_H

#include "options.h"
#include "report.h"

#include <medark/archive.h>
#include <medark/key.h>

/* Zeroed it is empty; cleared by CLI_AUTO_ACCESS. */
struct cli_access {
	struct medark_trust *trust;
	struct medark_identity *identity;
	struct medark_archive *archive;
};

void cli_access_clear(struct cli_access *access);
#define CLI_AUTO_ACCESS __attribute__((cleanup(cli_access_clear)))

/* Adds what is not there of the archive, --trust, and --identity if it is needed. Reads nothing. */
void cli_access_missing(const struct cli_options *options, bool needs_identity,
			struct cli_missing *missing);

/* Refuses "-" as an archive, as it is read from its end on, and a folder. CLI_USAGE. */
int cli_access_check_archive(const struct cli_options *options, const char *path);

/* The trust anchors of --trust, or of MEDARK_TRUST, and the signers of --signed-by. */
int cli_access_trust(const struct cli_options *options, struct cli_access *access);

/* The keys of --identity, or of MEDARK_IDENTITY, and the passphrase that was asked for. */
int cli_access_identity(const struct cli_options *options, struct cli_access *access);

/* Opens the archive with what was loaded. */
int cli_access_open(const struct cli_options *options, struct cli_access *access, const char *path);

/* Reports that `action` failed on an archive, with what helps on: who says to have signed it. */
int cli_access_failed(const struct cli_options *options, const char *action, const char *path,
		      int code, const struct medark_error *err);

#endif
