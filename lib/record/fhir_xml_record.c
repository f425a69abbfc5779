/* SPDX-License-Identifier: Apache-2.0 */
/* fhir_xml_record: the facts of a resource in XML; the collector reads the references. */
#include "record/fhir_reference.h"
#include "record/fhir_state.h"
#include "record/fhir_xml.h"

enum role { NONE, RESOURCE, ID, META, UPDATED, DATE, START, FACTS };

static const struct medark_fhir_step steps[] = {
	{ NONE, NULL, RESOURCE },	  { RESOURCE, "id", ID },   { RESOURCE, "meta", META },
	{ META, "lastUpdated", UPDATED }, { DATE, "start", START },
};

/* The collector follows a path and a Reference below it. */
#define DEPTH_MAX (MEDARK_COMPARTMENT_DEPTH_MAX + 4)

struct reader {
	struct medark_fhir *fhir;
	struct medark_fhir_visitor facts;
	unsigned depth;
	uint8_t roles[DEPTH_MAX];
	unsigned date;	    /* number of the date element at hand */
	unsigned best_date; /* of the one that record->date is from */
};

/* The number of a date element; MEDARK_FHIR_DATE_COUNT for any other name. */
static unsigned find_date(struct medark_bytes name)
{
	unsigned i = 0;

	while (i < MEDARK_FHIR_DATE_COUNT && !medark_bytes_is(name, medark_fhir_date_names[i]))
		i++;
	return i;
}

static int begin_role(struct reader *r, uint8_t role)
{
	r->roles[r->depth++] = role;
	return 0;
}

static int begin_root(struct reader *r, struct medark_bytes name, struct medark_error *err)
{
	struct medark_bytes type = { 0 };

	if (medark_fhir_is_type(name))
		MEDARK_TRY(medark_fhir_scratch_copy(&r->fhir->scratch, name, &type, err));
	if (!medark_fhir_facts_type(r->fhir, type))
		return 1;
	return begin_role(r, RESOURCE);
}

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t from = r->depth ? r->roles[r->depth - 1] : NONE;
	uint8_t role;
	int rc;

	if (r->depth == 0)
		return begin_root(r, name, err);
	role = medark_fhir_step(steps, sizeof(steps) / sizeof(*steps), from, name);
	if (role != NONE)
		return begin_role(r, role);
	if (from == RESOURCE) {
		r->date = find_date(name);
		if (r->date < MEDARK_FHIR_DATE_COUNT)
			return begin_role(r, DATE);
	} else if (from != FACTS) {
		return 1;
	}
	rc = r->facts.begin(r->facts.context, name, err);
	return rc ? rc : begin_role(r, FACTS);
}

/* The first of two counts, as in JSON. */
static int set_id(struct reader *r, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct medark_record *record = r->fhir->record;
	int rc;

	if (record->id.size) {
		medark_fhir_facts_fault(r->fhir, MEDARK_FAULT_REPEATED);
		return 0;
	}
	rc = medark_fhir_text_keep(&r->fhir->scratch, text, MEDARK_FHIR_ID_MAX, &record->id, err);
	if (rc > 0)
		medark_fhir_facts_fault(r->fhir, MEDARK_FAULT_TOO_LARGE);
	return rc < 0 ? rc : 0;
}

static void set_date(struct reader *r, const struct medark_fhir_text *text)
{
	uint32_t date = r->date < r->best_date ? medark_fhir_date_parse(text->raw) : 0;

	if (date) {
		r->fhir->record->date = date;
		r->best_date = r->date;
	}
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct reader *r = context;

	switch (r->roles[r->depth - 1]) {
	case ID:
		return set_id(r, text, err);
	case UPDATED:
		r->fhir->record->updated = medark_fhir_date_parse(text->raw);
		return 0;
	case DATE:
	case START:
		set_date(r, text);
		return 0;
	case FACTS:
		return r->facts.value(r->facts.context, text, err);
	default:
		return 0;
	}
}

static int end(void *context, struct medark_error *err)
{
	struct reader *r = context;

	if (r->roles[--r->depth] == FACTS)
		return r->facts.end(r->facts.context, err);
	return 0;
}

static bool is_blank(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (!strchr(" \t\r\n", text.data[i]) || text.data[i] == 0)
			return false;
	}
	return true;
}

int medark_fhir_xml(struct medark_fhir *fhir, struct medark_bytes text,
		    struct medark_bytes full_url, struct medark_record *out,
		    struct medark_error *err)
{
	struct reader r = { .fhir = fhir, .best_date = MEDARK_FHIR_DATE_COUNT };
	struct medark_fhir_visitor v = { &r, begin, value, end };
	enum medark_fault fault;

	medark_fhir_facts_begin(fhir, out);
	if (is_blank(text))
		return 0;
	fhir->is_xml = true;
	fhir->text = text;
	r.facts = medark_fhir_facts_visitor(fhir);
	MEDARK_TRY(medark_fhir_walk_xml(text, &v, &fault, err));
	if (fault) {
		/* What was read of a broken text does not count, as in JSON. */
		medark_fhir_facts_begin(fhir, out);
		medark_fhir_facts_fault(fhir, fault);
		return 1;
	}
	if (out->type.size)
		MEDARK_TRY(medark_fhir_facts_finish(fhir, full_url, err));
	else
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_NO_TYPE);
	return 1;
}
