/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine_content: the passes of json_engine_body.h that look at bytes again: numbers, strings
 * that are not plain ASCII, and the names of members.
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_CONTENT_H
#define MEDARK_SCAN_JSON_ENGINE_CONTENT_H

#include "scan/json_engine_lanes.h"

/* Pass 4: numbers and literals. */
TARGET static inline void check_scalars(struct engine *e, const struct chunk *c, size_t base)
{
	for (uint32_t blocks = c->scalars; blocks; blocks &= blocks - 1) {
		size_t i = (size_t)__builtin_ctz(blocks);

		for (uint64_t rest = c->scalar[i]; rest; rest &= rest - 1)
			e->bad |= !is_scalar(e->data, e->size,
					     base + 64 * i + (size_t)__builtin_ctzll(rest));
	}
}

/* Pass 5: what is rare, where it is: faults in strings, and UTF-8, also in the block behind. */
TARGET static inline void check_special(struct engine *e, const struct chunk *c, size_t base,
					size_t size)
{
	uint64_t blocks = c->special | (uint64_t)c->special << 1 | e->special;

	e->special = (unsigned)(blocks >> c->count & 1);
	for (blocks &= (UINT64_C(1) << c->count) - 1; blocks; blocks &= blocks - 1) {
		size_t i = (size_t)__builtin_ctzll(blocks), left = size - 64 * i;

		if ((c->special >> i & 1) && (c->faults[i] & c->string[i]))
			e->bad = true;
		if (!is_utf8(e->data, base + 64 * i, left < 64 ? left : 64))
			e->bad = true;
	}
}

/* data[begin, end) without the white space around it. */
TARGET static inline struct medark_json_value trim(const struct engine *e, size_t begin, size_t end)
{
	while (begin < end && medark_json_is_space(e->data[begin]))
		begin++;
	while (begin < end && medark_json_is_space(e->data[end - 1]))
		end--;
	return (struct medark_json_value) { begin, end };
}

/* The wanted member whose name is data[begin, end) with its quotes, or MEDARK_JSON_KEYS_MAX. */
TARGET static inline uint32_t find_key(const struct engine *e, size_t begin, size_t end)
{
	struct medark_json_value name = { begin, end };

	if (e->data[begin] != '"' || e->data[end - 1] != '"')
		name = trim(e, begin, end);
	/* Where no string stands the grammar is broken, and that is found elsewhere. */
	if (name.end - name.begin < 2)
		return MEDARK_JSON_KEYS_MAX;
	name.begin++;
	name.end--;
	if (e->escapes_seen && memchr(e->data + name.begin, '\\', name.end - name.begin))
		return find_escaped_name(e->members->keys, e->data, name.begin, name.end);
	return find_name(e->members->keys, e->data + name.begin, name.end - name.begin);
}

/* One member of the outermost object: from e->name_begin on, its colon and its end are given. */
TARGET static inline void note_member(struct engine *e, size_t colon, size_t end)
{
	struct medark_json_object *object = e->members->object;
	uint32_t key = find_key(e, e->name_begin, colon);
	struct medark_json_value value;

	e->name_begin = end + 1;
	if (key == MEDARK_JSON_KEYS_MAX)
		return;
	if (medark_json_has(object, key)) {
		if (!object->repeated)
			object->repeated_key = key;
		object->repeated = true;
		return;
	}
	value = trim(e, colon + 1, end);
	medark_json_put(object, key, value.begin + e->members->shift,
			value.end + e->members->shift);
}

/*
 * Pass 6: the members of the outermost object. Where colons and commas do not take turns the
 * grammar is broken, and what is noted is meaningless.
 */
TARGET static inline void note_members(struct engine *e, const struct chunk *c, size_t base)
{
	size_t i = 0;

	if (e->colon && c->member_count)
		note_member(e, e->colon, base + c->members[i++]);
	else if (e->colon)
		return;
	for (; i + 1 < c->member_count; i += 2)
		note_member(e, base + c->members[i], base + c->members[i + 1]);
	e->colon = i < c->member_count ? base + c->members[i] : 0;
}

#endif
