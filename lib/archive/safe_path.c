/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/safe_path.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

struct medark_path_parts medark_path_parts(struct medark_bytes path)
{
	return (struct medark_path_parts) { .rest = path };
}

bool medark_path_next(struct medark_path_parts *parts, struct medark_bytes *out)
{
	struct medark_bytes rest = parts->rest;
	const uint8_t *slash;

	if (parts->ended)
		return false;
	slash = rest.size ? memchr(rest.data, '/', rest.size) : NULL;
	if (!slash) {
		parts->ended = true;
		*out = rest;
		return true;
	}
	*out = medark_bytes(rest.data, (size_t)(slash - rest.data));
	parts->rest = medark_bytes(slash + 1, rest.size - out->size - 1);
	return true;
}

void medark_path_split(struct medark_bytes path, struct medark_bytes *out_folder,
		       struct medark_bytes *out_leaf)
{
	const uint8_t *slash = path.size ? memrchr(path.data, '/', path.size) : NULL;
	size_t at = slash ? (size_t)(slash - path.data) : 0;

	*out_folder = medark_bytes(path.data, at);
	*out_leaf = slash ? medark_bytes(slash + 1, path.size - at - 1) : path;
}

/* Bytes of the UTF-8 character at the front of `text`; 0 if it is none. */
static size_t character(struct medark_bytes text)
{
	for (size_t n = 1; n <= 4 && n <= text.size; n++)
		if (medark_text_is_utf8(medark_bytes(text.data, n)))
			return n;
	return 0;
}

/* Names that Windows keeps for devices, whatever follows a dot. */
static bool is_device(struct medark_bytes part)
{
	static const char *const names[] = { "con", "prn", "aux", "nul" };
	const uint8_t *dot = memchr(part.data, '.', part.size);
	size_t n = dot ? (size_t)(dot - part.data) : part.size;
	const char *text = (const char *)part.data;

	for (size_t i = 0; i < 4; i++)
		if (n == 3 && strncasecmp(text, names[i], 3) == 0)
			return true;
	return n == 4 && text[3] >= '1' && text[3] <= '9' &&
	       (strncasecmp(text, "com", 3) == 0 || strncasecmp(text, "lpt", 3) == 0);
}

/* Must the character at `at` (of a non-empty part) be encoded? */
static bool is_unsafe(struct medark_bytes part, size_t at, bool strict)
{
	uint8_t c = part.data[at];

	if (c < 0x20 || c == 0x7f)
		return true;
	if (c == '.' && (medark_bytes_is(part, ".") || medark_bytes_is(part, "..")))
		return true;
	if (!strict)
		return false;
	if (strchr(":<>\"|?*\\", c))
		return true;
	if (at + 1 == part.size && (c == '.' || c == ' '))
		return true;
	return at == 0 && is_device(part);
}

bool medark_safe_name(struct medark_bytes part, bool strict, char out[MEDARK_NAME_SIZE])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t at = 0, size = 0;
	bool changed = false;

	assert(part.size == 0 || !memchr(part.data, '/', part.size));
	while (at < part.size) {
		size_t n = character(medark_bytes(part.data + at, part.size - at));
		bool encode = n == 0 || is_unsafe(part, at, strict);
		size_t need = encode ? 3 : n;

		if (size + need > MEDARK_SAFE_NAME_MAX)
			break;
		if (encode) {
			out[size] = '%';
			out[size + 1] = digits[part.data[at] >> 4];
			out[size + 2] = digits[part.data[at] & 15];
			changed = true;
			n = 1;
		} else {
			memcpy(out + size, part.data + at, n);
		}
		size += need;
		at += n;
	}
	if (size == 0)
		out[size++] = '%';
	out[size] = '\0';
	return changed || at < part.size || part.size == 0;
}
