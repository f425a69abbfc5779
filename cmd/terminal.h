/* SPDX-License-Identifier: Apache-2.0 */
/* terminal: what stands behind a stream, and what it can show. */
#ifndef MEDARK_CMD_TERMINAL_H
#define MEDARK_CMD_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

bool cli_terminal_is(FILE *f);

/* Columns of the terminal behind `f`, at least 20; 80 if it does not say. */
size_t cli_terminal_columns(FILE *f);

enum cli_color { CLI_RED = 31, CLI_GREEN = 32, CLI_YELLOW = 33 };

/*
 * The escape sequence that begins or ends a colour; empty where `f` is no terminal or NO_COLOR is
 * set (no-color.org). `out` holds CLI_COLOR_MAX characters.
 */
#define CLI_COLOR_MAX 8
const char *cli_terminal_color(FILE *f, enum cli_color color, char *out);
const char *cli_terminal_plain(FILE *f);

#endif
