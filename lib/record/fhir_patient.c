/* SPDX-License-Identifier: Apache-2.0 */
/* fhir_patient: the demographics of a Patient resource. */
#include "record/bsn.h"
#include "record/fhir_state.h"
#include "record/fhir_xml.h"

enum role {
	NONE,
	PATIENT,
	ID,
	BIRTH_DATE,
	GENDER,
	ACTIVE,
	DECEASED,
	DECEASED_DATE,
	IDENTIFIER,
	IDENTIFIER_SYSTEM,
	IDENTIFIER_VALUE,
	NAME,
	FAMILY,
	GIVEN,
	NAME_TEXT,
	EXTENSION,
	EXTENSION_URL,
	EXTENSION_VALUE,
	LINK,
	LINK_TYPE,
	OTHER,
	OTHER_REFERENCE,
	OTHER_TYPE,
	OTHER_IDENTIFIER,
	OTHER_SYSTEM,
	OTHER_VALUE,
};

static const struct medark_fhir_step steps[] = {
	{ NONE, NULL, PATIENT },
	{ PATIENT, "id", ID },
	{ PATIENT, "birthDate", BIRTH_DATE },
	{ PATIENT, "gender", GENDER },
	{ PATIENT, "active", ACTIVE },
	{ PATIENT, "deceasedBoolean", DECEASED },
	{ PATIENT, "deceasedDateTime", DECEASED_DATE },
	{ PATIENT, "identifier", IDENTIFIER },
	{ IDENTIFIER, "system", IDENTIFIER_SYSTEM },
	{ IDENTIFIER, "value", IDENTIFIER_VALUE },
	{ PATIENT, "name", NAME },
	{ NAME, "family", FAMILY },
	{ NAME, "given", GIVEN },
	{ NAME, "text", NAME_TEXT },
	{ FAMILY, "extension", EXTENSION },
	{ EXTENSION, "url", EXTENSION_URL },
	{ EXTENSION, "valueString", EXTENSION_VALUE },
	{ PATIENT, "link", LINK },
	{ LINK, "type", LINK_TYPE },
	{ LINK, "other", OTHER },
	{ OTHER, "reference", OTHER_REFERENCE },
	{ OTHER, "type", OTHER_TYPE },
	{ OTHER, "identifier", OTHER_IDENTIFIER },
	{ OTHER_IDENTIFIER, "system", OTHER_SYSTEM },
	{ OTHER_IDENTIFIER, "value", OTHER_VALUE },
};

#define DEPTH_MAX 6
#define TEXT_MAX  ((size_t)4 << 10) /* bytes of one text; a longer one is left out */
#define GIVEN_MAX 16

/* The parts of a Dutch family name, each in an extension of its own. */
enum part { OWN_PREFIX, OWN_NAME, PARTNER_PREFIX, PARTNER_NAME, PART_COUNT };
static const char *const part_urls[PART_COUNT] = {
	MEDARK_FHIR_NAMESPACE "/StructureDefinition/humanname-own-prefix",
	MEDARK_FHIR_NAMESPACE "/StructureDefinition/humanname-own-name",
	MEDARK_FHIR_NAMESPACE "/StructureDefinition/humanname-partner-prefix",
	MEDARK_FHIR_NAMESPACE "/StructureDefinition/humanname-partner-name",
};

struct reader {
	struct medark_fhir *fhir;
	struct medark_patient *out;
	unsigned depth;
	uint8_t roles[DEPTH_MAX];
	/* of the element at hand */
	struct medark_identifier identifier;
	struct medark_name name;
	struct medark_bytes given[GIVEN_MAX];
	unsigned given_count;
	struct medark_bytes parts[PART_COUNT];
	struct medark_bytes url, part;
	struct medark_patient_link link;
	struct medark_fhir_naming naming;
};

static void start(struct reader *r, uint8_t role)
{
	switch (role) {
	case IDENTIFIER:
		r->identifier = (struct medark_identifier) { 0 };
		break;
	case NAME:
		r->name = (struct medark_name) { 0 };
		r->given_count = 0;
		memset(r->parts, 0, sizeof(r->parts));
		break;
	case EXTENSION:
		r->url = r->part = medark_bytes(NULL, 0);
		break;
	case LINK:
		r->link = (struct medark_patient_link) { 0 };
		r->naming = (struct medark_fhir_naming) { 0 };
		break;
	default:
		break;
	}
}

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t from = r->depth ? r->roles[r->depth - 1] : NONE;
	uint8_t role = medark_fhir_step(steps, sizeof(steps) / sizeof(*steps), from, name);

	(void)err;
	if (role == NONE)
		return 1;
	start(r, role);
	r->roles[r->depth++] = role;
	return 0;
}

/* Where the text of an element goes; NULL if it needs more than to be kept. */
static struct medark_bytes *text_place(struct reader *r, uint8_t role)
{
	switch (role) {
	case ID:
		return &r->out->id;
	case BIRTH_DATE:
		return &r->out->birth_date;
	case GENDER:
		return &r->out->gender;
	case DECEASED_DATE:
		return &r->out->deceased_date;
	case IDENTIFIER_SYSTEM:
		return &r->identifier.system;
	case IDENTIFIER_VALUE:
		return &r->identifier.value;
	case FAMILY:
		return &r->name.family;
	case NAME_TEXT:
		return &r->name.text;
	case EXTENSION_URL:
		return &r->url;
	case EXTENSION_VALUE:
		return &r->part;
	case LINK_TYPE:
		return &r->link.type;
	case OTHER_REFERENCE:
		return &r->naming.reference;
	case OTHER_TYPE:
		return &r->naming.type;
	case OTHER_SYSTEM:
		return &r->naming.system;
	case OTHER_VALUE:
		return &r->naming.value;
	default:
		return NULL;
	}
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t role = r->roles[r->depth - 1];
	struct medark_bytes *place = text_place(r, role);
	int rc;

	if (role == ACTIVE)
		r->out->inactive = medark_bytes_is(text->raw, "false");
	else if (role == DECEASED)
		r->out->deceased |= medark_bytes_is(text->raw, "true");
	else if (role == DECEASED_DATE)
		r->out->deceased = true;
	else if (role == GIVEN && r->given_count < GIVEN_MAX)
		place = &r->given[r->given_count++];
	else if (role == GIVEN)
		r->out->cut = true;
	if (!place)
		return 0;
	rc = medark_fhir_text_keep(&r->fhir->scratch, text, TEXT_MAX, place, err);
	r->out->cut |= rc > 0;
	return rc < 0 ? rc : 0;
}

static int join_given(struct reader *r, struct medark_error *err)
{
	size_t size = 0;
	uint8_t *text = NULL;

	for (unsigned i = 0; i < r->given_count; i++)
		size += r->given[i].size + 1;
	MEDARK_TRY(medark_fhir_scratch_take(&r->fhir->scratch, size + 1, &text, err));
	size = 0;
	for (unsigned i = 0; i < r->given_count; i++) {
		if (r->given[i].size == 0)
			continue;
		if (size)
			text[size++] = ' ';
		memcpy(text + size, r->given[i].data, r->given[i].size);
		size += r->given[i].size;
	}
	r->name.given = medark_bytes(text, size);
	return 0;
}

/* The own name goes before the partner's, for the prefix and where `family` is missing. */
static int end_name(struct reader *r, struct medark_error *err)
{
	bool own = r->parts[OWN_PREFIX].size || r->parts[OWN_NAME].size;

	r->name.prefix = r->parts[own ? OWN_PREFIX : PARTNER_PREFIX];
	if (r->name.family.size == 0)
		r->name.family = r->parts[own ? OWN_NAME : PARTNER_NAME];
	if (r->out->name_count == MEDARK_PATIENT_NAMES_MAX) {
		r->out->cut = true;
		return 0;
	}
	MEDARK_TRY(join_given(r, err));
	r->out->names[r->out->name_count++] = r->name;
	return 0;
}

static int end_link(struct reader *r, struct medark_error *err)
{
	enum medark_fault fault;
	int rc = medark_fhir_key(r->fhir, &r->naming, MEDARK_COMPARTMENT_ABOUT, &r->link.other,
				 &fault, err);

	if (rc <= 0)
		return rc;
	if (r->out->link_count == MEDARK_PATIENT_LINKS_MAX)
		r->out->cut = true;
	else
		r->out->links[r->out->link_count++] = r->link;
	return 0;
}

static void end_identifier(struct reader *r)
{
	r->identifier.is_bsn = medark_bsn_is_system(r->identifier.system) &&
			       medark_bsn_is_valid(r->identifier.value);
	if (r->identifier.value.size == 0)
		return;
	if (r->out->identifier_count == MEDARK_PATIENT_IDENTIFIERS_MAX)
		r->out->cut = true;
	else
		r->out->identifiers[r->out->identifier_count++] = r->identifier;
}

static void end_extension(struct reader *r)
{
	for (int i = 0; i < PART_COUNT; i++) {
		if (medark_bytes_is(r->url, part_urls[i]))
			r->parts[i] = r->part;
	}
}

static int end(void *context, struct medark_error *err)
{
	struct reader *r = context;

	switch (r->roles[--r->depth]) {
	case IDENTIFIER:
		end_identifier(r);
		return 0;
	case NAME:
		return end_name(r, err);
	case EXTENSION:
		end_extension(r);
		return 0;
	case LINK:
		return end_link(r, err);
	default:
		return 0;
	}
}

static int read_json(struct medark_fhir *fhir, struct medark_bytes text,
		     const struct medark_fhir_visitor *v, struct medark_error *err)
{
	static const char *const contained[] = { "contained" };

	/* A link may point to a contained Patient. */
	(void)medark_fhir_members(text, contained, 1, &fhir->text);
	return medark_fhir_walk_json(text, medark_bytes(NULL, 0), v, err);
}

int medark_fhir_patient(struct medark_fhir *fhir, struct medark_bytes text,
			struct medark_patient *out, struct medark_error *err)
{
	struct reader r = { .fhir = fhir, .out = out };
	struct medark_fhir_visitor v = { &r, begin, value, end };
	enum medark_fault fault;

	text = medark_fhir_strip_mark(text);
	memset(out, 0, sizeof(*out));
	medark_fhir_scratch_reset(&fhir->scratch);
	fhir->is_contained_known = false;
	fhir->contained_count = 0;
	fhir->is_xml = medark_fhir_is_xml(text);
	fhir->text = text;
	if (!fhir->is_xml)
		return read_json(fhir, text, &v, err);
	MEDARK_TRY(medark_fhir_walk_xml(text, &v, &fault, err));
	if (fault)
		return medark_error_set(err, MEDARK_E_FORMAT, "the record is not valid XML");
	return 0;
}
