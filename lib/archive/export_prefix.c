/* SPDX-License-Identifier: Apache-2.0 */
/* export_prefix: what stands in front of the items' paths where an export has several sources. */
#include "archive/export.h"

#include <stdio.h>

static const char *base_name(const char *path, size_t *out_size)
{
	size_t size = strlen(path);
	const char *begin;

	while (size > 1 && path[size - 1] == '/')
		size--;
	begin = path + size;
	while (begin > path && begin[-1] != '/')
		begin--;
	*out_size = (size_t)(path + size - begin);
	return begin;
}

/* Has any source this name and, behind it, this number? */
static bool is_name(const struct medark_export *e, struct medark_bytes name, unsigned number)
{
	char suffix[16];
	size_t size = (size_t)snprintf(suffix, sizeof(suffix), "~%u", number);

	for (size_t i = 0; i < e->source_count; i++) {
		struct medark_bytes other;

		other.data = (const uint8_t *)base_name(e->sources[i], &other.size);
		if (other.size == name.size + size &&
		    memcmp(other.data, name.data, name.size) == 0 &&
		    memcmp(other.data + name.size, suffix, size) == 0)
			return true;
	}
	return false;
}

/*
 * The items of one of several sources get its name in front; equal names a number behind, which
 * makes no other source's name.
 */
int medark_export_prefix(const struct medark_export *e, size_t i, struct medark_buffer *out,
			 struct medark_error *err)
{
	struct medark_bytes name, other;
	unsigned number = 1;

	out->size = 0;
	if (e->source_count > 1) {
		name.data = (const uint8_t *)base_name(e->sources[i], &name.size);
		for (size_t k = 0; k < i; k++) {
			other.data = (const uint8_t *)base_name(e->sources[k], &other.size);
			if (!medark_bytes_equal(other, name))
				continue;
			do
				number++;
			while (is_name(e, name, number));
		}
		MEDARK_TRY(medark_buffer_add(out, name.data, name.size, err));
		if (number > 1)
			MEDARK_TRY(medark_buffer_print(out, err, "~%u", number));
		MEDARK_TRY(medark_buffer_print(out, err, "/"));
	}
	return medark_buffer_add(out, "", 1, err);
}
