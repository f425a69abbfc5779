/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "text.h"

#include <inttypes.h>
#include <string.h>

static void print_string(FILE *f, const char *text)
{
	(void)fputc('"', f);
	while (*text) {
		unsigned c;
		size_t size = cli_utf8_next(text, &c);

		if (!size)
			(void)fputs("\xef\xbf\xbd", f);
		else if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", (char)c);
		/* DEL and C1 are legal in JSON, but steer a terminal. */
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			(void)fprintf(f, "\\u%04x", c);
		else
			(void)fwrite(text, 1, size, f);
		text += size ? size : 1;
	}
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
	static const char controls[] =
		"\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020"
		"\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037\177";

	print_key(json, key);
	while (*value) {
		size_t run = strcspn(value, controls);

		(void)fwrite(value, 1, run, json->out);
		value += run;
		if (*value) {
			(void)fputc(' ', json->out);
			value++;
		}
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
