/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_visit.h"

/* No element of FHIR has a longer name, escapes included; a longer one is unknown. */
#define NAME_MAX_SIZE 256

struct walk {
	struct medark_json_reader reader;
	const struct medark_fhir_visitor *visitor;
};

static int walk_value(struct walk *w, struct medark_bytes name, enum medark_json_token token,
		      struct medark_error *err);

static int not_json(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "the record is not valid JSON");
}

/* Leaves the object whose '{' was just read. */
static int leave_object(struct walk *w, struct medark_error *err)
{
	uint32_t depth = w->reader.depth;

	while (w->reader.depth >= depth) {
		enum medark_json_token token = medark_json_next(&w->reader);

		if (token == MEDARK_JSON_BAD || token == MEDARK_JSON_END)
			return not_json(err);
	}
	return 0;
}

/* The name of the member that was just read; empty if it is too long to be wanted. */
static struct medark_bytes member_name(const struct medark_json_reader *r, uint8_t *buffer)
{
	if (r->raw.size > NAME_MAX_SIZE)
		return medark_bytes(NULL, 0);
	return r->escaped ? medark_bytes(buffer, medark_json_decode(r->raw, buffer)) : r->raw;
}

static int walk_object(struct walk *w, struct medark_bytes name, struct medark_error *err)
{
	const struct medark_fhir_visitor *v = w->visitor;
	int rc = v->begin(v->context, name, err);

	if (rc < 0)
		return rc;
	if (rc > 0)
		return leave_object(w, err);
	for (;;) {
		enum medark_json_token token = medark_json_next(&w->reader);
		uint8_t buffer[NAME_MAX_SIZE];
		struct medark_bytes key;

		if (token == MEDARK_JSON_OBJECT_END)
			return v->end(v->context, err);
		if (token != MEDARK_JSON_KEY)
			return not_json(err);
		key = member_name(&w->reader, buffer);
		if (key.size && key.data[0] == '_')
			key = medark_bytes(key.data + 1, key.size - 1);
		MEDARK_TRY(walk_value(w, key, medark_json_next(&w->reader), err));
	}
}

static int walk_array(struct walk *w, struct medark_bytes name, struct medark_error *err)
{
	for (;;) {
		enum medark_json_token token = medark_json_next(&w->reader);

		if (token == MEDARK_JSON_ARRAY_END)
			return 0;
		MEDARK_TRY(walk_value(w, name, token, err));
	}
}

static int walk_primitive(struct walk *w, struct medark_bytes name, struct medark_error *err)
{
	const struct medark_fhir_visitor *v = w->visitor;
	struct medark_fhir_text text = {
		.raw = w->reader.raw,
		.form = w->reader.escaped ? MEDARK_FHIR_ESCAPED : MEDARK_FHIR_PLAIN,
	};
	int rc = v->begin(v->context, name, err);

	if (rc)
		return rc < 0 ? rc : 0;
	MEDARK_TRY(v->value(v->context, &text, err));
	return v->end(v->context, err);
}

static int walk_value(struct walk *w, struct medark_bytes name, enum medark_json_token token,
		      struct medark_error *err)
{
	switch (token) {
	case MEDARK_JSON_OBJECT_BEGIN:
		return walk_object(w, name, err);
	case MEDARK_JSON_ARRAY_BEGIN:
		return walk_array(w, name, err);
	case MEDARK_JSON_STRING:
	case MEDARK_JSON_NUMBER:
	case MEDARK_JSON_TRUE:
	case MEDARK_JSON_FALSE:
		return walk_primitive(w, name, err);
	case MEDARK_JSON_NULL:
		return 0;
	default:
		return not_json(err);
	}
}

int medark_fhir_walk_json(struct medark_bytes value, struct medark_bytes name,
			  const struct medark_fhir_visitor *v, struct medark_error *err)
{
	struct walk w;

	w.visitor = v;
	medark_json_reader_init(&w.reader, value);
	return walk_value(&w, name, medark_json_next(&w.reader), err);
}

uint8_t medark_fhir_step(const struct medark_fhir_step *steps, size_t count, uint8_t from,
			 struct medark_bytes name)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].from != from)
			continue;
		if (!steps[i].name || medark_bytes_is(name, steps[i].name))
			return steps[i].to;
	}
	return 0;
}

bool medark_fhir_members(struct medark_bytes object, const char *const *names, size_t count,
			 struct medark_bytes *out)
{
	struct medark_json_reader r;
	bool once = true;

	memset(out, 0, count * sizeof(*out));
	medark_json_reader_init(&r, object);
	if (medark_json_next(&r) != MEDARK_JSON_OBJECT_BEGIN)
		return false;
	while (medark_json_next(&r) == MEDARK_JSON_KEY) {
		uint8_t buffer[NAME_MAX_SIZE];
		struct medark_bytes name = member_name(&r, buffer), value;
		size_t i = 0;

		if (!medark_json_skip(&r, &value))
			return false;
		while (i < count && !medark_bytes_is(name, names[i]))
			i++;
		if (i == count)
			continue;
		once = once && out[i].size == 0;
		if (out[i].size == 0)
			out[i] = value;
	}
	return once;
}
