/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <string.h>

struct medark_bytes medark_http_header(const struct medark_http_response *response,
				       const char *name)
{
	struct medark_bytes rest = medark_bytes(response->headers.data, response->headers.size);
	struct medark_bytes found = medark_bytes(NULL, 0);
	size_t size = strlen(name);

	while (rest.size) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t line = (size_t)(end - rest.data);

		if (line > size && memcmp(rest.data, name, size) == 0 && rest.data[size] == ':') {
			found = medark_bytes(rest.data + size + 1, line - size - 1);
			while (found.size && (found.data[0] == ' ' || found.data[0] == '\t'))
				found = medark_bytes(found.data + 1, found.size - 1);
		}
		rest = medark_bytes(end + 1, rest.size - line - 1);
	}
	return found;
}
