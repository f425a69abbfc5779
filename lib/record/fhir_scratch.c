/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_scratch.h"

#include "base/secret.h"
#include "scan/json.h"

#define BLOCK_SIZE ((size_t)16 << 10)

struct medark_fhir_block {
	struct medark_fhir_block *next;
	size_t size;
	uint8_t data[];
};

static void drop_blocks(struct medark_fhir_scratch *s, struct medark_fhir_block *keep)
{
	while (s->blocks != keep) {
		struct medark_fhir_block *next = s->blocks->next;

		medark_secret_wipe(s->blocks->data, s->blocks->size);
		free(s->blocks);
		s->blocks = next;
	}
	s->used = 0;
}

void medark_fhir_scratch_clear(struct medark_fhir_scratch *s)
{
	drop_blocks(s, NULL);
}

void medark_fhir_scratch_reset(struct medark_fhir_scratch *s)
{
	struct medark_fhir_block *last = s->blocks;

	s->used = 0;
	if (!last)
		return;
	while (last->next)
		last = last->next;
	drop_blocks(s, last->size == BLOCK_SIZE ? last : NULL);
}

int medark_fhir_scratch_take(struct medark_fhir_scratch *s, size_t size, uint8_t **out,
			     struct medark_error *err)
{
	if (!s->blocks || s->blocks->size - s->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
		struct medark_fhir_block *block = malloc(sizeof(*block) + room);

		if (!block)
			return medark_error_memory(err, "the texts of a record");
		block->next = s->blocks;
		block->size = room;
		s->blocks = block;
		s->used = 0;
	}
	*out = s->blocks->data + s->used;
	s->used += size;
	return 0;
}

int medark_fhir_scratch_copy(struct medark_fhir_scratch *s, struct medark_bytes text,
			     struct medark_bytes *out, struct medark_error *err)
{
	uint8_t *copy = NULL;

	MEDARK_TRY(medark_fhir_scratch_take(s, text.size, &copy, err));
	if (text.size)
		memcpy(copy, text.data, text.size);
	*out = medark_bytes(copy, text.size);
	return 0;
}

/*
 * libxml2 leaves '&' in an attribute's value as "&#38;" as long as it is not asked to substitute
 * entities, and decodes everything else.
 */
static size_t decode_ampersands(uint8_t *text, size_t size)
{
	static const char escaped[] = "&#38;";
	size_t out = 0;

	for (size_t in = 0; in < size; out++) {
		bool found = medark_bytes_starts(medark_bytes(text + in, size - in), escaped);

		text[out] = text[in];
		in += found ? sizeof(escaped) - 1 : 1;
	}
	return out;
}

int medark_fhir_text_keep(struct medark_fhir_scratch *s, const struct medark_fhir_text *text,
			  size_t max, struct medark_bytes *out, struct medark_error *err)
{
	uint8_t *copy = NULL;

	*out = medark_bytes(NULL, 0);
	/* An escape makes at most six bytes of one. */
	if (text->raw.size > 6 * max)
		return 1;
	if (text->form == MEDARK_FHIR_PLAIN) {
		if (text->raw.size > max)
			return 1;
		*out = text->raw;
		return 0;
	}
	MEDARK_TRY(medark_fhir_scratch_take(s, text->raw.size, &copy, err));
	if (text->form == MEDARK_FHIR_ESCAPED) {
		out->size = medark_json_decode(text->raw, copy);
	} else {
		if (text->raw.size)
			memcpy(copy, text->raw.data, text->raw.size);
		out->size = decode_ampersands(copy, text->raw.size);
	}
	out->data = copy;
	if (out->size <= max)
		return 0;
	*out = medark_bytes(NULL, 0);
	return 1;
}

int medark_fhir_string_keep(struct medark_fhir_scratch *s, struct medark_bytes value, size_t max,
			    struct medark_bytes *out, struct medark_error *err)
{
	struct medark_fhir_text text = { .form = MEDARK_FHIR_ESCAPED };
	int rc;

	*out = medark_bytes(NULL, 0);
	if (value.size < 2 || value.data[0] != '"')
		return 0;
	text.raw = medark_bytes(value.data + 1, value.size - 2);
	rc = medark_fhir_text_keep(s, &text, max, out, err);
	return rc < 0 ? rc : 0;
}
