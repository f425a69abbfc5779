/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archives: the folder of a run's archives, NAME-YYYYMMDDTHHMMSSZ.medark, each the next of a chain.
 * An archive is written as NAME.next: always the same name, so that what was fetched from a server
 * before a run was killed is found again. It gets its own name when it is complete. A lock,
 * .NAME.lock, keeps two runs of one NAME apart.
 */
#ifndef MEDARK_CMD_ARCHIVES_H
#define MEDARK_CMD_ARCHIVES_H

#include "options.h"

#include <limits.h>
#include <stdint.h>

/* With fd and lock -1 it is empty. */
struct cli_archives {
	const struct cli_options *options; /* of the run, for what is reported */
	const char *name, *folder;	   /* borrowed */
	int fd, lock;
	char next[PATH_MAX];	 /* what the export writes */
	char previous[PATH_MAX]; /* the archive to be continued; empty: there is none */
	uint64_t sequence;	 /* its number */
	uint64_t whole;		 /* number of the latest that holds everything; 0: none does */
	uint64_t size;		 /* in bytes */
};

void cli_archives_clear(struct cli_archives *archives);
#define CLI_AUTO_ARCHIVES __attribute__((cleanup(cli_archives_clear)))

/*
 * Opens the folder, whose owner must be the user or root, and that nobody else may write to.
 * `options`, `name` and `folder` are borrowed. 0 or CLI_FAILED.
 */
int cli_archives_open(const struct cli_options *options, const char *name, const char *folder,
		      struct cli_archives *out);

/* Keeps other runs of NAME out until it is cleared; CLI_FAILED if one is under way. */
int cli_archives_lock(struct cli_archives *archives);

/* Is a run of NAME under way? Leaves no trace. */
bool cli_archives_is_locked(const struct cli_archives *archives);

/* Gives what a run that was killed at its very end has left its own name. 0 or CLI_FAILED. */
int cli_archives_recover(struct cli_archives *archives);

/*
 * Finds the archive of NAME with the highest number. Nothing is verified yet: that is done when it
 * is continued. One that cannot be read and may be the newest is CLI_FAILED or CLI_UNVERIFIED:
 * without it a second chain would begin. Of older ones a warning tells.
 */
int cli_archives_find_previous(struct cli_archives *archives);

/* Gives the complete archive its own name and writes it to `out`. 0 or CLI_FAILED. */
int cli_archives_finish(struct cli_archives *archives, char out[PATH_MAX]);

/* Bytes that can still be written to the folder. */
uint64_t cli_archives_room(const struct cli_archives *archives);

#endif
