/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_contained: the resources within a resource (DomainResource.contained), as far as a
 * reference "#id" may name a patient among them. A contained Patient has no identity of its own
 * outside: its identifier says who it is. Few records need this, so it is read when the first such
 * reference turns up.
 */
#include "record/bsn.h"
#include "record/fhir_state.h"
#include "record/fhir_xml.h"

enum role { NONE, RESOURCE, CONTAINED, TYPE, ID, IDENTIFIER, SYSTEM, VALUE };

static const struct medark_fhir_step steps[] = {
	{ NONE, NULL, RESOURCE },	    { RESOURCE, "contained", CONTAINED },
	{ CONTAINED, NULL, TYPE },	    { TYPE, "id", ID },
	{ TYPE, "identifier", IDENTIFIER }, { IDENTIFIER, "system", SYSTEM },
	{ IDENTIFIER, "value", VALUE },
};

#define DEPTH_MAX 6

struct reader {
	struct medark_fhir *fhir;
	unsigned depth;
	uint8_t roles[DEPTH_MAX];
	struct medark_fhir_contained now; /* the one that is being read */
	bool is_bsn;			  /* now.key is one */
	struct medark_bytes system, value;
};

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t from = r->depth ? r->roles[r->depth - 1] : NONE;
	uint8_t role = medark_fhir_step(steps, sizeof(steps) / sizeof(*steps), from, name);

	(void)err;
	if (role == NONE)
		return 1;
	if (role == TYPE) {
		r->now = (struct medark_fhir_contained) {
			.is_patient = medark_bytes_is(name, "Patient"),
		};
		r->is_bsn = false;
	}
	if (role == IDENTIFIER)
		r->system = r->value = medark_bytes(NULL, 0);
	r->roles[r->depth++] = role;
	return 0;
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct reader *r = context;
	struct medark_bytes *to = NULL;
	int rc;

	switch (r->roles[r->depth - 1]) {
	case ID:
		to = &r->now.id;
		break;
	case SYSTEM:
		to = &r->system;
		break;
	case VALUE:
		to = &r->value;
		break;
	default:
		return 0;
	}
	/* What is too long for a key leaves the key out. */
	rc = medark_fhir_text_keep(&r->fhir->scratch, text, MEDARK_FHIR_KEY_MAX, to, err);
	return rc < 0 ? rc : 0;
}

/* The first usable identifier counts; a BSN goes before any other. */
static int take_identifier(struct reader *r, struct medark_error *err)
{
	bool is_bsn = medark_bsn_is_system(r->system) && medark_bsn_is_valid(r->value);

	if (r->value.size == 0 || (r->now.key.size && (r->is_bsn || !is_bsn)))
		return 0;
	r->is_bsn = is_bsn;
	return medark_fhir_key_identifier(&r->fhir->scratch, r->system, r->value, &r->now.key, err);
}

static int end(void *context, struct medark_error *err)
{
	struct reader *r = context;
	struct medark_fhir *fhir = r->fhir;
	uint8_t role = r->roles[--r->depth];

	if (role == IDENTIFIER && r->now.is_patient)
		return take_identifier(r, err);
	if (role == TYPE && r->now.id.size && fhir->contained_count < MEDARK_FHIR_CONTAINED_MAX)
		fhir->contained[fhir->contained_count++] = r->now;
	return 0;
}

enum { KEY_TYPE, KEY_ID, KEY_IDENTIFIER, KEY_COUNT };
static const char *const key_names[KEY_COUNT] = { "resourceType", "id", "identifier" };

/* One item of the JSON array, as if it were the XML element that bears its type's name. */
static int read_json_item(struct medark_bytes item, const struct medark_fhir_visitor *v,
			  struct medark_error *err)
{
	struct reader *r = v->context;
	struct medark_bytes members[KEY_COUNT];
	struct medark_bytes type;
	bool once = medark_fhir_members(item, key_names, KEY_COUNT, members);

	MEDARK_TRY(medark_fhir_string_keep(&r->fhir->scratch, members[KEY_TYPE],
					   MEDARK_FHIR_TYPE_MAX, &type, err));
	MEDARK_TRY(begin(r, type, err));
	r->now.is_repeated = !once;
	for (int key = KEY_ID; key < KEY_COUNT; key++) {
		struct medark_bytes name = medark_bytes_text(key_names[key]);

		if (members[key].size)
			MEDARK_TRY(medark_fhir_walk_json(members[key], name, v, err));
	}
	return end(r, err);
}

static int read_json(struct medark_bytes contained, const struct medark_fhir_visitor *v,
		     struct medark_error *err)
{
	struct medark_json_reader r;
	struct medark_bytes item;

	medark_json_reader_init(&r, contained);
	if (contained.size == 0 || medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN)
		return 0;
	MEDARK_TRY(begin(v->context, medark_bytes(NULL, 0), err));
	MEDARK_TRY(begin(v->context, medark_bytes_text("contained"), err));
	while (medark_json_skip(&r, &item))
		MEDARK_TRY(read_json_item(item, v, err));
	return 0;
}

static int read_all(struct medark_fhir *fhir, struct medark_error *err)
{
	struct reader r = { .fhir = fhir };
	struct medark_fhir_visitor v = { &r, begin, value, end };
	enum medark_fault fault;

	if (fhir->is_xml)
		return medark_fhir_walk_xml(fhir->text, &v, &fault, err);
	return read_json(fhir->text, &v, err);
}

int medark_fhir_contained_find(struct medark_fhir *fhir, struct medark_bytes id,
			       const struct medark_fhir_contained **out, struct medark_error *err)
{
	struct medark_fhir_contained *found = NULL;

	*out = NULL;
	if (!fhir->is_contained_known) {
		fhir->is_contained_known = true;
		MEDARK_TRY(read_all(fhir, err));
	}
	for (uint32_t i = 0; i < fhir->contained_count; i++) {
		struct medark_fhir_contained *c = &fhir->contained[i];

		if (!medark_bytes_equal(c->id, id))
			continue;
		if (found)
			found->is_repeated = true;
		else
			found = c;
	}
	*out = found;
	return 0;
}
