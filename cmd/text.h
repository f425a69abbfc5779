/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: bytes that came from elsewhere (a name in a record, a path, a certificate) on a terminal.
 * What could steer the terminal or turn the line around is shown escaped: control characters as
 * \x1B, bytes that are not UTF-8 as \xFF, invisible and direction-changing ones as \u202E.
 */
#ifndef MEDARK_CMD_TEXT_H
#define MEDARK_CMD_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* Columns that `text` takes when it is shown. */
size_t cli_text_width(const char *text);

/* Prints `text` so that it is safe on a terminal. */
void cli_text_print(FILE *f, const char *text);

/* As above, of `size` bytes and a zero behind them; zeros among them are shown, too. */
void cli_text_print_bytes(FILE *f, const char *text, size_t size);

/* As above, exactly `width` columns: padded with spaces, or cut with an ellipsis. */
void cli_text_print_field(FILE *f, const char *text, size_t width);

/*
 * Reads one character of UTF-8 (RFC 3629: no surrogates, no overlong forms) from a zero-terminated
 * string. Its length in bytes; 0 if there is none here.
 */
size_t cli_utf8_next(const char *text, unsigned *out);

/* The words behind a number: one record has, two records have. */
static inline const char *cli_text_number(uint64_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

/* 1536 as "1.5 KiB". `out` holds CLI_BYTES_MAX characters. */
#define CLI_BYTES_MAX 32
const char *cli_text_bytes(double bytes, char *out);

/* `path` as a word that a shell takes back; cut if it is longer than `size`. */
const char *cli_text_quote(const char *path, char *out, size_t size);

#endif
