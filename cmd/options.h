/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: the command line, read by one table that also makes the help screens. Only the form is
 * checked here (a number is a number, nothing is given twice); what a verb needs, it asks for.
 */
#ifndef MEDARK_CMD_OPTIONS_H
#define MEDARK_CMD_OPTIONS_H

#include "verbs.h"

#include <medark/archive.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Borrowed strings of argv; room for as many as argv has. */
struct cli_list {
	const char **items;
	size_t count;
};

struct cli_options {
	const struct cli_verb *verb;
	bool json, quiet, verbose, help, force, no_sync, quarantined;
	bool check;	 /* a run only looks */
	bool passphrase; /* ask for one on the terminal */
	bool zip_passphrase;
	const char *zip_passphrase_file; /* of a ZIP file of pages */
	const char *passphrase_file, *passphrase_command, *passphrase_fd;
	const char *out, *to, *since, *group, *patients_file, *method, *as_of, *lang, *role, *name,
		*key_type, *scratch;
	const char *signer, *signer_key, *signer_key_passphrase_file, *previous, *report, *at,
		*auth, *config;
	const char *config_file; /* that these were read from; NULL: none */
	const char *journal, *rejected, *ids, *id_prefix, *source_base; /* of restores to servers */
	bool today, dry_run, no_read_back;
	enum medark_restore_form form;	    /* of --to */
	const char *state, *shown, *issuer; /* of accounts */
	const char *account, *from, *until; /* of the audit log */
	const char *list;		    /* what a comparison or a scope writes by patient */
	bool off, fhir;
	const char *audit_log, *tls_cert, *tls_key, *user, *zone; /* of a service */
	const char *policy, *checkpoint;			  /* of verify */
	const char *tsa, *tsa_ca;				  /* of time stamps */
	struct cli_list tsa_trust, crls;
	bool allow_others;
	struct cli_list profiles;
	struct cli_list escrows; /* recipients whose keys are in shares, or in a safe */
	uint64_t workers;
	uint64_t full_every; /* of a run: that many archives, of which one is whole; 0: all are */
	uint64_t level, memory, threads; /* 0: the library's own choice */
	uint64_t charts;		 /* of a drill */
	bool has_charts;
	uint64_t threshold, shares; /* of a key that is split; 0: not given */
	const char *key;
	uint64_t limit; /* 0: none */
	bool has_limit;
	struct cli_list records;    /* of a proof, TYPE/ID */
	struct cli_list olds, news; /* further archives of the chains that are compared */
	struct cli_list signers;    /* of whom one must have signed */
	struct cli_list recipients, trust, identities, patients, types, excludes, expected, roles,
		listen, hosts, auditors, operands;
	struct cli_list hidden; /* copies of what was blanked out in argv; owned */
};

enum cli_option_kind { CLI_FLAG, CLI_TEXT, CLI_LIST, CLI_COMMAS, CLI_NUMBER, CLI_SIZE };

struct cli_option {
	const char *name;
	char letter; /* 0: none */
	enum cli_option_kind kind;
	unsigned verbs;	      /* bits of the verbs that know it */
	size_t offset;	      /* of its value in struct cli_options */
	const char *argument; /* "FILE"; NULL for a flag */
	const char *help;     /* lines of at most 54 characters */
	uint64_t min, max;    /* of numbers and sizes */
};

extern const struct cli_option cli_option_table[];
extern const size_t cli_option_count;

/*
 * Reads argv for `verb` (argv[0] is the verb). 0, or an exit code after the mistake was reported.
 * `out` borrows from argv until cli_options_clear(), which may be called on a zeroed object. What
 * names a patient is copied and overwritten in argv: process lists show it no longer than need be.
 */
int cli_options_parse(struct cli_options *out, const struct cli_verb *verb, int argc, char **argv);

/*
 * Puts `value`, which `out` then borrows and may cut into words, where `row` says. `shown` is what
 * sentences call the option, `seen` whether it was given before. 0, or an exit code after the
 * mistake was reported.
 */
int cli_option_apply(struct cli_options *out, const struct cli_option *row, char *value,
		     const char *shown, bool *seen);

/*
 * Is --json among the words? Known before the rest is read, so that mistakes are reported in the
 * form that was asked for.
 */
bool cli_options_want_json(int argc, char **argv);
void cli_options_clear(struct cli_options *options);

#endif
