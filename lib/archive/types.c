/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/types.h"

static bool is(const struct medark_types *t, uint32_t i, struct medark_bytes name)
{
	return t->sizes[i] == name.size && memcmp(t->names[i], name.data, name.size) == 0;
}

uint16_t medark_types_get(struct medark_types *t, struct medark_bytes name)
{
	if (name.size == 0)
		return 0;
	if (name.size > MEDARK_TYPE_NAME_MAX)
		name = medark_bytes_text("Other");
	if (t->last && is(t, t->last, name))
		return (uint16_t)t->last;
	for (uint32_t i = 1; i <= t->count; i++) {
		if (is(t, i, name)) {
			t->last = i;
			return (uint16_t)i;
		}
	}
	if (t->count == MEDARK_TYPES_MAX - 1)
		name = medark_bytes_text("Other");
	if (t->count == MEDARK_TYPES_MAX)
		return MEDARK_TYPES_MAX;
	t->count++;
	memcpy(t->names[t->count], name.data, name.size);
	t->names[t->count][name.size] = '\0';
	t->sizes[t->count] = (uint8_t)name.size;
	t->last = t->count;
	return (uint16_t)t->count;
}
