/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: how the program says what went wrong, and how its results are laid out. An error is one
 * sentence on standard error, "medark: cannot …: reason", and perhaps a line with what to do next;
 * with --json also an object on the stream of the results. Never patient data, never a secret.
 */
#ifndef MEDARK_CMD_REPORT_H
#define MEDARK_CMD_REPORT_H

#include "json.h"
#include "options.h"

#include <medark/error.h>

#include <stdint.h>
#include <stdio.h>

#define CLI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Room for an RFC 3339 time in UTC. */
#define CLI_TIME_MAX 32

/* Where results go: standard output, or standard error if the archive itself goes there. */
FILE *cli_report_stream(const struct cli_options *options);

/* What failed. `file` and `hint` may be NULL. */
struct cli_failure {
	const char *action; /* "verify", "open the archive" */
	const char *file;   /* what it was done to */
	const char *hint;   /* what to do next; NULL: what fits the code */
	int code;	    /* enum medark_code */
	const struct medark_error *err;
};

/* Reports a failure of the library; the exit code that belongs to it. */
int cli_report_failure(const struct cli_options *options, const struct cli_failure *failure);

/* Reports a failure of the program's own; `exit_code` back. */
int cli_report_error(const struct cli_options *options, int exit_code, const char *fmt, ...)
	CLI_PRINTF(3, 4);

/* Reports a mistake on the command line; CLI_USAGE. */
int cli_report_usage(const struct cli_options *options, const char *fmt, ...) CLI_PRINTF(2, 3);

/*
 * Of two exit codes that of what is told of both: changed is worse than untrusted, and that than
 * not having been able to look.
 */
int cli_report_worse(int a, int b);

/* What a verb cannot do without and was not given. Zeroed it is empty. */
struct cli_missing {
	const char *action; /* what cannot be done without it; NULL: the verb's */
	const char *items[8];
	size_t count;
};

static inline void cli_missing_add(struct cli_missing *missing, bool is_missing, const char *what)
{
	if (is_missing)
		missing->items[missing->count++] = what;
}

/* Reports all of it in one sentence, CLI_USAGE; 0 if nothing is missing. */
int cli_report_missing(const struct cli_options *options, const struct cli_missing *missing);

int cli_report_memory(const struct cli_options *options);

/* One sentence that the user should read, but that stops nothing. */
void cli_report_warning(const struct cli_options *options, const char *sentence);

/* So that the longest value, a hash of 64 digits, stands within 80 columns. */
#define CLI_LABEL_WIDTH 13

/* Rows of a result: a label in front, the value made safe for a terminal. */
void cli_report_row(FILE *f, const char *label, const char *value);
void cli_report_row_number(FILE *f, const char *label, uint64_t value);
void cli_report_row_bytes(FILE *f, const char *label, uint64_t bytes);
/* How long it took; and the rate, unless `bytes` is 0. */
void cli_report_row_time(FILE *f, double seconds, uint64_t bytes);

/*
 * As of when the certificates were judged, if the user gave that time (RFC 3339; empty: now): a row
 * in a text, a key of an object.
 */
void cli_report_row_judged(FILE *f, const char *judged_at);
void cli_report_json_judged(struct cli_json *json, const char *judged_at);

/* Begins an object that says which verb it is of. */
void cli_report_json(const struct cli_options *options, struct cli_json *json, const char *type);

/* Seconds of a clock that only runs forward. */
double cli_report_clock(void);

#endif
