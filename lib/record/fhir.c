/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir.h"

#include "base/secret.h"
#include "record/fhir_reference.h"
#include "record/fhir_state.h"
#include "scan/json_token.h"

#include <assert.h>
#include <pthread.h>

static struct medark_json_keys keys;

/* The names of the recogniser's own keys; returns how many. */
static size_t own_names(const char *names[MEDARK_JSON_KEYS_MAX])
{
	size_t count = MEDARK_FHIR_KEY_MEMBERS + medark_compartment_member_count;

	assert(count <= MEDARK_JSON_KEYS_MAX);
	names[MEDARK_FHIR_KEY_TYPE] = "resourceType";
	names[MEDARK_FHIR_KEY_ID] = "id";
	names[MEDARK_FHIR_KEY_META] = "meta";
	names[MEDARK_FHIR_KEY_CONTAINED] = "contained";
	memcpy(&names[MEDARK_FHIR_KEY_DATES], medark_fhir_date_names,
	       sizeof(medark_fhir_date_names));
	memcpy(&names[MEDARK_FHIR_KEY_MEMBERS], medark_compartment_members,
	       medark_compartment_member_count * sizeof(*names));
	return count;
}

static void init_keys(void)
{
	const char *names[MEDARK_JSON_KEYS_MAX];
	int rc = medark_json_keys_init(&keys, names, own_names(names), NULL);

	assert(rc == 0);
	(void)rc;
}

const struct medark_json_keys *medark_fhir_keys(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init_keys);
	return &keys;
}

/* The recogniser's own keys, with the caller's names behind them. */
static int widen(struct medark_fhir *fhir, const char *const *more, size_t count,
		 struct medark_error *err)
{
	const char *names[MEDARK_JSON_KEYS_MAX];
	size_t own = own_names(names);

	if (count > MEDARK_JSON_KEYS_MAX - own)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %zu member names",
					MEDARK_JSON_KEYS_MAX - own);
	fhir->wider = calloc(1, sizeof(*fhir->wider));
	if (!fhir->wider)
		return medark_error_memory(err, "a FHIR recogniser");
	fhir->keys = fhir->wider;
	memcpy(&names[own], more, count * sizeof(*names));
	return medark_json_keys_init(fhir->wider, names, own + count, err);
}

int medark_fhir_new_with(const char *const *names, size_t count, struct medark_fhir **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_fhir_free) struct medark_fhir *fhir = calloc(1, sizeof(*fhir));

	if (!fhir)
		return medark_error_memory(err, "a FHIR recogniser");
	fhir->keys = medark_fhir_keys();
	if (count)
		MEDARK_TRY(widen(fhir, names, count, err));
	MEDARK_TRY(medark_json_shapes_new(fhir->keys, &fhir->shapes, err));
	*out = MEDARK_TAKE(fhir);
	return 0;
}

int medark_fhir_new(struct medark_fhir **out, struct medark_error *err)
{
	return medark_fhir_new_with(NULL, 0, out, err);
}

void medark_fhir_free(struct medark_fhir *fhir)
{
	if (!fhir)
		return;
	medark_fhir_scratch_clear(&fhir->scratch);
	medark_fhir_scratch_clear(&fhir->document);
	medark_json_shapes_free(fhir->shapes);
	free(fhir->wider);
	free(fhir->entries);
	medark_secret_wipe(fhir->seen, sizeof(fhir->seen));
	free(fhir);
}

/* The members of the resource, from a text in memory or from a stream. */
struct members {
	const uint8_t *text;
	const struct medark_json_object *object;
	const struct medark_json_stream *stream; /* NULL: text and object */
};

/* The value of a member; empty if it is absent. *out_cut: it is there, but too long to be kept. */
static struct medark_bytes member(const struct members *m, uint32_t key, bool *out_cut)
{
	const struct medark_json_value *value;

	*out_cut = false;
	if (m->stream)
		return medark_json_stream_value(m->stream, key, out_cut);
	if (!medark_json_has(m->object, key))
		return medark_bytes(NULL, 0);
	value = &m->object->values[key];
	return medark_bytes(m->text + value->begin, value->end - value->begin);
}

/* The first member from `key` on that may be there; MEDARK_JSON_KEYS_MAX if there is none. */
static uint32_t next_member(const struct members *m, uint32_t key)
{
	if (m->stream)
		return key;
	for (uint32_t i = key / 64; i < MEDARK_JSON_KEYS_MAX / 64; i++, key = 64 * i) {
		uint64_t there = m->object->present[i] >> (key % 64);

		if (there)
			return key + (uint32_t)__builtin_ctzll(there);
	}
	return MEDARK_JSON_KEYS_MAX;
}

/* The text of a JSON string; false if the value is anything else. */
static bool string_text(struct medark_bytes value, struct medark_fhir_text *out)
{
	if (value.size < 2 || value.data[0] != '"')
		return false;
	out->raw = medark_bytes(value.data + 1, value.size - 2);
	out->form = out->raw.size && memchr(out->raw.data, '\\', out->raw.size)
			    ? MEDARK_FHIR_ESCAPED
			    : MEDARK_FHIR_PLAIN;
	return true;
}

static int read_type(struct medark_fhir *fhir, const struct members *m, bool *out_usable,
		     struct medark_error *err)
{
	struct medark_bytes type = { 0 };
	struct medark_fhir_text text;
	bool cut;

	if (string_text(member(m, MEDARK_FHIR_KEY_TYPE, &cut), &text)) {
		int rc = medark_fhir_text_keep(&fhir->scratch, &text, MEDARK_FHIR_KEY_MAX, &type,
					       err);

		if (rc < 0)
			return rc;
	}
	*out_usable = medark_fhir_facts_type(fhir, type);
	return 0;
}

static int read_id(struct medark_fhir *fhir, const struct members *m, struct medark_error *err)
{
	struct medark_fhir_text text;
	bool cut;
	struct medark_bytes value = member(m, MEDARK_FHIR_KEY_ID, &cut);
	int rc = cut;

	if (string_text(value, &text))
		rc = medark_fhir_text_keep(&fhir->scratch, &text, MEDARK_FHIR_ID_MAX,
					   &fhir->record->id, err);
	else if (value.size)
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_SYNTAX);
	if (rc > 0)
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_TOO_LARGE);
	return rc < 0 ? rc : 0;
}

static uint32_t string_date(struct medark_bytes value)
{
	struct medark_fhir_text text;

	return string_text(value, &text) ? medark_fhir_date_parse(text.raw) : 0;
}

/* A date, or a Period's start. */
static uint32_t value_date(struct medark_bytes value)
{
	static const char *const start[] = { "start" };
	static const char usual[] = "{\"start\":\"";
	struct medark_bytes found;

	if (value.size && value.data[0] == '"')
		return string_date(value);
	if (medark_bytes_starts(value, usual)) {
		const uint8_t *text = value.data + sizeof(usual) - 1;
		const uint8_t *quote = memchr(text, '"', value.size - sizeof(usual) + 1);

		return quote ? medark_fhir_date_parse(medark_bytes(text, (size_t)(quote - text)))
			     : 0;
	}
	(void)medark_fhir_members(value, start, 1, &found);
	return string_date(found);
}

/* What stands behind the next `name` and a quote in [at, end), or NULL. */
static const uint8_t *find_name(const uint8_t *at, const uint8_t *end, const char *name)
{
	const uint8_t *begin = at;
	size_t n = strlen(name);

	/* Member names end in a quote, and few of a text's quotes follow the name's last letter. */
	while ((at = memchr(at, name[n - 1], (size_t)(end - at)))) {
		at++;
		if (at < end && *at == '"' && (size_t)(at - begin) > n &&
		    memcmp(at - n, name, n) == 0)
			return at + 1;
	}
	return NULL;
}

/* May `name` stand in the value? Quick where it does not; an escape might hide it. */
static bool may_hold(struct medark_bytes value, const char *name)
{
	return find_name(value.data, value.data + value.size, name) ||
	       memchr(value.data, '\\', value.size);
}

/* Takes `prefix` and a text without escapes up to its quote off the front; false if not there. */
static inline bool take_text(struct medark_bytes *rest, const char *prefix,
			     struct medark_bytes *out)
{
	const uint8_t *text, *quote, *end = rest->data + rest->size;
	uint64_t seen = 0;

	if (!medark_bytes_starts(*rest, prefix))
		return false;
	text = rest->data + strlen(prefix);
	quote = medark_json_plain(text, end, &seen);
	if (quote == end || *quote != '"')
		return false;
	*out = medark_bytes(text, (size_t)(quote - text));
	*rest = medark_bytes(quote, (size_t)(end - quote));
	return true;
}

/* Meta.lastUpdated, first or behind versionId as most servers write it, or anywhere. */
static uint32_t updated_date(struct medark_bytes meta)
{
	static const char *const updated[] = { "lastUpdated" };
	struct medark_bytes rest = meta, text, found;
	bool usual;

	if (!meta.size)
		return 0;
	usual = take_text(&rest, "{\"versionId\":\"", &text)
			? take_text(&rest, "\",\"lastUpdated\":\"", &text)
			: take_text(&rest, "{\"lastUpdated\":\"", &text);
	if (usual)
		return medark_fhir_date_parse(text);
	if (!may_hold(meta, updated[0]))
		return 0;
	(void)medark_fhir_members(meta, updated, 1, &found);
	return string_date(found);
}

static void read_dates(struct medark_record *out, const struct members *m)
{
	uint32_t end = MEDARK_FHIR_KEY_DATES + MEDARK_FHIR_DATE_COUNT;
	bool cut;

	out->updated = updated_date(member(m, MEDARK_FHIR_KEY_META, &cut));
	for (uint32_t key = MEDARK_FHIR_KEY_DATES; key < end && !out->date; key++) {
		struct medark_bytes value;

		key = next_member(m, key);
		value = key < end ? member(m, key, &cut) : medark_bytes(NULL, 0);
		if (value.size)
			out->date = value_date(value);
	}
}

/* Of the bytes of {"reference":"Type/id"}. */
enum { LETTER = 1, ID = 2 };

static const uint8_t kinds[256] = {
	['-'] = ID,
	['.'] = ID,
	['0' ... '9'] = ID,
	['A' ... 'Z'] = LETTER | ID,
	['a' ... 'z'] = LETTER | ID,
};

/* The bytes of `kind` from *at on; passes them. */
static struct medark_bytes pass(const uint8_t **at, const uint8_t *end, uint8_t kind)
{
	const uint8_t *begin = *at, *p = begin;

	while (p < end && (kinds[*p] & kind))
		p++;
	*at = p;
	return medark_bytes(begin, (size_t)(p - begin));
}

/*
 * What {"reference":"Type/id"} names, alone or followed by "display", without white space: as most
 * servers write the most frequent members by far. Returns what stands behind it, or NULL: look
 * properly.
 */
static const uint8_t *pass_reference(struct medark_bytes text, struct medark_fhir_reference *out)
{
	static const char usual[] = "{\"reference\":\"", display[] = "\",\"display\":\"";
	const uint8_t *at, *end = text.data + text.size, *begin;
	uint64_t seen = 0;

	if (!medark_bytes_starts(text, usual))
		return NULL;
	begin = at = text.data + sizeof(usual) - 1;
	out->type = pass(&at, end, LETTER);
	if (out->type.size - 1 >= MEDARK_FHIR_TYPE_MAX || out->type.data[0] > 'Z' || at == end ||
	    *at++ != '/')
		return NULL;
	out->id = pass(&at, end, ID);
	if (out->id.size == 0 || at - begin > MEDARK_FHIR_ID_MAX)
		return NULL;
	out->kind = MEDARK_FHIR_REFERENCE_LITERAL;
	if (medark_bytes_starts(medark_bytes(at, (size_t)(end - at)), display))
		at = medark_json_plain(at + sizeof(display) - 1, end, &seen);
	return end - at >= 2 && at[0] == '"' && at[1] == '}' ? at + 2 : NULL;
}

/* pass_reference() of all of a value, also as the only element of an array. */
static bool plain_reference(struct medark_bytes value, struct medark_fhir_reference *out)
{
	if (value.size > 2 && value.data[0] == '[')
		value = medark_bytes(value.data + 1, value.size - 2);
	return pass_reference(value, out) == value.data + value.size;
}

/*
 * plain_reference(), and then whether it names a patient, and by which id. The same text as in a
 * record before, as most are, is only compared.
 */
static bool plain_patient(struct medark_fhir_seen *seen, struct medark_bytes value,
			  bool *out_is_patient, struct medark_bytes *out_id)
{
	struct medark_fhir_reference reference;

	if (seen->size != value.size || memcmp(seen->text, value.data, value.size) != 0) {
		if (!plain_reference(value, &reference))
			return false;
		*out_is_patient = medark_bytes_is(reference.type, "Patient");
		*out_id = reference.id;
		if (value.size > sizeof(seen->text))
			return true;
		memcpy(seen->text, value.data, value.size);
		seen->size = value.size;
		seen->is_patient = *out_is_patient;
		seen->id_begin = (size_t)(reference.id.data - value.data);
		seen->id_size = reference.id.size;
		return true;
	}
	*out_is_patient = seen->is_patient;
	*out_id = medark_bytes(value.data + seen->id_begin, seen->id_size);
	return true;
}

/* Is `name`, before `behind`, the first member of a value that is an object, or of its first one?
 */
static bool is_first_member(struct medark_bytes value, const uint8_t *behind, const char *name)
{
	const char *begin = value.data[0] == '[' ? "[{\"" : "{\"";

	return medark_bytes_starts(value, begin) &&
	       behind == value.data + strlen(begin) + strlen(name) + 1;
}

/*
 * Must the walker look for patients in a member, given its path? Not where its last element is
 * nowhere, or everywhere a plain reference: to something else, or to a patient if it is the first
 * thing in the member, where it is on the path for sure. *out_patient is that one's id, or empty.
 * An escape might hide an element.
 */
static bool must_walk(struct medark_bytes value, const struct medark_compartment_path *path,
		      struct medark_bytes *out_patient)
{
	const uint8_t *at = value.data, *end = value.data + value.size;
	const char *name = path->segments[path->depth - 1];

	*out_patient = medark_bytes(NULL, 0);
	while ((at = find_name(at, end, name))) {
		bool on_path = path->depth == 2 && is_first_member(value, at, name);
		struct medark_fhir_reference reference;

		if (at == end || *at != ':')
			return true;
		at = pass_reference(medark_bytes(at + 1, (size_t)(end - at) - 1), &reference);
		if (!at)
			return true;
		if (!medark_bytes_is(reference.type, "Patient"))
			continue;
		if (!on_path)
			return true;
		*out_patient = reference.id;
	}
	return memchr(value.data, '\\', value.size) != NULL;
}

/* One member with the paths from `path` on that begin with it. */
static int read_member(struct medark_fhir *fhir, const struct medark_compartment_path *path,
		       bool only_path, struct medark_bytes value, struct medark_error *err)
{
	struct medark_patient_key key = { .kind = MEDARK_PATIENT_ID };
	struct medark_fhir_seen *seen = &fhir->seen[path - fhir->compartment->paths];
	struct medark_fhir_visitor v;
	bool is_patient;

	if (only_path && path->depth == 1 && plain_patient(seen, value, &is_patient, &key.text)) {
		if (is_patient)
			medark_fhir_facts_patient(fhir, &key);
		return 0;
	}
	if (only_path && path->depth > 1 && !must_walk(value, path, &key.text)) {
		if (key.text.size)
			medark_fhir_facts_patient(fhir, &key);
		return 0;
	}
	v = medark_fhir_facts_visitor(fhir);
	return medark_fhir_walk_json(value, medark_bytes_text(path->segments[0]), &v, err);
}

/* The members of the type's compartment, in the order of the text. */
static int read_members(struct medark_fhir *fhir, const struct members *m, struct medark_error *err)
{
	const struct medark_compartment *c = fhir->compartment;
	struct {
		struct medark_bytes value;
		size_t path;
		bool only;
	} found[MEDARK_COMPARTMENT_PATHS_MAX], swap;
	size_t count = 0, next;

	for (size_t i = 0; i < c->count; i = next) {
		bool cut;
		struct medark_bytes value =
			member(m, MEDARK_FHIR_KEY_MEMBERS + c->paths[i].member, &cut);

		for (next = i + 1; next < c->count; next++) {
			if (c->paths[next].member != c->paths[i].member)
				break;
		}
		if (cut)
			medark_fhir_facts_fault(fhir, MEDARK_FAULT_TOO_LARGE);
		if (value.size == 0)
			continue;
		found[count].value = value;
		found[count].path = i;
		found[count].only = next == i + 1;
		for (size_t k = count++; k > 0 && !m->stream; k--) {
			if (found[k - 1].value.data < found[k].value.data)
				break;
			swap = found[k];
			found[k] = found[k - 1];
			found[k - 1] = swap;
		}
	}
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(read_member(fhir, &c->paths[found[i].path], found[i].only,
				       found[i].value, err));
	return 0;
}

static int read_record(struct medark_fhir *fhir, const struct members *m,
		       struct medark_bytes full_url, struct medark_error *err)
{
	struct medark_record *out = fhir->record;
	bool usable, cut;

	MEDARK_TRY(read_type(fhir, m, &usable, err));
	MEDARK_TRY(read_id(fhir, m, err));
	if (!usable)
		return 1;
	fhir->text = member(m, MEDARK_FHIR_KEY_CONTAINED, &cut);
	if (fhir->compartment)
		MEDARK_TRY(read_members(fhir, m, err));
	MEDARK_TRY(medark_fhir_facts_finish(fhir, full_url, err));
	if (cut && fhir->is_contained_known && out->fault == MEDARK_FAULT_REFERENCE)
		out->fault = MEDARK_FAULT_TOO_LARGE;
	read_dates(out, m);
	return 1;
}

/* Returns 1 if the status leaves something to read, 0 for nothing but white space. */
static int check_status(struct medark_fhir *fhir, enum medark_json_status status)
{
	switch (status) {
	case MEDARK_JSON_OBJECT:
		return 1;
	case MEDARK_JSON_EMPTY:
		return 0;
	case MEDARK_JSON_UTF8:
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_UTF8);
		return 1;
	case MEDARK_JSON_DEPTH:
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_DEPTH);
		return 1;
	case MEDARK_JSON_OTHER:
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_NO_TYPE);
		return 1;
	default:
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_SYNTAX);
		return 1;
	}
}

/* Does one of the recogniser's own members stand there twice? The caller's may. */
static bool is_repeated(struct medark_fhir *fhir, struct medark_bytes text)
{
	if (!fhir->object.repeated || fhir->object.repeated_key < medark_fhir_keys()->count)
		return fhir->object.repeated;
	medark_json_scan(medark_fhir_keys(), NULL, text.data, text.size, &fhir->inner);
	return fhir->inner.repeated;
}

/* Of the text that was scanned into fhir->object. */
static int read_object(struct medark_fhir *fhir, struct medark_bytes text,
		       struct medark_bytes full_url, struct medark_record *out,
		       struct medark_error *err)
{
	struct members m = { .text = text.data, .object = &fhir->object };

	fhir->object_text = text.data;
	medark_fhir_facts_begin(fhir, out);
	fhir->is_xml = false;
	if (!check_status(fhir, fhir->object.status))
		return 0;
	if (out->fault)
		return 1;
	if (is_repeated(fhir, text))
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_REPEATED);
	return read_record(fhir, &m, full_url, err);
}

int medark_fhir_json(struct medark_fhir *fhir, struct medark_bytes text,
		     struct medark_bytes full_url, struct medark_record *out,
		     struct medark_error *err)
{
	text = medark_fhir_strip_mark(text);
	medark_json_scan(fhir->keys, fhir->shapes, text.data, text.size, &fhir->object);
	return read_object(fhir, text, full_url, out, err);
}

int medark_fhir_json_line(struct medark_fhir *fhir, struct medark_bytes lines, size_t *out_size,
			  struct medark_record *out, struct medark_error *err)
{
	struct medark_bytes text = medark_fhir_strip_mark(lines);
	size_t mark = lines.size - text.size;

	text.size = medark_json_scan_line(fhir->keys, fhir->shapes, text.data, text.size,
					  &fhir->object);
	*out_size = mark + text.size;
	return read_object(fhir, text, medark_bytes(NULL, 0), out, err);
}

struct medark_bytes medark_fhir_member(const struct medark_fhir *fhir, uint32_t number)
{
	uint32_t key = medark_fhir_keys()->count + number;
	const struct medark_json_value *value = &fhir->object.values[key];

	assert(key < fhir->keys->count);
	if (fhir->is_xml || !medark_json_has(&fhir->object, key))
		return medark_bytes(NULL, 0);
	return medark_bytes(fhir->object_text + value->begin, value->end - value->begin);
}

int medark_fhir_json_stream(struct medark_fhir *fhir, struct medark_json_stream *stream,
			    struct medark_record *out, struct medark_error *err)
{
	struct members m = { .stream = stream };

	assert(stream);
	medark_fhir_facts_begin(fhir, out);
	fhir->is_xml = false;
	if (!check_status(fhir, medark_json_stream_finish(stream)))
		return 0;
	if (out->fault)
		return 1;
	if (medark_json_stream_repeated(stream))
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_REPEATED);
	return read_record(fhir, &m, medark_bytes(NULL, 0), err);
}
