/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_facts: the collector. It follows the paths of the type's compartment down the elements and
 * reads the Reference at the end of each; what a walker offers beside that is passed over.
 */
#include "record/fhir_reference.h"
#include "record/fhir_state.h"

enum role { NONE, REFERENCE, TYPE, IDENTIFIER, SYSTEM, VALUE };

void medark_fhir_facts_begin(struct medark_fhir *fhir, struct medark_record *out)
{
	medark_fhir_scratch_reset(&fhir->scratch);
	fhir->record = out;
	fhir->depth = 0;
	fhir->frames[0].paths = 0; /* of the record; it is no Reference: nothing else changes */
	fhir->text = medark_bytes(NULL, 0);
	fhir->is_contained_known = false;
	fhir->contained_count = 0;
	/* patients[] is large and is valid up to patient_count only. */
	out->fault = MEDARK_FAULT_NONE;
	out->type = medark_bytes(NULL, 0);
	out->id = medark_bytes(NULL, 0);
	out->date = out->updated = 0;
	out->is_patient = false;
	out->patient_count = 0;
}

void medark_fhir_facts_fault(struct medark_fhir *fhir, enum medark_fault fault)
{
	if (fhir->record->fault == MEDARK_FAULT_NONE)
		fhir->record->fault = fault;
}

bool medark_fhir_facts_type(struct medark_fhir *fhir, struct medark_bytes type)
{
	/* The last record's type is mostly this one's too, and was looked at already. */
	if (type.size == 0 || type.size != fhir->type_size ||
	    memcmp(type.data, fhir->type, type.size) != 0) {
		if (!medark_fhir_is_type(type)) {
			medark_fhir_facts_fault(fhir, MEDARK_FAULT_NO_TYPE);
			return false;
		}
		memcpy(fhir->type, type.data, type.size);
		fhir->type_size = type.size;
		fhir->compartment = medark_compartment_find(type);
	}
	fhir->record->type = type;
	fhir->record->is_patient = medark_bytes_is(type, "Patient");
	fhir->frames[0].paths = fhir->compartment ? (1u << fhir->compartment->count) - 1 : 0;
	return true;
}

void medark_fhir_facts_patient(struct medark_fhir *fhir, const struct medark_patient_key *key)
{
	struct medark_record *r = fhir->record;

	for (uint32_t i = 0; i < r->patient_count; i++) {
		if (r->patients[i].kind == key->kind &&
		    medark_bytes_equal(r->patients[i].text, key->text))
			return;
	}
	if (r->patient_count == MEDARK_RECORD_PATIENTS_MAX)
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_TOO_MANY);
	else
		r->patients[r->patient_count++] = *key;
}

/* The paths of `from` that go on with `name` as their segment number `depth`. */
static uint32_t follow(const struct medark_fhir *fhir, uint32_t from, unsigned depth,
		       struct medark_bytes name, const struct medark_compartment_path **out_end)
{
	uint32_t paths = 0;

	*out_end = NULL;
	for (uint32_t i = 0; from >> i; i++) {
		const struct medark_compartment_path *path = &fhir->compartment->paths[i];

		if (!(from >> i & 1) || depth >= path->depth ||
		    !medark_bytes_is(name, path->segments[depth]))
			continue;
		paths |= 1u << i;
		if (depth + 1 == path->depth)
			*out_end = path;
	}
	return paths;
}

static uint8_t role_below(const struct medark_fhir_frame *frame, struct medark_bytes name)
{
	if (frame->role == IDENTIFIER)
		return medark_bytes_is(name, "system")	? SYSTEM
		       : medark_bytes_is(name, "value") ? VALUE
							: NONE;
	if (!frame->path)
		return NONE;
	return medark_bytes_is(name, "reference")    ? REFERENCE
	       : medark_bytes_is(name, "type")	     ? TYPE
	       : medark_bytes_is(name, "identifier") ? IDENTIFIER
						     : NONE;
}

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	static const struct medark_fhir_frame blank;
	struct medark_fhir *fhir = context;
	const struct medark_fhir_frame *outer = &fhir->frames[fhir->depth];
	struct medark_fhir_frame *frame = &fhir->frames[fhir->depth + 1];
	uint8_t role = role_below(outer, name);
	const struct medark_compartment_path *end;
	uint32_t paths = follow(fhir, outer->paths, fhir->depth, name, &end);

	(void)err;
	if (role == NONE && paths == 0)
		return 1;
	*frame = blank;
	frame->paths = paths;
	frame->role = role;
	frame->path = end;
	fhir->depth++;
	return 0;
}

static int set_reference(struct medark_fhir *fhir, struct medark_fhir_naming *naming,
			 const struct medark_fhir_text *text, struct medark_error *err)
{
	int rc;

	if (naming->reference.size) {
		naming->is_repeated = true;
		return 0;
	}
	rc = medark_fhir_text_keep(&fhir->scratch, text, MEDARK_FHIR_REFERENCE_MAX,
				   &naming->reference, err);
	naming->is_too_large |= rc > 0;
	return rc < 0 ? rc : 0;
}

static int set_text(struct medark_fhir *fhir, struct medark_fhir_naming *naming,
		    struct medark_bytes *to, const struct medark_fhir_text *text,
		    struct medark_error *err)
{
	int rc;

	if (to->size)
		return 0;
	rc = medark_fhir_text_keep(&fhir->scratch, text, MEDARK_FHIR_KEY_MAX, to, err);
	naming->is_too_large |= rc > 0;
	return rc < 0 ? rc : 0;
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct medark_fhir *fhir = context;
	struct medark_fhir_frame *frame = &fhir->frames[fhir->depth];
	struct medark_fhir_naming *naming = &frame[-1].naming;

	switch (frame->role) {
	case REFERENCE:
		return set_reference(fhir, naming, text, err);
	case TYPE:
		return set_text(fhir, naming, &naming->type, text, err);
	case SYSTEM:
		naming = &frame[-2].naming;
		return set_text(fhir, naming, &naming->system, text, err);
	case VALUE:
		naming = &frame[-2].naming;
		return set_text(fhir, naming, &naming->value, text, err);
	default:
		/* A text where an element with children belongs: it may well name a patient. */
		frame->naming.is_malformed = true;
		return 0;
	}
}

static int end(void *context, struct medark_error *err)
{
	struct medark_fhir *fhir = context;
	struct medark_fhir_frame *frame = &fhir->frames[fhir->depth--];
	struct medark_patient_key key;
	enum medark_fault fault;
	int rc;

	if (!frame->path)
		return 0;
	rc = medark_fhir_key(fhir, &frame->naming, frame->path->flags, &key, &fault, err);
	if (rc < 0)
		return rc;
	if (fault)
		medark_fhir_facts_fault(fhir, fault);
	if (rc > 0)
		medark_fhir_facts_patient(fhir, &key);
	return 0;
}

struct medark_fhir_visitor medark_fhir_facts_visitor(struct medark_fhir *fhir)
{
	return (struct medark_fhir_visitor) { fhir, begin, value, end };
}

int medark_fhir_facts_finish(struct medark_fhir *fhir, struct medark_bytes full_url,
			     struct medark_error *err)
{
	struct medark_record *r = fhir->record;
	struct medark_patient_key own = { .kind = MEDARK_PATIENT_ID, .text = r->id };
	int rc = 1;

	if (!r->is_patient)
		return 0;
	if (r->id.size == 0)
		rc = medark_fhir_key_url(&fhir->scratch, full_url, &own, err);
	if (rc < 0)
		return rc;
	if (rc == 0) {
		medark_fhir_facts_fault(fhir, MEDARK_FAULT_REFERENCE);
		return 0;
	}
	medark_fhir_facts_patient(fhir, &own);
	/* Its own key may stand among its links already; it goes to the front either way. */
	for (uint32_t i = r->patient_count; i-- > 1;) {
		bool is_own = r->patients[i].kind == own.kind &&
			      medark_bytes_equal(r->patients[i].text, own.text);

		if (is_own) {
			memmove(&r->patients[1], &r->patients[0], i * sizeof(own));
			r->patients[0] = own;
			break;
		}
	}
	return 0;
}
