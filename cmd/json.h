/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: one object on one line (JSON Lines). Strings may hold any bytes; what is not UTF-8 becomes
 * U+FFFD. The stream's error flag tells whether a write failed.
 *
 *	cli_json_begin(&json, stdout, "summary");
 *	cli_json_text(&json, "file", path);
 *	cli_json_end(&json);
 */
#ifndef MEDARK_CMD_JSON_H
#define MEDARK_CMD_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cli_json {
	FILE *out;
	bool comma;
};

void cli_json_begin(struct cli_json *json, FILE *out, const char *message_type);
void cli_json_end(struct cli_json *json);

void cli_json_text(struct cli_json *json, const char *key, const char *value);
/* Of `size` bytes and a zero behind them. */
void cli_json_bytes(struct cli_json *json, const char *key, const char *value, size_t size);
/* Null for an empty value. */
void cli_json_text_or_null(struct cli_json *json, const char *key, const char *value);
void cli_json_number(struct cli_json *json, const char *key, uint64_t value);
/* Three digits behind the point. */
void cli_json_real(struct cli_json *json, const char *key, double value);
void cli_json_bool(struct cli_json *json, const char *key, bool value);
/* `value` is JSON already; control characters in it become spaces, or escapes from DEL on. */
void cli_json_raw(struct cli_json *json, const char *key, const char *value);

/* Objects and arrays in the object; `key` NULL in an array. */
void cli_json_open(struct cli_json *json, const char *key, char bracket);
void cli_json_close(struct cli_json *json, char bracket);

#endif
