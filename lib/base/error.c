/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A control: C0, DEL, or C1 (U+0080 to U+009F), which a terminal obeys as it does an escape. */
static bool is_control(const unsigned char *p, size_t size)
{
	return size == 1 ? *p < 0x20 || *p == 0x7f : size == 2 && p[0] == 0xc2 && p[1] < 0xa0;
}

/*
 * A message may quote hostile bytes (a member's name): no escape sequence may reach a terminal, and
 * what is no UTF-8 (also a character that the end of the buffer cut) nobody.
 */
static void defuse(char *text)
{
	const unsigned char *from = (const unsigned char *)text, *end = from + strlen(text);
	unsigned char *to = (unsigned char *)text;

	while (from < end) {
		size_t size = medark_utf8_sequence(from, (size_t)(end - from));

		if (size == 0 || is_control(from, size)) {
			*to++ = '?';
			from += size ? size : 1;
			continue;
		}
		memmove(to, from, size);
		to += size;
		from += size;
	}
	*to = '\0';
}

MEDARK_PRINTF(3, 0)
static void set_v(struct medark_error *err, int code, const char *fmt, va_list ap)
{
	if (!err)
		return;
	err->code = code;
	if (vsnprintf(err->message, sizeof(err->message), fmt, ap) < 0)
		err->message[0] = '\0';
	defuse(err->message);
}

void medark_error_fill(struct medark_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_v(err, code, fmt, ap);
	va_end(ap);
}

void medark_error_fill_errno(struct medark_error *err, int saved_errno, const char *fmt, ...)
{
	char text[128];
	size_t used;
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	set_v(err, MEDARK_E_SYSTEM, fmt, ap);
	va_end(ap);
	/* The GNU strerror_r() may return a static string instead of filling the buffer. */
	const char *reason = strerror_r(saved_errno, text, sizeof(text));
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s", reason);
	defuse(err->message);
}

int medark_error_prefix(struct medark_error *err, int code, const char *fmt, ...)
{
	char rest[MEDARK_ERROR_MAX];
	size_t used;
	va_list ap;

	if (!err)
		return code;
	memcpy(rest, err->message, sizeof(rest));
	va_start(ap, fmt);
	set_v(err, code, fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %.*s",
		       (int)(sizeof(rest) - 1), rest);
	defuse(err->message);
	return code;
}
