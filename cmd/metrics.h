/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics: what a run has done, as a file for the textfile collector of Prometheus' node exporter
 * (text-based exposition format 0.0.4). Counts and times only: everybody may read it.
 */
#ifndef MEDARK_CMD_METRICS_H
#define MEDARK_CMD_METRICS_H

#include "options.h"

#include <medark/export.h>

#include <time.h>

struct cli_metrics {
	const char *name; /* of the run */
	time_t start;	  /* seconds since 1970 UTC */
	double duration;  /* seconds */
	int exit_code;
	const struct medark_export_result *result; /* NULL: no archive was made */
};

/*
 * Writes `path` in one step, mode 0644, in place of an earlier one, of which only the time of the
 * last success stays if this run made no archive. 0, or CLI_FAILED after the fault was reported.
 * One writer at a time.
 */
int cli_metrics_write(const struct cli_options *options, const char *path,
		      const struct cli_metrics *metrics);

#endif
