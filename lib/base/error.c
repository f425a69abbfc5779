/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message may quote hostile bytes (a member's name): no escape sequence may reach a terminal. */
static void defuse(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
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
}

int medark_error_prefix(struct medark_error *err, const char *fmt, ...)
{
	char rest[MEDARK_ERROR_MAX];
	size_t used;
	va_list ap;

	if (!err)
		return MEDARK_E_SYSTEM;
	memcpy(rest, err->message, sizeof(rest));
	va_start(ap, fmt);
	set_v(err, err->code, fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %.*s",
		       (int)(sizeof(rest) - 1), rest);
	return err->code;
}
