/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passphrase: where secrets come from: a file that only its owner can read, a file descriptor, a
 * command's output, or a question on the terminal without echo. Never from the command line or an
 * environment variable, where other processes could see them. One line end at the end is taken
 * off. Empty ones are refused, and what F-10 does not allow.
 */
#ifndef MEDARK_CMD_PASSPHRASE_H
#define MEDARK_CMD_PASSPHRASE_H

#include "options.h"

#include <stdbool.h>
#include <stddef.h>

#define CLI_PASSPHRASE_MAX 1000 /* F-10 */

/* Zeroed it holds none. */
struct cli_passphrase {
	char bytes[CLI_PASSPHRASE_MAX + 3]; /* room for a line end, and to see that more follows */
	size_t size;
};

/* Wipes it; for __attribute__((cleanup)). */
void cli_passphrase_clear(struct cli_passphrase *passphrase);

/* Was one asked for by an option (not by the environment)? */
bool cli_passphrase_is_asked(const struct cli_options *options);

/*
 * Reads the one that the options ask for; without any option the file that MEDARK_PASSPHRASE_FILE
 * names, except at an export, where a forgotten variable must not add a way to open the archive.
 * `out` stays empty if none is asked for. A new one is asked for twice. 0 or an exit code.
 */
int cli_passphrase_read(const struct cli_options *options, struct cli_passphrase *out);

/*
 * A new password, from the same options; without any of them it is asked for twice, with this
 * question. The variable does not count: it names what opens archives. 0 or an exit code.
 */
int cli_passphrase_read_new(const struct cli_options *options, const char *question,
			    struct cli_passphrase *out);

/*
 * The passphrase of a ZIP file that is to be made: of --zip-passphrase-file or --zip-passphrase; if
 * neither is given one is drawn, and shown on the terminal. It ends in a zero. 0 or an exit code.
 */
int cli_passphrase_for_zip(const struct cli_options *options, struct cli_passphrase *out);

/*
 * 1: the passphrase of this key is a token's PIN (medark_key_needs_pin()); 0: it is not; negative
 * after it was reported that the URI cannot be used, for which the exit code is CLI_USAGE.
 */
int cli_passphrase_is_pin(const struct cli_options *options, const char *key);

/*
 * The passphrase of an encrypted key, or the PIN of one in a token: `path` if given, else a
 * question on the terminal. `out` stays empty if the key needs none. 0 or an exit code.
 */
int cli_passphrase_read_for_key(const struct cli_options *options, const char *key,
				const char *path, struct cli_passphrase *out);

#endif
