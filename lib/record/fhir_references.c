/* SPDX-License-Identifier: Apache-2.0 */
/* fhir_references: every literal reference of a resource, wherever it stands. */
#include "record/fhir_reference.h"
#include "record/fhir_state.h"
#include "record/fhir_xml.h"

struct finder {
	struct medark_fhir *fhir;
	bool is_reference; /* the innermost element is called "reference" */
	int (*each)(void *context, struct medark_bytes type, struct medark_bytes id,
		    struct medark_error *err);
	void *context;
};

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct finder *f = context;

	(void)err;
	f->is_reference = medark_bytes_is(name, "reference");
	return 0;
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct finder *f = context;
	struct medark_fhir_reference reference;
	struct medark_bytes kept;

	if (!f->is_reference)
		return 0;
	/* The callback has its text before the next one is read: no more than one is kept. */
	medark_fhir_scratch_reset(&f->fhir->scratch);
	MEDARK_TRY(medark_fhir_text_keep(&f->fhir->scratch, text, MEDARK_FHIR_REFERENCE_MAX, &kept,
					 err));
	medark_fhir_reference_parse(kept, &reference);
	if (reference.kind != MEDARK_FHIR_REFERENCE_LITERAL)
		return 0;
	return f->each(f->context, reference.type, reference.id, err);
}

static int end(void *context, struct medark_error *err)
{
	struct finder *f = context;

	(void)err;
	f->is_reference = false;
	return 0;
}

int medark_fhir_references(struct medark_fhir *fhir, struct medark_bytes text,
			   int (*each)(void *context, struct medark_bytes type,
				       struct medark_bytes id, struct medark_error *err),
			   void *context, struct medark_error *err)
{
	struct finder f = { .fhir = fhir, .each = each, .context = context };
	struct medark_fhir_visitor v = { &f, begin, value, end };
	enum medark_fault fault;

	text = medark_fhir_strip_mark(text);
	if (!medark_fhir_is_xml(text))
		return medark_fhir_walk_json(text, medark_bytes(NULL, 0), &v, err);
	MEDARK_TRY(medark_fhir_walk_xml(text, &v, &fault, err));
	if (fault)
		return medark_error_set(err, MEDARK_E_FORMAT, "the record is not valid XML");
	return 0;
}
