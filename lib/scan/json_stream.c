/* SPDX-License-Identifier: Apache-2.0 */
/* The values of wanted members are copied chunk by chunk, for the bytes do not stay. */
#include "base/buffer.h"
#include "scan/json_machine.h"

struct medark_json_stream {
	struct medark_json_machine machine;
	struct medark_json_object object;
	struct medark_buffer values[MEDARK_JSON_KEYS_MAX];
	bool cut[MEDARK_JSON_KEYS_MAX];
};

int medark_json_stream_new(const struct medark_json_keys *keys, struct medark_json_stream **out,
			   struct medark_error *err)
{
	struct medark_json_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "a JSON stream");
	for (uint32_t i = 0; i < MEDARK_JSON_KEYS_MAX; i++)
		s->values[i] =
			(struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_JSON_STREAM_VALUE_MAX);
	medark_json_machine_init(&s->machine, keys, &s->object);
	*out = s;
	return 0;
}

void medark_json_stream_free(struct medark_json_stream *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < MEDARK_JSON_KEYS_MAX; i++)
		medark_buffer_clear(&s->values[i]);
	free(s);
}

/* Keeps the part of value [begin, end) that lies in the chunk of `size` bytes at `offset`. */
static int keep(struct medark_json_stream *s, uint32_t key, struct medark_json_value value,
		size_t offset, struct medark_bytes chunk, struct medark_error *err)
{
	struct medark_buffer *kept = &s->values[key];
	size_t begin = value.begin > offset ? value.begin - offset : 0;
	size_t end = value.end - offset;

	if (value.end - value.begin > MEDARK_JSON_STREAM_VALUE_MAX) {
		medark_buffer_clear(kept);
		s->cut[key] = true;
		return 0;
	}
	return medark_buffer_add(kept, chunk.data + begin, end - begin, err);
}

int medark_json_stream_add(struct medark_json_stream *s, const uint8_t *data, size_t size,
			   struct medark_error *err)
{
	struct medark_json_machine *m = &s->machine;
	struct medark_bytes chunk = medark_bytes(data, size);
	struct medark_json_value open = { 0, m->offset + size };
	size_t offset = m->offset;
	uint32_t key;

	if (size == 0)
		return 0;
	medark_json_machine_run(m, data, size);
	for (uint32_t i = 0; i < m->keys->count; i++)
		if (medark_json_get(&s->object, i).end > offset)
			MEDARK_TRY(keep(s, i, s->object.values[i], offset, chunk, err));
	key = medark_json_machine_open(m, &open.begin);
	if (key == MEDARK_JSON_KEYS_MAX)
		return 0;
	return keep(s, key, open, offset, chunk, err);
}

enum medark_json_status medark_json_stream_finish(struct medark_json_stream *s)
{
	return medark_json_machine_finish(&s->machine);
}

struct medark_bytes medark_json_stream_value(const struct medark_json_stream *s, uint32_t key,
					     bool *out_cut)
{
	bool present = medark_json_has(&s->object, key);

	if (out_cut)
		*out_cut = present && s->cut[key];
	return present ? medark_bytes(s->values[key].data, s->values[key].size)
		       : medark_bytes(NULL, 0);
}

bool medark_json_stream_repeated(const struct medark_json_stream *s)
{
	return s->object.repeated;
}
