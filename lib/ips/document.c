/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/document.h"

#include "base/text.h"
#include "ips/members.h"
#include "ips/uuid.h"

#define HL7	    "http://terminology.hl7.org/CodeSystem/"
#define COMPOSITION "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips"
#define ABSENT	    "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
#define NARRATIVES  ((size_t)256 << 20)

/* A document on its way into a buffer. */
struct document {
	const struct medark_ips *ips;
	const struct medark_ips_terms *terms;
	struct medark_ips_members members;
	struct medark_buffer text; /* of the narrative at hand */
	struct medark_buffer *out;
	char bundle[MEDARK_UUID_SIZE], composition[MEDARK_UUID_SIZE], device[MEDARK_UUID_SIZE];
	char absent[MEDARK_IPS_COUNT][MEDARK_UUID_SIZE];
};

static void document_clear(struct document *d)
{
	medark_ips_members_clear(&d->members);
	medark_buffer_clear(&d->text);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct document, document_clear)

#define put(d, err, ...) medark_buffer_print((d)->out, err, __VA_ARGS__)

static const char *word(const struct document *d, enum medark_word w)
{
	return medark_word(d->ips->chart->language, w);
}

static bool is_absent(const struct document *d, enum medark_ips_section section)
{
	return medark_ips_form(section)->is_required &&
	       d->ips->begin[section] == d->ips->begin[section + 1];
}

/* ---- names ---- */

/* Another language or program makes another document of the same archive. */
static int name_it(const struct document *d, const char *role, char out[MEDARK_UUID_SIZE],
		   struct medark_error *err)
{
	const struct medark_bytes parts[] = {
		medark_bytes_text(d->terms->archive),
		medark_bytes_text(d->ips->chart->facts.id ? d->ips->chart->facts.id : ""),
		medark_bytes_text(role),
		medark_bytes_text(medark_language_code(d->ips->chart->language)),
		medark_bytes_text(MEDARK_VERSION)
	};

	return medark_uuid_make(parts, sizeof(parts) / sizeof(*parts), out, err);
}

static int name_all(struct document *d, struct medark_error *err)
{
	MEDARK_TRY(name_it(d, "Bundle", d->bundle, err));
	MEDARK_TRY(name_it(d, "Composition", d->composition, err));
	MEDARK_TRY(name_it(d, "Device", d->device, err));
	for (int i = 0; i < MEDARK_IPS_COUNT; i++)
		MEDARK_TRY(name_it(d, medark_ips_form((enum medark_ips_section)i)->loinc,
				   d->absent[i], err));
	return 0;
}

/* ---- parts ---- */

static int put_string(struct document *d, struct medark_bytes text, struct medark_error *err)
{
	return medark_text_json(d->out, text, err);
}

/* {"reference":"…"}: whole addresses, as what is named by a UUID has no base. */
static int put_reference(struct document *d, const struct medark_view_record *record,
			 struct medark_error *err)
{
	MEDARK_TRY(put(d, err, "{\"reference\":"));
	MEDARK_TRY(put_string(d, medark_ips_member_url(&d->members, record), err));
	return put(d, err, "}");
}

/* "text":{…} out of d->text, which is XHTML. */
static int put_narrative(struct document *d, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer div = MEDARK_BUFFER_SECRET(NARRATIVES);
	const char *language = medark_language_code(d->ips->chart->language);

	MEDARK_TRY(medark_buffer_print(
		&div, err,
		"<div xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"%s\" xml:lang=\"%s\">",
		language, language));
	MEDARK_TRY(medark_buffer_add(&div, d->text.data, d->text.size, err));
	MEDARK_TRY(medark_buffer_text(&div, "</div>", err));
	MEDARK_TRY(put(d, err, "\"text\":{\"status\":\"generated\",\"div\":"));
	MEDARK_TRY(put_string(d, medark_bytes(div.data, div.size), err));
	d->text.size = 0;
	return put(d, err, "}");
}

static int put_word_narrative(struct document *d, enum medark_word w, struct medark_error *err)
{
	MEDARK_TRY(medark_html(&d->text, err, "<p>%s.</p>", word(d, w)));
	return put_narrative(d, err);
}

/* ---- sections ---- */

static int put_entries(struct document *d, enum medark_ips_section section,
		       struct medark_error *err)
{
	const struct medark_ips *ips = d->ips;
	size_t begin = ips->begin[section], end = ips->begin[section + 1];

	if (is_absent(d, section))
		return put(d, err, ",\"entry\":[{\"reference\":\"urn:uuid:%s\"}]",
			   d->absent[section]);
	if (begin == end) /* there is something, but not as JSON */
		return put(d, err,
			   ",\"emptyReason\":{\"coding\":[{\"system\":\"" HL7
			   "list-empty-reason\",\"code\":\"unavailable\"}]}");
	for (size_t i = begin; i < end; i++) {
		MEDARK_TRY(put(d, err, i == begin ? ",\"entry\":[" : ","));
		MEDARK_TRY(put_reference(d, ips->entries[i].row.record, err));
	}
	return put(d, err, "]");
}

static int put_section(struct document *d, enum medark_ips_section section,
		       struct medark_error *err)
{
	const struct medark_ips_form *form = medark_ips_form(section);

	MEDARK_TRY(put(d, err,
		       "{\"title\":\"%s\",\"code\":{\"coding\":[{\"system\":"
		       "\"http://loinc.org\",\"code\":\"%s\"}]},",
		       word(d, form->title), form->loinc));
	MEDARK_TRY(medark_ips_narrative(d->ips, section, &d->text, err));
	MEDARK_TRY(put_narrative(d, err));
	MEDARK_TRY(put_entries(d, section, err));
	return put(d, err, "}");
}

/* ---- what is made for the document ---- */

static int put_composition(struct document *d, struct medark_error *err)
{
	bool is_first = true;

	MEDARK_TRY(put(d, err,
		       "{\"fullUrl\":\"urn:uuid:%s\",\"resource\":{\"resourceType\":"
		       "\"Composition\",\"id\":\"%s\",\"meta\":{\"profile\":[\"" COMPOSITION
		       "\"]},\"language\":\"%s\",",
		       d->composition, d->composition,
		       medark_language_code(d->ips->chart->language)));
	MEDARK_TRY(medark_html(&d->text, err, "<p>%s %s: %u / %u.</p>",
			       word(d, MEDARK_WORD_IPS_HINT), word(d, MEDARK_WORD_IPS_TAKEN),
			       (unsigned long long)d->ips->count,
			       (unsigned long long)d->ips->records));
	MEDARK_TRY(put_narrative(d, err));
	MEDARK_TRY(put(d, err,
		       ",\"status\":\"final\",\"type\":{\"coding\":[{\"system\":"
		       "\"http://loinc.org\",\"code\":\"60591-5\",\"display\":"
		       "\"Patient summary Document\"}]},\"subject\":"));
	MEDARK_TRY(put_reference(d, d->ips->patient, err));
	MEDARK_TRY(put(d, err,
		       ",\"date\":\"%s\",\"author\":[{\"reference\":\"urn:uuid:%s\"}],"
		       "\"title\":\"%s\",\"section\":[",
		       d->terms->created, d->device, word(d, MEDARK_WORD_IPS_TITLE)));
	for (int i = 0; i < MEDARK_IPS_COUNT; i++) {
		if (!medark_ips_has(d->ips, (enum medark_ips_section)i))
			continue;
		if (!is_first)
			MEDARK_TRY(put(d, err, ","));
		is_first = false;
		MEDARK_TRY(put_section(d, (enum medark_ips_section)i, err));
	}
	return put(d, err, "]}}");
}

/* Who made it: a program, out of an archive. It attests to nothing. */
static int put_device(struct document *d, struct medark_error *err)
{
	MEDARK_TRY(put(d, err,
		       ",{\"fullUrl\":\"urn:uuid:%s\",\"resource\":{\"resourceType\":\"Device\","
		       "\"id\":\"%s\",",
		       d->device, d->device));
	MEDARK_TRY(medark_html(&d->text, err, "<p>medark %s. %s</p>", MEDARK_VERSION,
			       word(d, MEDARK_WORD_IPS_HINT)));
	MEDARK_TRY(put_narrative(d, err));
	MEDARK_TRY(put(d, err,
		       ",\"identifier\":[{\"type\":{\"text\":\"archive\"},\"value\":\"%s\"}],"
		       "\"deviceName\":[{\"name\":\"medark\",\"type\":\"user-friendly-name\"}],"
		       "\"version\":[{\"value\":\"%s\"}],\"note\":[{\"text\":",
		       d->terms->archive, MEDARK_VERSION));
	MEDARK_TRY(put_string(d, medark_bytes_text(word(d, MEDARK_WORD_IPS_HINT)), err));
	return put(d, err, "}]}}");
}

/* "No information", which is not "none known": that only a record can say. */
static const struct absent {
	enum medark_ips_section section;
	const char *type, *code, *display, *head, *concept, *subject, *tail;
} absents[] = {
	{ MEDARK_IPS_MEDICATION, "MedicationStatement", "no-medication-info",
	  "No information about medications", "\"status\":\"unknown\"", "medicationCodeableConcept",
	  "subject",
	  ",\"_effectiveDateTime\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/"
	  "StructureDefinition/data-absent-reason\",\"valueCode\":\"unknown\"}]}" },
	{ MEDARK_IPS_ALLERGIES, "AllergyIntolerance", "no-allergy-info",
	  "No information about allergies",
	  "\"clinicalStatus\":{\"coding\":[{\"system\":\"" HL7
	  "allergyintolerance-clinical\",\"code\":\"active\"}]}",
	  "code", "patient", "" },
	{ MEDARK_IPS_PROBLEMS, "Condition", "no-problem-info", "No information about problems",
	  "\"clinicalStatus\":{\"coding\":[{\"system\":\"" HL7
	  "condition-clinical\",\"code\":\"active\"}]},\"category\":[{\"coding\":[{\"system\":\"" HL7
	  "condition-category\",\"code\":\"problem-list-item\"}]}]",
	  "code", "subject", "" },
};

static int put_absent(struct document *d, const struct absent *a, struct medark_error *err)
{
	if (!is_absent(d, a->section))
		return 0;
	MEDARK_TRY(put(d, err,
		       ",{\"fullUrl\":\"urn:uuid:%s\",\"resource\":{\"resourceType\":\"%s\","
		       "\"id\":\"%s\",",
		       d->absent[a->section], a->type, d->absent[a->section]));
	MEDARK_TRY(put_word_narrative(d, medark_ips_form(a->section)->none, err));
	MEDARK_TRY(put(d, err,
		       ",%s,\"%s\":{\"coding\":[{\"system\":\"" ABSENT
		       "\",\"code\":\"%s\",\"display\":\"%s\"}]},\"%s\":",
		       a->head, a->concept, a->code, a->display, a->subject));
	MEDARK_TRY(put_reference(d, d->ips->patient, err));
	return put(d, err, "%s}}", a->tail);
}

/* ---- the whole ---- */

static int put_member(struct document *d, const struct medark_view_record *record,
		      struct medark_error *err)
{
	struct medark_bytes text = record->root->whole;

	MEDARK_TRY(put(d, err, ",{\"fullUrl\":"));
	MEDARK_TRY(put_string(d, medark_ips_member_url(&d->members, record), err));
	MEDARK_TRY(put(d, err, ",\"resource\":"));
	MEDARK_TRY(medark_buffer_add(d->out, text.data, text.size, err));
	return put(d, err, "}");
}

int medark_ips_document(const struct medark_ips *ips, const struct medark_ips_terms *terms,
			struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(document_clear)
	struct document d = {
		.ips = ips, .terms = terms, .text = MEDARK_BUFFER_SECRET(NARRATIVES), .out = out
	};

	if (!ips->patient)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"the chart has no Patient that can be read");
	MEDARK_TRY(medark_ips_members_init(&d.members, ips, terms, err));
	MEDARK_TRY(name_all(&d, err));
	MEDARK_TRY(put(&d, err,
		       "{\"resourceType\":\"Bundle\",\"id\":\"%s\",\"meta\":{\"profile\":"
		       "[\"" MEDARK_IPS_BUNDLE "\"]},\"identifier\":{\"system\":"
		       "\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:%s\"},\"type\":\"document\","
		       "\"timestamp\":\"%s\",\"entry\":[",
		       d.bundle, d.bundle, terms->created));
	MEDARK_TRY(put_composition(&d, err));
	MEDARK_TRY(put_member(&d, ips->patient, err));
	MEDARK_TRY(put_device(&d, err));
	for (size_t i = 0; i < sizeof(absents) / sizeof(*absents); i++)
		MEDARK_TRY(put_absent(&d, &absents[i], err));
	for (size_t i = 1; i < d.members.count; i++) /* the patient is the first */
		MEDARK_TRY(put_member(&d, d.members.list[i].record, err));
	return medark_buffer_text(out, "]}", err);
}
