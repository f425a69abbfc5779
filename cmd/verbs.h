/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs: what the program can do, and with which codes it ends. Each verb is one function in its
 * own file, cmd_<verb>.c, that gets the options already checked for form, prints its result and
 * returns the exit code; a failure has then been reported.
 *
 * The names of the program begin with cli_ and cmd_: medark_ belongs to the library.
 */
#ifndef MEDARK_CMD_VERBS_H
#define MEDARK_CMD_VERBS_H

#include <stddef.h>

struct cli_options;

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_UNVERIFIED = 3, /* changed, missing, extra or malformed */
	CLI_UNTRUSTED = 4,
	CLI_IDENTITY = 5,
	CLI_INCOMPLETE = 6,
	CLI_INTERRUPTED = 130,
	CLI_PIPE = 141, /* as of a program that SIGPIPE ends: its reader knows why */
};

/* Bits, because an option's row names all the verbs that know it. */
enum cli_verb_bit {
	CLI_EXPORT = 1 << 0,
	CLI_VERIFY = 1 << 1,
	CLI_INSPECT = 1 << 2,
	CLI_PATIENTS = 1 << 3,
	CLI_RESTORE = 1 << 4,
	CLI_KEY = 1 << 5,
	CLI_HELP = 1 << 6,
	CLI_VERSION = 1 << 7,
	CLI_ITEMS = 1 << 8,
	CLI_RUN = 1 << 9,
	CLI_ACCOUNT = 1 << 10,
	CLI_AUDIT = 1 << 11,
	CLI_SERVE = 1 << 12,
	CLI_STAMP = 1 << 13,
	CLI_COSIGN = 1 << 14,
	CLI_CHECKPOINT = 1 << 15,
	CLI_PROVE = 1 << 16,
	CLI_VERIFY_PROOF = 1 << 17,
	CLI_DRILL = 1 << 18,
	CLI_DIFF = 1 << 20,
	CLI_SCOPE = 1 << 21,
	CLI_RECIPIENTS = 1 << 22,
	CLI_ALL = (1 << 30) - 1,
};

/* What an exit code says. */
struct cli_exit_text {
	int code;
	const char *text; /* NULL: none */
};

struct cli_verb {
	const char *name;			/* as typed */
	const char *title;			/* "key new" */
	const char *action;			/* "cannot <action>: …" */
	const char *brief;			/* one line for the overview */
	const char *synopsis, *text, *examples; /* of its help screen, lines of 80 at most */
	const char *exits;			/* the exit codes it can end with, "0 1 2" */
	struct cli_exit_text meanings[4];	/* those that mean something else than usual */
	enum cli_verb_bit bit;
	int (*run)(const struct cli_options *options);
};

extern const struct cli_verb cli_verbs[];
extern const size_t cli_verb_count;

/* The verb of that name, or NULL. */
const struct cli_verb *cli_verb_find(const char *name);

int cmd_export(const struct cli_options *options);
int cmd_run(const struct cli_options *options);
int cmd_verify(const struct cli_options *options);
int cmd_inspect(const struct cli_options *options);
int cmd_patients(const struct cli_options *options);
int cmd_items(const struct cli_options *options);
int cmd_restore(const struct cli_options *options);
int cmd_prove(const struct cli_options *options);
int cmd_verify_proof(const struct cli_options *options);
int cmd_drill(const struct cli_options *options);
int cmd_diff(const struct cli_options *options);
int cmd_key(const struct cli_options *options);
int cmd_scope(const struct cli_options *options);
int cmd_serve(const struct cli_options *options);
int cmd_account(const struct cli_options *options);
int cmd_audit(const struct cli_options *options);
int cmd_stamp(const struct cli_options *options);
int cmd_checkpoint(const struct cli_options *options);
int cmd_recipients(const struct cli_options *options);
int cmd_cosign(const struct cli_options *options);
int cmd_help(const struct cli_options *options);
int cmd_version(const struct cli_options *options);

#endif
