/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "text.h"

#include <inttypes.h>
#include <string.h>

/* Is it printed as it stands? DEL and C1 are legal in JSON, but steer a terminal. */
static bool is_plain(unsigned c)
{
	return c != '"' && c != '\\' && c >= 0x20 && (c < 0x7f || c >= 0xa0);
}

static void print_part(FILE *f, const char *text)
{
	const char *from = text; /* what is plain from here on is printed together */

	while (*text) {
		unsigned c = 0;
		size_t size = cli_utf8_next(text, &c);

		if (size && is_plain(c)) {
			text += size;
			continue;
		}
		(void)fwrite(from, 1, (size_t)(text - from), f);
		if (!size)
			(void)fputs("\xef\xbf\xbd", f);
		else if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", (char)c);
		else
			(void)fprintf(f, "\\u%04x", c);
		text += size ? size : 1;
		from = text;
	}
	(void)fwrite(from, 1, (size_t)(text - from), f);
}

static void print_string(FILE *f, const char *text)
{
	(void)fputc('"', f);
	print_part(f, text);
	(void)fputc('"', f);
}

static void print_key(struct cli_json *json, const char *key)
{
	if (json->comma)
		(void)fputc(',', json->out);
	json->comma = true;
	if (!key)
		return;
	print_string(json->out, key);
	(void)fputc(':', json->out);
}

void cli_json_begin(struct cli_json *json, FILE *out, const char *message_type)
{
	*json = (struct cli_json) { .out = out };
	(void)fputc('{', out);
	cli_json_text(json, "message_type", message_type);
}

void cli_json_end(struct cli_json *json)
{
	(void)fputs("}\n", json->out);
}

void cli_json_text(struct cli_json *json, const char *key, const char *value)
{
	print_key(json, key);
	print_string(json->out, value);
}

void cli_json_bytes(struct cli_json *json, const char *key, const char *value, size_t size)
{
	print_key(json, key);
	(void)fputc('"', json->out);
	for (const char *end = value + size;; value++) {
		print_part(json->out, value);
		value += strlen(value);
		if (value == end)
			break;
		(void)fputs("\\u0000", json->out);
	}
	(void)fputc('"', json->out);
}

void cli_json_text_or_null(struct cli_json *json, const char *key, const char *value)
{
	if (value && *value) {
		cli_json_text(json, key, value);
	} else {
		print_key(json, key);
		(void)fputs("null", json->out);
	}
}

void cli_json_number(struct cli_json *json, const char *key, uint64_t value)
{
	print_key(json, key);
	(void)fprintf(json->out, "%" PRIu64, value);
}

void cli_json_real(struct cli_json *json, const char *key, double value)
{
	print_key(json, key);
	(void)fprintf(json->out, "%.3f", value);
}

void cli_json_bool(struct cli_json *json, const char *key, bool value)
{
	print_key(json, key);
	(void)fputs(value ? "true" : "false", json->out);
}

void cli_json_raw(struct cli_json *json, const char *key, const char *value)
{
	print_key(json, key);
	while (*value) {
		unsigned c = 0;
		size_t size = cli_utf8_next(value, &c);

		/* No JSON text holds a control character, but a hostile archive may. */
		if (size && c < 0x20)
			(void)fputc(' ', json->out);
		/* These stand in strings only, where the escape means the same. */
		else if (size && c >= 0x7f && c < 0xa0)
			(void)fprintf(json->out, "\\u%04x", c);
		else
			(void)fwrite(value, 1, size ? size : 1, json->out);
		value += size ? size : 1;
	}
}

void cli_json_open(struct cli_json *json, const char *key, char bracket)
{
	print_key(json, key);
	(void)fputc(bracket, json->out);
	json->comma = false;
}

void cli_json_close(struct cli_json *json, char bracket)
{
	(void)fputc(bracket, json->out);
	json->comma = true;
}
