/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff: what the files of the verb diff share. cmd_diff.c opens both sides and compares them;
 * diff_source.c makes an archive of a side that is none yet; diff_print.c and diff_page.c tell the
 * counts.
 */
#ifndef MEDARK_CMD_DIFF_H
#define MEDARK_CMD_DIFF_H

#include "access.h"
#include "leaving.h"

#include <medark/compare.h>
#include <medark/export.h>

/* One side. */
struct cli_diff_side {
	const char *path; /* as it was given */
	bool is_source;	  /* it was read for this comparison: it has no signer of its own */
	struct medark_archive *const *archives;
	size_t count;
	struct medark_archive_info info; /* of the latest archive */
	uint64_t unread; /* that the archives lack: skipped, missing or unreadable */
};

/* A source as an archive. Zeroed it is empty. */
struct cli_diff_source {
	struct medark_trust *trust;
	struct medark_identity *identity;
	struct medark_archive *archive;
	struct medark_export_result result;
};

struct cli_diff {
	const struct cli_options *options;
	struct cli_diff_side old_side, new_side;
	struct medark_compare_result result;
	bool is_equal; /* nothing differs, and everything was compared */
	double seconds;
	char judged_at[CLI_TIME_MAX];
};

/*
 * Exports a source into an archive that is encrypted under a passphrase which this process alone
 * has, opens it and takes its name away: on the disk nothing stands in clear text, and nothing
 * stays. 0 or an exit code.
 */
int cli_diff_source_open(const struct cli_options *options, const char *path,
			 struct cli_diff_source *out);
void cli_diff_source_clear(struct cli_diff_source *source);

/* Sentences on what was not compared, each for its own; NULL behind the last. */
#define CLI_DIFF_REMARKS 8
struct cli_diff_remarks {
	char text[CLI_DIFF_REMARKS][192];
	size_t count;
};
void cli_diff_remark(const struct cli_diff *diff, struct cli_diff_remarks *out);

/* The counts: as rows, as an object, as a page that names nobody. */
void cli_diff_print(const struct cli_diff *diff, const struct cli_leaving *leaving);
void cli_diff_json(const struct cli_diff *diff, const struct cli_leaving *leaving);
/* Negative if memory is lacking, or `f` does not take it. */
int cli_diff_page(const struct cli_diff *diff, FILE *f);

#endif
