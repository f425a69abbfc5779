/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_shapes.h"

#include "base/secret.h"

int medark_json_shapes_new(const struct medark_json_keys *keys, struct medark_json_shapes **out,
			   struct medark_error *err)
{
	struct medark_json_shapes *shapes = calloc(1, sizeof(*shapes));

	if (!shapes)
		return medark_error_memory(err, "the shapes of texts");
	shapes->keys = keys;
	*out = shapes;
	return 0;
}

void medark_json_shapes_free(struct medark_json_shapes *shapes)
{
	if (!shapes)
		return;
	/* Names that nobody knows may be anything. */
	for (size_t i = 0; i < 1 << MEDARK_JSON_SHAPES_LOG; i++)
		if (shapes->shapes[i].count)
			medark_secret_wipe(&shapes->shapes[i], sizeof(shapes->shapes[i]));
	free(shapes);
}

/* Where the scalars and the members of the outermost object are; false if they are too many. */
static bool find_tokens(struct medark_json_shape *shape, const uint8_t *kinds, size_t count)
{
	size_t depth = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t c = kinds[i];

		depth += (c == '{' || c == '[') - (size_t)(c == '}' || c == ']');
		if (c == MEDARK_JSON_SHAPE_SCALAR) {
			if (shape->scalar_count == MEDARK_JSON_SHAPE_SCALARS)
				return false;
			shape->scalars[shape->scalar_count++] = (uint16_t)i;
		} else if (c == ':' && depth == 1) {
			if (shape->member_count == MEDARK_JSON_SHAPE_MEMBERS)
				return false;
			shape->members[shape->member_count++].colon = (uint16_t)i;
		} else if (shape->member_count && ((c == ',' && depth == 1) || depth == 0)) {
			shape->members[shape->member_count - 1].end = (uint16_t)i;
		}
	}
	return true;
}

void medark_json_shape_learn(struct medark_json_shape *shape, const uint8_t *kinds, size_t count)
{
	shape->count = shape->scalar_count = shape->member_count = 0;
	if (!find_tokens(shape, kinds, count))
		return;
	memcpy(shape->kinds, kinds, count);
	memset(shape->kinds + count, 0, sizeof(shape->kinds) - count);
	shape->count = (uint32_t)count;
}
