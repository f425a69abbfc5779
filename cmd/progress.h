/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: shows how far a long operation is, and carries the user's wish to stop into the
 * library. A line on standard error that is redrawn, on a terminal only; with --json a status
 * object each second on the stream of the results. SIGUSR1 gets a line (or object) in any case.
 * Items are told by number: no patient data. Only of a file that cannot be read the name is told,
 * as somebody has to find it; and on a terminal alone, as what goes elsewhere is kept. The library
 * calls from one thread at a time.
 */
#ifndef MEDARK_CMD_PROGRESS_H
#define MEDARK_CMD_PROGRESS_H

#include "options.h"

#include <medark/common.h>

/* How far it was at a time. The oldest of those kept is some seconds old. */
#define CLI_SAMPLES 8
struct cli_sample {
	double clock;
	uint64_t bytes;
};

struct cli_progress {
	const struct cli_options *options;
	const char *file;	     /* what it is about; NULL: nothing to tell apart */
	struct medark_events events; /* to be given to the library */
	struct medark_progress now;
	bool draws; /* standard error is a terminal, and progress is wanted */
	bool drawn; /* a line stands there */
	double began, phase_began, shown;
	uint64_t phase_bytes;			/* done when the phase began */
	struct cli_sample samples[CLI_SAMPLES]; /* of this phase, the oldest first */
	size_t sample_count;
	uint64_t unreadable; /* files of the sources; the first ones were told */
};

/* `progress` must stay where it is until cli_progress_end(). */
void cli_progress_begin(struct cli_progress *progress, const struct cli_options *options,
			const char *file);

/*
 * Removes the line, so that a result or an error can be printed, and tells how many files more
 * could not be read.
 */
void cli_progress_end(struct cli_progress *progress);

#endif
