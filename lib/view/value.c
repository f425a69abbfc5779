/* SPDX-License-Identifier: Apache-2.0 */
#include "view/value.h"

#include "view/date.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 6 /* of values in values, and of names of names */
#define PATH_SIZE 128

struct walk {
	const struct medark_view_values *v;
	const struct medark_view_record *of;
	struct medark_buffer *out;
	int depth;
};

static int put_node(struct walk *w, const struct medark_json_node *n, struct medark_error *err);

/* ---- small things ---- */

/* A record may hold thousands of values, each of which refers to a long one: no more is of use. */
static bool is_full(const struct walk *w)
{
	return w->out->size >= MEDARK_VIEW_TEXT_MAX;
}

static int put(struct walk *w, struct medark_bytes text, struct medark_error *err)
{
	size_t room = is_full(w) ? 0 : MEDARK_VIEW_TEXT_MAX - w->out->size;

	if (text.size <= room || room == 0)
		return room ? medark_buffer_add(w->out, text.data, text.size, err) : 0;
	while (room && (text.data[room] & 0xc0) == 0x80) /* not within a character */
		room--;
	MEDARK_TRY(medark_buffer_add(w->out, text.data, room, err));
	return medark_buffer_text(w->out, "\xe2\x80\xa6", err); /* three bytes: it is full now */
}

static const struct medark_json_node *member(const struct walk *w, const struct medark_json_node *n,
					     const char *name)
{
	return medark_json_member(&w->of->tree, n, name);
}

static struct medark_bytes text_of(const struct walk *w, const struct medark_json_node *n,
				   const char *name)
{
	const struct medark_json_node *m = member(w, n, name);

	return m ? m->text : medark_bytes(NULL, 0);
}

/* What a path leads to, with something between. */
static int put_all(struct walk *w, const struct medark_json_node *from, const char *path,
		   const char *between, struct medark_error *err)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;
	size_t begin = w->out->size, before;

	medark_json_walk_init(&walk, &w->of->tree, from, path);
	while (!is_full(w) && (n = medark_json_walk_next(&walk))) {
		before = w->out->size;
		if (before > begin)
			MEDARK_TRY(medark_buffer_text(w->out, between, err));
		MEDARK_TRY(put_node(w, n, err));
		if (w->out->size == before + (before > begin ? strlen(between) : 0))
			w->out->size = before; /* it was empty */
	}
	return 0;
}

/* A part behind what stands there, if it is not empty. */
static int put_part(struct walk *w, const struct medark_json_node *from, const char *path,
		    size_t begin, const char *front, struct medark_error *err)
{
	size_t before = w->out->size;

	if (before > begin)
		MEDARK_TRY(medark_buffer_text(w->out, front, err));
	MEDARK_TRY(put_all(w, from, path, " ", err));
	if (w->out->size == before + (before > begin ? strlen(front) : 0))
		w->out->size = before;
	return 0;
}

/* ---- data types ---- */

static int put_concept(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	size_t begin = w->out->size;

	MEDARK_TRY(put(w, text_of(w, n, "text"), err));
	if (w->out->size == begin)
		MEDARK_TRY(put_all(w, n, "coding", ", ", err));
	return 0;
}

static int put_coding(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct medark_bytes display = text_of(w, n, "display");

	return put(w, display.size ? display : text_of(w, n, "code"), err);
}

static int put_quantity(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct medark_bytes unit = text_of(w, n, "unit");
	size_t begin = w->out->size;

	MEDARK_TRY(put(w, text_of(w, n, "comparator"), err));
	MEDARK_TRY(put_part(w, n, "value", begin, " ", err));
	return put_part(w, n, unit.size ? "unit" : "code", begin, " ", err);
}

static int put_pair(struct walk *w, const struct medark_json_node *n, const char *first,
		    const char *second, const char *between, struct medark_error *err)
{
	const struct medark_json_node *a = member(w, n, first), *b = member(w, n, second);
	struct medark_bytes unit = text_of(w, a, "unit");
	bool is_shared = w->v->is_page && b && unit.size && !member(w, a, "comparator") &&
			 medark_bytes_equal(unit, text_of(w, b, "unit"));

	/* "3.5 - 5.0 mmol/l" on a page: the unit of both once. */
	MEDARK_TRY(is_shared ? put_all(w, a, "value", " ", err) : put_all(w, n, first, " ", err));
	MEDARK_TRY(medark_buffer_text(w->out, between, err));
	return put_all(w, n, second, " ", err);
}

/* On a page the end of one that is over on the same day is a time: 14:55 - 15:05. */
static int put_period(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct medark_bytes start = text_of(w, n, "start"), end = text_of(w, n, "end");
	bool is_short = w->v->is_page && start.size >= 16 && start.size == end.size &&
			medark_view_is_date(start) && medark_view_is_date(end) &&
			memcmp(start.data, end.data, 10) == 0 &&
			memcmp(start.data + 16, end.data + 16, start.size - 16) == 0;

	if (!is_short)
		return put_pair(w, n, "start", "end", " \xe2\x80\x93 ", err);
	MEDARK_TRY(put_all(w, n, "start", " ", err));
	MEDARK_TRY(medark_buffer_text(w->out, " \xe2\x80\x93 ", err));
	return put(w, medark_bytes(end.data + 11, 5), err);
}

static int put_name(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct medark_bytes text = text_of(w, n, "text");
	size_t begin = w->out->size;

	if (text.size && !member(w, n, "family"))
		return put(w, text, err);
	MEDARK_TRY(put_part(w, n, "prefix", begin, " ", err));
	MEDARK_TRY(put_part(w, n, "given", begin, " ", err));
	return put_part(w, n, "family", begin, " ", err);
}

static int put_address(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	static const char *const parts[] = { "line", "postalCode", "city", "country" };
	size_t begin = w->out->size;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		MEDARK_TRY(put_part(w, n, parts[i], begin, i == 2 ? " " : ", ", err));
	return w->out->size > begin ? 0 : put(w, text_of(w, n, "text"), err);
}

/* How often, as far as it is structured (https://hl7.org/fhir/datatypes.html#Timing). */
static int put_timing(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	const struct medark_json_node *repeat = member(w, n, "repeat");
	size_t begin = w->out->size;

	MEDARK_TRY(put_part(w, n, "code", begin, " ", err));
	if (w->out->size > begin || !repeat)
		return 0;
	MEDARK_TRY(put_part(w, repeat, "frequency", begin, " ", err));
	if (member(w, repeat, "period")) {
		MEDARK_TRY(medark_buffer_print(w->out, err, " %s ",
					       medark_word(w->v->language, MEDARK_WORD_PER)));
		MEDARK_TRY(put_all(w, repeat, "period", " ", err));
		MEDARK_TRY(put_part(w, repeat, "periodUnit", begin, " ", err));
	}
	return put_part(w, repeat, "when", begin, " ", err);
}

static int put_dosage(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	static const char *const paths[] = { "doseAndRate.doseQuantity",
					     "doseAndRate.doseRange",
					     "doseQuantity",
					     "doseRange",
					     "timing",
					     "route",
					     "asNeededCodeableConcept",
					     "additionalInstruction",
					     "patientInstruction" };
	struct medark_bytes text = text_of(w, n, "text");
	size_t begin = w->out->size;

	if (text.size)
		return put(w, text, err);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		MEDARK_TRY(put_part(w, n, paths[i], begin, ", ", err));
	if (!medark_bytes_is(text_of(w, n, "asNeededBoolean"), "true"))
		return 0;
	if (w->out->size > begin)
		MEDARK_TRY(medark_buffer_text(w->out, ", ", err));
	return medark_buffer_text(w->out, medark_word(w->v->language, MEDARK_WORD_AS_NEEDED), err);
}

/* ---- references ---- */

static const struct medark_json_node *find_contained(const struct walk *w, struct medark_bytes id)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &w->of->tree, w->of->root, "contained");
	while ((n = medark_json_walk_next(&walk)))
		if (medark_bytes_equal(text_of(w, n, "id"), id))
			return n;
	return NULL;
}

/* What a resource is called: of the first of these that it has. */
static int put_called(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	static const char *const paths[] = {
		"name",	       "code",	"medicationCodeableConcept", "title",	     "type",
		"vaccineCode", "class", "deviceName.name",	     "practitioner", "description"
	};
	size_t begin = w->out->size;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && w->out->size == begin; i++) {
		const struct medark_json_node *first = medark_json_at(&w->of->tree, n, paths[i]);

		if (first)
			MEDARK_TRY(put_node(w, first, err));
	}
	return 0;
}

static int put_target(struct walk *w, struct medark_bytes reference, struct medark_error *err)
{
	const struct medark_view_record *other;
	struct walk there = *w;

	if (reference.size > 1 && reference.data[0] == '#') {
		const struct medark_json_node *n =
			find_contained(w, medark_bytes(reference.data + 1, reference.size - 1));

		return n ? put_called(w, n, err) : 0;
	}
	other = w->v->records ? medark_view_records_find(w->v->records, reference) : NULL;
	if (!other || !other->root)
		return 0;
	there.of = other;
	return put_called(&there, other->root, err);
}

static int put_reference(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct medark_bytes reference = text_of(w, n, "reference");
	size_t begin = w->out->size;

	MEDARK_TRY(put(w, text_of(w, n, "display"), err));
	if (w->out->size == begin && reference.size)
		MEDARK_TRY(put_target(w, reference, err));
	if (w->out->size == begin)
		MEDARK_TRY(put(w, reference, err));
	return w->out->size > begin ? 0 : put_all(w, n, "identifier.value", " ", err);
}

/* ---- anything ---- */

static int put_members(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	size_t begin = w->out->size, before;
	const struct medark_json_node *m;

	for (m = medark_json_first(&w->of->tree, n); m && !is_full(w);
	     m = medark_json_next_of(&w->of->tree, m)) {
		before = w->out->size;
		if (medark_bytes_is(m->name, "extension") || medark_bytes_is(m->name, "id"))
			continue;
		if (before > begin)
			MEDARK_TRY(medark_buffer_text(w->out, ", ", err));
		MEDARK_TRY(put_node(w, m, err));
		if (w->out->size <= before + 2)
			w->out->size = before;
	}
	return 0;
}

static int put_object(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	if (member(w, n, "reference"))
		return put_reference(w, n, err);
	if (member(w, n, "doseAndRate") || member(w, n, "timing") ||
	    member(w, n, "asNeededBoolean"))
		return put_dosage(w, n, err);
	if (member(w, n, "repeat"))
		return put_timing(w, n, err);
	if (member(w, n, "family") || member(w, n, "given"))
		return put_name(w, n, err);
	if (member(w, n, "city") || member(w, n, "line") || member(w, n, "postalCode"))
		return put_address(w, n, err);
	if (member(w, n, "coding") || member(w, n, "text"))
		return put_concept(w, n, err);
	if (member(w, n, "numerator"))
		return put_pair(w, n, "numerator", "denominator", " / ", err);
	if (member(w, n, "low") || member(w, n, "high"))
		return put_pair(w, n, "low", "high", " \xe2\x80\x93 ", err);
	if (member(w, n, "start") || member(w, n, "end"))
		return put_period(w, n, err);
	if (member(w, n, "value"))
		return put_quantity(w, n, err);
	if (member(w, n, "display") || member(w, n, "code"))
		return put_coding(w, n, err);
	if (member(w, n, "contentType") || member(w, n, "url"))
		return put(w, text_of(w, n, member(w, n, "title") ? "title" : "contentType"), err);
	return put_members(w, n, err);
}

static int put_array(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	const struct medark_json_node *m;
	size_t begin = w->out->size;

	for (m = medark_json_first(&w->of->tree, n); m && !is_full(w);
	     m = medark_json_next_of(&w->of->tree, m)) {
		if (w->out->size > begin)
			MEDARK_TRY(medark_buffer_text(w->out, ", ", err));
		MEDARK_TRY(put_node(w, m, err));
	}
	return 0;
}

/* A string, a number, true or false. */
static int put_scalar(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	enum medark_word word = n->kind == MEDARK_JSON_TRUE ? MEDARK_WORD_YES : MEDARK_WORD_NO;

	if (!w->v->is_page || n->kind == MEDARK_JSON_NUMBER)
		return put(w, n->text, err);
	if (n->kind != MEDARK_JSON_STRING)
		return put(w, medark_bytes_text(medark_word(w->v->language, word)), err);
	return medark_view_is_date(n->text) && !is_full(w)
		       ? medark_view_date(w->v->language, n->text, w->out, err)
		       : put(w, n->text, err);
}

static int put_node(struct walk *w, const struct medark_json_node *n, struct medark_error *err)
{
	struct walk inside = *w;

	if (++inside.depth > DEPTH_MAX)
		return 0;
	switch (n->kind) {
	case MEDARK_JSON_STRING:
	case MEDARK_JSON_NUMBER:
	case MEDARK_JSON_TRUE:
	case MEDARK_JSON_FALSE:
		return put_scalar(w, n, err);
	case MEDARK_JSON_OBJECT_BEGIN:
		return put_object(&inside, n, err);
	case MEDARK_JSON_ARRAY_BEGIN:
		return put_array(&inside, n, err);
	default:
		return 0;
	}
}

/* The path in front of the next bar, and *paths behind it; false: no more. */
static bool next_path(const char **paths, char path[PATH_SIZE])
{
	size_t size = strcspn(*paths, "|");

	if (!**paths || size >= PATH_SIZE)
		return false;
	memcpy(path, *paths, size);
	path[size] = '\0';
	*paths += size + ((*paths)[size] == '|');
	return true;
}

const struct medark_json_node *medark_view_find(const struct medark_view_record *of,
						const struct medark_json_node *from,
						const char *paths)
{
	const struct medark_json_node *found = NULL;
	char path[PATH_SIZE];

	while (!found && next_path(&paths, path))
		found = medark_json_at(&of->tree, from, path);
	return found;
}

int medark_view_field(const struct medark_view_values *v, const struct medark_view_record *of,
		      const struct medark_json_node *from, const char *paths,
		      struct medark_buffer *out, struct medark_error *err)
{
	struct walk w = { .v = v, .of = of, .out = out };
	size_t begin = out->size;
	char path[PATH_SIZE];

	while (out->size == begin && next_path(&paths, path))
		MEDARK_TRY(put_all(&w, from, path, "; ", err));
	return 0;
}

int medark_view_name(const struct medark_view_values *v, const struct medark_view_record *record,
		     struct medark_buffer *out, struct medark_error *err)
{
	struct walk w = { .v = v, .of = record, .out = out };
	size_t begin = out->size;

	if (record->root)
		MEDARK_TRY(put_called(&w, record->root, err));
	if (out->size > begin)
		return 0;
	MEDARK_TRY(put(&w, record->type, err));
	MEDARK_TRY(medark_buffer_text(out, "/", err));
	return put(&w, record->id, err);
}
