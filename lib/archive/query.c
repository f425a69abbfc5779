/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/query.h"

#include "base/text.h"

#include <stdio.h>

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

int medark_query_parse(struct medark_bytes text, struct medark_query *out, struct medark_error *err)
{
	size_t at = 0, first = 0, last = 0;

	*out = (struct medark_query) { 0 };
	if (text.size > MEDARK_QUERY_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a query has at most %d bytes",
					MEDARK_QUERY_MAX);
	if (!medark_text_is_utf8(text))
		return medark_error_set(err, MEDARK_E_USAGE, "the query is not UTF-8");
	while (at < text.size) {
		size_t begin = at;

		if (is_space(text.data[at])) {
			at++;
			continue;
		}
		while (at < text.size && !is_space(text.data[at]))
			at++;
		if (out->count == MEDARK_QUERY_WORDS_MAX)
			return medark_error_set(err, MEDARK_E_USAGE, "a query has at most %d words",
						MEDARK_QUERY_WORDS_MAX);
		first = out->count ? first : begin;
		last = at;
		out->words[out->count++] = medark_bytes(text.data + begin, at - begin);
	}
	out->whole = medark_bytes(text.data + first, last - first);
	return 0;
}

size_t medark_query_compact(struct medark_bytes text, bool dots, uint8_t *out)
{
	size_t size = 0;

	for (size_t i = 0; i < text.size; i++)
		if (!is_space(text.data[i]) && !(dots && text.data[i] == '.'))
			out[size++] = text.data[i];
	return size;
}

/* Up to three runs of digits with one of `-/.` between. */
struct runs {
	unsigned count;
	size_t digits[3];
	unsigned value[3];
};

static bool split_runs(struct medark_bytes word, struct runs *out)
{
	memset(out, 0, sizeof(*out));
	out->count = 1;
	for (size_t i = 0; i < word.size; i++) {
		uint8_t c = word.data[i];

		if (is_digit(c) && out->digits[out->count - 1] < 8) {
			out->digits[out->count - 1]++;
			out->value[out->count - 1] =
				out->value[out->count - 1] * 10 + (unsigned)(c - '0');
		} else if ((c == '-' || c == '/' || c == '.') && out->count < 3) {
			out->count++;
		} else {
			return false;
		}
	}
	for (unsigned i = 0; i < out->count; i++)
		if (out->digits[i] == 0)
			return false;
	return true;
}

static void add(struct medark_query_births *out, unsigned year, unsigned month, unsigned day)
{
	char *to = out->digits[out->digits[0][0] != '\0'];

	if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return;
	(void)snprintf(to, sizeof(out->digits[0]), "%04u%02u%02u", year % 10000, month % 100,
		       day % 100);
}

static void add_month(struct medark_query_births *out, unsigned year, unsigned month)
{
	if (year >= 1000 && year <= 9999 && month >= 1 && month <= 12)
		(void)snprintf(out->digits[0], sizeof(out->digits[0]), "%04u%02u", year % 10000,
			       month % 100);
}

void medark_query_births(struct medark_bytes word, struct medark_query_births *out)
{
	struct runs r;
	unsigned v;

	*out = (struct medark_query_births) { 0 };
	if (!split_runs(word, &r))
		return;
	v = r.value[0];
	if (r.count == 3 && r.digits[0] == 4 && r.digits[1] <= 2 && r.digits[2] <= 2)
		add(out, v, r.value[1], r.value[2]);
	else if (r.count == 3 && r.digits[0] <= 2 && r.digits[1] <= 2 && r.digits[2] == 4)
		add(out, r.value[2], r.value[1], v);
	else if (r.count == 2 && r.digits[0] == 4 && r.digits[1] <= 2)
		add_month(out, v, r.value[1]);
	else if (r.count == 2 && r.digits[0] <= 2 && r.digits[1] == 4)
		add_month(out, r.value[1], v);
	else if (r.count == 1 && r.digits[0] == 4 && v >= 1000)
		(void)snprintf(out->digits[0], sizeof(out->digits[0]), "%04u", v % 10000);
	if (r.count != 1 || r.digits[0] != 8)
		return;
	add(out, v / 10000, v / 100 % 100, v % 100);
	add(out, v % 10000, v / 10000 % 100, v / 1000000);
}
