/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaving: the row of the audit log that says what left an archive in clear text, written before
 * the first byte does. It stands in a log of its own, audit-restore in the state folder: that of a
 * service is locked while the service runs, which is when restores are made.
 */
#ifndef MEDARK_CMD_LEAVING_H
#define MEDARK_CMD_LEAVING_H

#include "access.h"

#include <medark/proof.h>

#include <limits.h>

struct cli_leaving {
	const struct cli_options *options;
	const struct cli_access *access;
	size_t patients;       /* that were named; 0: all */
	char folder[PATH_MAX]; /* of the log; empty: none is kept */
	bool is_noted;	       /* the row is on the disk */
	bool has_failed;       /* it could not be written */
	char archive[33];      /* what the row says */
	char account[64], detail[256];
};

/*
 * Finds the log: of --audit-log or --state, or of the default state folder if that has a log. The
 * rest is borrowed. 0 or an exit code.
 */
int cli_leaving_begin(const struct cli_options *options, const struct cli_access *access,
		      size_t patients, struct cli_leaving *out);

/* For struct medark_restore_request: writes the row. */
int cli_leaving_note(void *context, const struct medark_restore_result *plan,
		     struct medark_error *err);

/* For struct medark_prove_request: the same. */
int cli_leaving_note_proof(void *context, const struct medark_prove_result *plan,
			   struct medark_error *err);

/* For struct medark_drill_request: the same. */
int cli_leaving_note_drill(void *context, const struct medark_restore_result *plan,
			   struct medark_error *err);

/*
 * Writes the row of a list: `what` it is ("list of patients"), of the archive of this description
 * and at most as many patients as there are in it. Once; again it does nothing. For callbacks of
 * the library: 0 or a negative code.
 */
int cli_leaving_note_list(struct cli_leaving *leaving, const struct medark_archive_info *info,
			  const char *what, struct medark_error *err);

/* Reports that the row could not be written: an exit code. */
int cli_leaving_failed(const struct cli_leaving *leaving, int code, const struct medark_error *err);

/* After what failed behind the row: a second one says so, or a warning that it lacks. */
void cli_leaving_give_up(struct cli_leaving *leaving);

/* Where the row stands, or that none was kept: rows of a text, a key of an object. */
void cli_leaving_print(const struct cli_leaving *leaving);
void cli_leaving_json(const struct cli_leaving *leaving, struct cli_json *json);

#endif
