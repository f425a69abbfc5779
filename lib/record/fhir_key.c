/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_reference.h"
#include "record/fhir_state.h"

int medark_fhir_key_identifier(struct medark_fhir_scratch *scratch, struct medark_bytes system,
			       struct medark_bytes value, struct medark_bytes *out,
			       struct medark_error *err)
{
	uint8_t *text = NULL;

	MEDARK_TRY(medark_fhir_scratch_take(scratch, system.size + 1 + value.size, &text, err));
	if (system.size)
		memcpy(text, system.data, system.size);
	text[system.size] = '|';
	if (value.size)
		memcpy(text + system.size + 1, value.data, value.size);
	*out = medark_bytes(text, system.size + 1 + value.size);
	return 0;
}

int medark_fhir_key_urn(struct medark_fhir_scratch *scratch, struct medark_bytes urn,
			struct medark_bytes *out, struct medark_error *err)
{
	uint8_t *text = NULL;

	MEDARK_TRY(medark_fhir_scratch_take(scratch, urn.size, &text, err));
	for (size_t i = 0; i < urn.size; i++) {
		uint8_t c = urn.data[i];

		text[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
	}
	*out = medark_bytes(text, urn.size);
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct medark_fhir_entry *x = a, *y = b;
	int order = medark_bytes_compare(x->url, y->url);

	/* Of two entries with one fullUrl the patient counts. */
	if (!order)
		order = (int)y->is_patient - (int)x->is_patient;
	return order ? order : medark_bytes_compare(x->key.text, y->key.text);
}

void medark_fhir_entries_sort(struct medark_fhir *fhir)
{
	if (fhir->entry_count)
		qsort(fhir->entries, fhir->entry_count, sizeof(*fhir->entries), compare_entries);
}

int medark_fhir_entries_add(struct medark_fhir *fhir, const struct medark_fhir_entry *entry,
			    struct medark_error *err)
{
	if (fhir->entry_count == fhir->entry_capacity) {
		size_t capacity = fhir->entry_capacity ? 2 * fhir->entry_capacity : 64;
		void *grown = reallocarray(fhir->entries, capacity, sizeof(*fhir->entries));

		if (!grown)
			return medark_error_memory(err, "the entries of a Bundle");
		fhir->entries = grown;
		fhir->entry_capacity = capacity;
	}
	fhir->entries[fhir->entry_count++] = *entry;
	return 0;
}

/* The first entry with this fullUrl. */
static const struct medark_fhir_entry *find_entry(const struct medark_fhir *fhir,
						  struct medark_bytes urn)
{
	size_t low = 0, high = fhir->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (medark_bytes_compare(fhir->entries[middle].url, urn) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == fhir->entry_count || !medark_bytes_equal(fhir->entries[low].url, urn))
		return NULL;
	return &fhir->entries[low];
}

/* Do several patients of the Bundle have the fullUrl of this one, the first of them? */
static bool is_ambiguous(const struct medark_fhir *fhir, const struct medark_fhir_entry *entry)
{
	const struct medark_fhir_entry *end = fhir->entries + fhir->entry_count, *e = entry;

	while (++e < end && e->is_patient && medark_bytes_equal(e->url, entry->url))
		if (!medark_bytes_equal(e->key.text, entry->key.text))
			return true;
	return false;
}

/* "Patient", or the URL of Patient's definition: both forms of Reference.type. */
static bool is_patient_type(struct medark_bytes type)
{
	return medark_bytes_is(type, "Patient") ||
	       medark_bytes_is(type, MEDARK_FHIR_NAMESPACE "/StructureDefinition/Patient");
}

/*
 * Reference.type decides. Without it, a name that does not tell its type (an identifier, a URN) is
 * a patient's where nothing else can stand or where the record says whom it is about: on the other
 * mixed paths (performer, actor, author …) such names are far more often a care provider's.
 */
static bool may_be_patient(const struct medark_fhir_naming *naming, unsigned flags)
{
	if (naming->type.size)
		return is_patient_type(naming->type);
	return flags & (MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT);
}

/* A reference that names something, but not in a form that tells what. */
static int unusable(const struct medark_fhir_naming *naming, unsigned flags,
		    enum medark_fault *out_fault)
{
	if (may_be_patient(naming, flags))
		*out_fault = MEDARK_FAULT_REFERENCE;
	return 0;
}

static int sized_key(enum medark_patient_key_kind kind, struct medark_bytes text,
		     struct medark_patient_key *out, enum medark_fault *out_fault)
{
	size_t max = kind == MEDARK_PATIENT_ID ? MEDARK_FHIR_ID_MAX : MEDARK_FHIR_KEY_MAX;

	if (text.size > max) {
		*out_fault = MEDARK_FAULT_TOO_LARGE;
		return 0;
	}
	*out = (struct medark_patient_key) { .kind = kind, .text = text };
	return 1;
}

/* Within a Bundle a URN is the entry that bears it (Bundle.entry.fullUrl). */
static int urn_key(struct medark_fhir *fhir, const struct medark_fhir_naming *naming,
		   unsigned flags, struct medark_patient_key *out, enum medark_fault *out_fault,
		   struct medark_error *err)
{
	const struct medark_fhir_entry *entry;
	struct medark_bytes urn;

	MEDARK_TRY(medark_fhir_key_urn(&fhir->scratch, naming->reference, &urn, err));
	entry = find_entry(fhir, urn);
	if (entry && entry->is_patient && is_ambiguous(fhir, entry)) {
		*out_fault = MEDARK_FAULT_AMBIGUOUS;
		return 0;
	}
	if (entry) {
		if (entry->is_patient)
			*out = entry->key;
		return entry->is_patient;
	}
	if (!may_be_patient(naming, flags))
		return 0;
	return sized_key(MEDARK_PATIENT_URN, urn, out, out_fault);
}

/* "Patient?identifier=system|value"; any other search does not say which patient. */
static int conditional_key(struct medark_fhir *fhir, struct medark_bytes query,
			   struct medark_patient_key *out, enum medark_fault *out_fault,
			   struct medark_error *err)
{
	struct medark_bytes raw = medark_fhir_query_identifier(query);
	struct medark_bytes value;
	uint8_t *text = NULL;
	size_t size;

	MEDARK_TRY(medark_fhir_scratch_take(&fhir->scratch, raw.size + 1, &text, err));
	size = medark_fhir_percent_decode(raw, text);
	value = medark_bytes(text, size);
	if (size == 0 || text[size - 1] == '|') {
		*out_fault = MEDARK_FAULT_REFERENCE;
		return 0;
	}
	if (!memchr(text, '|', size))
		MEDARK_TRY(medark_fhir_key_identifier(&fhir->scratch, medark_bytes(NULL, 0), value,
						      &value, err));
	return sized_key(MEDARK_PATIENT_IDENTIFIER, value, out, out_fault);
}

static int contained_key(struct medark_fhir *fhir, struct medark_bytes id,
			 struct medark_patient_key *out, enum medark_fault *out_fault,
			 struct medark_error *err)
{
	const struct medark_fhir_contained *contained;

	MEDARK_TRY(medark_fhir_contained_find(fhir, id, &contained, err));
	if (contained && contained->is_repeated) {
		*out_fault = MEDARK_FAULT_AMBIGUOUS;
		return 0;
	}
	if (contained && !contained->is_patient)
		return 0;
	if (!contained || contained->key.size == 0) {
		*out_fault = MEDARK_FAULT_REFERENCE;
		return 0;
	}
	return sized_key(MEDARK_PATIENT_IDENTIFIER, contained->key, out, out_fault);
}

/* The logical identifier of a Reference; one without a value names nobody. */
static int identifier_key(struct medark_fhir *fhir, const struct medark_fhir_naming *naming,
			  unsigned flags, struct medark_patient_key *out,
			  enum medark_fault *out_fault, struct medark_error *err)
{
	struct medark_bytes text;

	if (naming->value.size == 0 || !may_be_patient(naming, flags))
		return 0;
	MEDARK_TRY(medark_fhir_key_identifier(&fhir->scratch, naming->system, naming->value, &text,
					      err));
	return sized_key(MEDARK_PATIENT_IDENTIFIER, text, out, out_fault);
}

int medark_fhir_key(struct medark_fhir *fhir, const struct medark_fhir_naming *naming,
		    unsigned flags, struct medark_patient_key *out, enum medark_fault *out_fault,
		    struct medark_error *err)
{
	struct medark_fhir_reference reference;

	*out_fault = naming->is_repeated    ? MEDARK_FAULT_REPEATED
		     : naming->is_too_large ? MEDARK_FAULT_TOO_LARGE
		     : naming->is_malformed ? MEDARK_FAULT_REFERENCE
					    : MEDARK_FAULT_NONE;
	if (naming->reference.size == 0)
		return identifier_key(fhir, naming, flags, out, out_fault, err);
	medark_fhir_reference_parse(naming->reference, &reference);
	switch (reference.kind) {
	case MEDARK_FHIR_REFERENCE_LITERAL:
		if (!medark_bytes_is(reference.type, "Patient"))
			return 0;
		return sized_key(MEDARK_PATIENT_ID, reference.id, out, out_fault);
	case MEDARK_FHIR_REFERENCE_URN:
		return urn_key(fhir, naming, flags, out, out_fault, err);
	case MEDARK_FHIR_REFERENCE_CONDITIONAL:
		if (!medark_bytes_is(reference.type, "Patient"))
			return 0;
		return conditional_key(fhir, reference.id, out, out_fault, err);
	case MEDARK_FHIR_REFERENCE_CONTAINED:
		return contained_key(fhir, reference.id, out, out_fault, err);
	default:
		break;
	}
	if (naming->value.size && may_be_patient(naming, flags))
		return identifier_key(fhir, naming, flags, out, out_fault, err);
	return unusable(naming, flags, out_fault);
}

int medark_fhir_key_url(struct medark_fhir_scratch *scratch, struct medark_bytes full_url,
			struct medark_patient_key *out, struct medark_error *err)
{
	struct medark_fhir_reference reference;
	enum medark_fault fault;
	struct medark_bytes urn;

	medark_fhir_reference_parse(full_url, &reference);
	if (reference.kind == MEDARK_FHIR_REFERENCE_LITERAL &&
	    medark_bytes_is(reference.type, "Patient"))
		return sized_key(MEDARK_PATIENT_ID, reference.id, out, &fault);
	if (reference.kind != MEDARK_FHIR_REFERENCE_URN)
		return 0;
	MEDARK_TRY(medark_fhir_key_urn(scratch, full_url, &urn, err));
	return sized_key(MEDARK_PATIENT_URN, urn, out, &fault);
}
