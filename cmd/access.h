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
	struct medark_archive *archive; /* the first */
	struct medark_archive **all;	/* of cli_access_open_all() */
	size_t count;
};

void cli_access_clear(struct cli_access *access);
#define CLI_AUTO_ACCESS __attribute__((cleanup(cli_access_clear)))

/* Adds what is not there of the archive, --trust, and --identity if it is needed. Reads nothing. */
void cli_access_missing(const struct cli_options *options, bool needs_identity,
			struct cli_missing *missing);

/* Refuses "-" as an archive, as it is read from its end on, and a folder. CLI_USAGE. */
int cli_access_check_archive(const struct cli_options *options, const char *path);

/* The files of --trust, or that of MEDARK_TRUST, whose name `*one` then holds. */
struct cli_list cli_access_trust_files(const struct cli_options *options, const char **one);

/* The trust anchors of --trust, or of MEDARK_TRUST, the signers of --signed-by, and --at. */
int cli_access_trust(const struct cli_options *options, struct cli_access *access);

/* The keys of --identity, or of MEDARK_IDENTITY, and the passphrase that was asked for. */
int cli_access_identity(const struct cli_options *options, struct cli_access *access);

/*
 * Opens the archive with what was loaded. If its signer is not trusted, what helps on is told: who
 * says to have signed it, or as of when the signer was trusted.
 */
int cli_access_open(const struct cli_options *options, struct cli_access *access, const char *path);

/* Opens all archives that are named, each as cli_access_open() does. */
int cli_access_open_all(const struct cli_options *options, struct cli_access *access);

/*
 * Opens the archive with the anchors of `shared`, as cli_access_open() does, tells what it says of
 * itself, and closes it again.
 */
int cli_access_info(const struct cli_options *options, const struct cli_access *shared,
		    const char *path, struct medark_archive_info *out);

/* Reports that `action` failed on an archive that was opened. */
int cli_access_failed(const struct cli_options *options, const char *action, const char *path,
		      int code, const struct medark_error *err);

/* As of when the certificates of the open archive were judged, RFC 3339; empty if as of now. */
void cli_access_judged(struct cli_access *access, char out[CLI_TIME_MAX]);

/*
 * Writes what to do with an archive whose signer `would_trust` finds trusted at a time of the past
 * that the archive itself names; false if there is no such time. Leaves `out` alone then.
 */
#define CLI_ADVICE_MAX 2048
bool cli_access_advise_time(const struct medark_archive_info *unverified,
			    bool (*would_trust)(void *context, const char *when), void *context,
			    char out[CLI_ADVICE_MAX]);

#endif
