/* SPDX-License-Identifier: Apache-2.0 */
#include "service/cookie.h"

struct medark_bytes medark_cookie(struct medark_bytes field, const char *name)
{
	size_t size = strlen(name), at = 0;

	while (at < field.size) {
		const uint8_t *begin = field.data + at;
		const uint8_t *end = memchr(begin, ';', field.size - at);
		size_t length = end ? (size_t)(end - begin) : field.size - at;

		at += length + 1;
		while (length && *begin == ' ') {
			begin++;
			length--;
		}
		if (length > size && begin[size] == '=' && memcmp(begin, name, size) == 0)
			return medark_bytes(begin + size + 1, length - size - 1);
	}
	return medark_bytes(NULL, 0);
}
