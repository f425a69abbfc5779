/* SPDX-License-Identifier: Apache-2.0 */
#include <medark/csv.h>

#include "base/bytes.h"
#include "base/error.h"

static bool is_number(struct medark_bytes text)
{
	size_t i = text.size && (text.data[0] == '-' || text.data[0] == '+');

	for (; i < text.size; i++)
		if ((text.data[i] < '0' || text.data[i] > '9') && text.data[i] != '.')
			return false;
	return text.size > 0;
}

static bool is_formula(struct medark_bytes text)
{
	return text.size && strchr("=+-@\t\r\n", text.data[0]) && text.data[0] && !is_number(text);
}

int medark_csv_cell(bool is_first, const char *text, size_t size,
		    int (*write)(void *context, const void *data, size_t size), void *context)
{
	struct medark_bytes rest = medark_bytes(text, size);

	MEDARK_TRY(is_first ? write(context, "\"", 1) : write(context, ",\"", 2));
	if (is_formula(rest))
		MEDARK_TRY(write(context, "'", 1));
	for (;;) {
		const uint8_t *quote = rest.size ? memchr(rest.data, '"', rest.size) : NULL;
		size_t part = quote ? (size_t)(quote - rest.data) + 1 : rest.size;

		if (part)
			MEDARK_TRY(write(context, rest.data, part));
		if (!quote)
			break;
		MEDARK_TRY(write(context, "\"", 1));
		rest = medark_bytes(rest.data + part, rest.size - part);
	}
	return write(context, "\"", 1);
}
