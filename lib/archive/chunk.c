/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/chunk.h"

#include "base/secret.h"

#include <string.h>

/* More than the text of the longest line that is held can give. */
#define TEXTS_MAX ((size_t)256 << 20)
#define KEYS_MAX                                                                                   \
	((size_t)MEDARK_CHUNK_RECORDS_MAX * MEDARK_RECORD_PATIENTS_MAX *                           \
	 sizeof(struct medark_chunk_key))
#define KEEP_MAX  ((size_t)256 << 10)
#define FIRST_MAX 256

void medark_chunk_init(struct medark_chunk *c)
{
	memset(c, 0, sizeof(*c));
	c->keys = (struct medark_buffer)MEDARK_BUFFER(KEYS_MAX);
	c->texts = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXTS_MAX);
}

void medark_chunk_clear(struct medark_chunk *c)
{
	free(c->records);
	medark_buffer_clear(&c->keys);
	medark_buffer_clear(&c->texts);
	medark_chunk_init(c);
}

static void empty(struct medark_buffer *b)
{
	b->size = 0;
	if (b->capacity > KEEP_MAX)
		medark_buffer_clear(b);
}

void medark_chunk_reset(struct medark_chunk *c)
{
	c->count = 0;
	c->last_type = c->last_type_size = 0;
	empty(&c->keys);
	empty(&c->texts);
}

int medark_chunk_add(struct medark_chunk *c, struct medark_chunk_record **out,
		     struct medark_error *err)
{
	/* Copied, for a loop of stores of its own takes longer to start than to run. */
	static const struct medark_chunk_record blank;

	if (c->count == c->max) {
		uint32_t max = c->max ? 2 * c->max : FIRST_MAX;
		struct medark_chunk_record *records = realloc(c->records, max * sizeof(*records));

		if (!records)
			return medark_error_memory(err, "records");
		c->records = records;
		c->max = max;
	}
	*out = &c->records[c->count++];
	**out = blank;
	return 0;
}

int medark_chunk_text(struct medark_chunk *c, struct medark_bytes text, uint32_t *out,
		      struct medark_error *err)
{
	*out = (uint32_t)c->texts.size;
	return medark_buffer_add(&c->texts, text.data, text.size, err);
}

int medark_chunk_type(struct medark_chunk *c, struct medark_chunk_record *r,
		      struct medark_bytes type, struct medark_error *err)
{
	if (!medark_bytes_equal(type, medark_chunk_view(c, c->last_type, c->last_type_size))) {
		MEDARK_TRY(medark_chunk_text(c, type, &c->last_type, err));
		c->last_type_size = (uint32_t)type.size;
	}
	r->type = c->last_type;
	r->type_size = c->last_type_size;
	return 0;
}
