/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/openssl_error.h"

#include <openssl/err.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void medark_openssl_drain(void)
{
	ERR_clear_error();
}

/* The reason of the oldest entry; a system error carries an errno in place of a reason. */
static const char *reason_of(unsigned long entry, char *room, size_t size)
{
	const char *reason = NULL;

	if (!entry)
		return NULL;
	if (ERR_SYSTEM_ERROR(entry))
		return strerror_r(ERR_GET_REASON(entry), room, size);
	reason = ERR_reason_error_string(entry);
	return reason ? reason : "unknown reason";
}

int medark_openssl_error(struct medark_error *err, int code, const char *fmt, ...)
{
	unsigned long first = ERR_get_error();
	char text[MEDARK_ERROR_MAX], room[128];
	const char *reason = reason_of(first, room, sizeof(room));
	bool memory = false;
	va_list ap;

	for (unsigned long e = first; e; e = ERR_get_error())
		memory = memory || ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE;
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	if (memory)
		code = MEDARK_E_MEMORY;
	if (!reason)
		return medark_error_set(err, code, "%s", text);
	return medark_error_set(err, code, "%s: %s", text, reason);
}
