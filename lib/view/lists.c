/* SPDX-License-Identifier: Apache-2.0 */
#include "view/lists.h"

#include "view/codes.h"
#include "view/date.h"

#include <string.h>

#define CELL_MAX ((size_t)1 << 20) /* far more than what is put into one */

#define RESULTS                                                                                    \
	{                                                                                          \
		"date", "what", "result", "flag", "reference_range", "status"                      \
	}

static const struct medark_view_list_form forms[MEDARK_LIST_COUNT] = {
	[MEDARK_LIST_ALLERGIES] = { "allergies",
				    { "date", "what", "reaction", "criticality", "status", "note" },
				    6 },
	[MEDARK_LIST_ALERTS] = { "alerts", { "date", "what", "kind", "status", "until", "by" }, 6 },
	[MEDARK_LIST_MEDICATION] = { "medication",
				     { "date", "what", "dose", "status", "reason", "by" },
				     6 },
	[MEDARK_LIST_LABORATORY] = { "laboratory", RESULTS, 6 },
	[MEDARK_LIST_PROBLEMS] = { "problems",
				   { "date", "what", "status", "until", "kind", "note" },
				   6 },
	[MEDARK_LIST_PROCEDURES] = { "procedures",
				     { "date", "what", "status", "reason", "by", "note" },
				     6 },
	[MEDARK_LIST_LETTERS] = { "letters",
				  { "date", "what", "kind", "status", "text", "by" },
				  6 },
	[MEDARK_LIST_APPOINTMENTS] = { "appointments",
				       { "date", "what", "status", "until", "reason", "by" },
				       6 },
	[MEDARK_LIST_CONTACTS] = { "contacts",
				   { "date", "what", "status", "reason", "place", "by" },
				   6 },
	[MEDARK_LIST_VITALS] = { "vitals", RESULTS, 6 },
	[MEDARK_LIST_FINDINGS] = { "findings", RESULTS, 6 },
	[MEDARK_LIST_IMMUNISATIONS] = { "immunisations",
					{ "date", "what", "status", "note", "by" },
					5 },
	[MEDARK_LIST_CARE] = { "care", { "date", "what", "kind", "status", "until", "by" }, 6 },
	[MEDARK_LIST_PEOPLE] = { "people",
				 { "date", "what", "kind", "contact", "status", "until" },
				 6 },
	[MEDARK_LIST_REST] = { "other", { "date", "what", "kind", "status", "text" }, 5 },
};

const struct medark_view_list_form *medark_view_list_form(enum medark_view_list list)
{
	return &forms[list];
}

/*
 * Where a type's records are listed, and the paths of each column (STU3's and R4's); NULL: the type
 * itself. An Observation's list depends on its category.
 */
struct source {
	const char *type;
	enum medark_view_list list;
	const char *paths[MEDARK_VIEW_COLUMNS];
};

#define DOSES	    "dosageInstruction|dosage"
#define MEDICATIONS "medicationCodeableConcept|medicationReference|medication"
#define VALUES                                                                                     \
	("valueQuantity|valueCodeableConcept|valueString|valueBoolean|valueInteger|valueRange|"    \
	 "valueRatio|valueTime|valueDateTime|valuePeriod|dataAbsentReason")
#define DATES                                                                                      \
	("date|created|authoredOn|issued|recorded|period|start|effectiveDateTime|"                 \
	 "meta.lastUpdated")

static const struct source sources[] = {
	{ "AllergyIntolerance",
	  MEDARK_LIST_ALLERGIES,
	  { "recordedDate|assertedDate|onsetDateTime|onsetPeriod", "code|reaction.substance",
	    "reaction.manifestation", "criticality|reaction.severity",
	    "clinicalStatus|verificationStatus|status", "note" } },
	{ "Appointment",
	  MEDARK_LIST_APPOINTMENTS,
	  { "start|created", "description|serviceType|appointmentType|specialty", "status", "end",
	    "reasonCode|reason|comment", "participant.actor" } },
	{ "CarePlan",
	  MEDARK_LIST_CARE,
	  { "period.start|created", "title|category|description", NULL, "status", "period.end",
	    "author|contributor" } },
	{ "CareTeam",
	  MEDARK_LIST_PEOPLE,
	  { "period.start", "participant.member|name", "category", NULL, "status", "period.end" } },
	{ "ClinicalImpression",
	  MEDARK_LIST_LETTERS,
	  { "date|effectiveDateTime", "description|code", NULL, "status", "summary|note",
	    "assessor" } },
	{ "Communication",
	  MEDARK_LIST_LETTERS,
	  { "sent|received", "topic|category", NULL, "status", "payload.contentString|note",
	    "sender" } },
	{ "Composition",
	  MEDARK_LIST_LETTERS,
	  { "date", "title", "type", "status", "section.title", "author" } },
	{ "Condition",
	  MEDARK_LIST_PROBLEMS,
	  { "onsetDateTime|onsetPeriod|onsetString|recordedDate|assertedDate", "code",
	    "clinicalStatus|verificationStatus",
	    "abatementDateTime|abatementPeriod|abatementString", "category", "note" } },
	{ "Consent",
	  MEDARK_LIST_ALERTS,
	  { "dateTime", "category", "scope", "status", "provision.period.end|period.end",
	    "performer|consentingParty|organization" } },
	{ "Coverage",
	  MEDARK_LIST_PEOPLE,
	  { "period.start", "payor", "type", "subscriberId", "status", "period.end" } },
	{ "Device",
	  MEDARK_LIST_CARE,
	  { "manufactureDate", "deviceName.name|type|model", NULL, "status", "expirationDate",
	    "manufacturer" } },
	{ "DeviceUseStatement",
	  MEDARK_LIST_CARE,
	  { "timingDateTime|timingPeriod|recordedOn|whenUsed", "device", NULL, "status",
	    "whenUsed.end", "source" } },
	{ "DiagnosticReport",
	  MEDARK_LIST_LETTERS,
	  { "effectiveDateTime|effectivePeriod|issued", "code", "category", "status",
	    "conclusion|presentedForm|result", "performer|performer.actor" } },
	{ "DocumentReference",
	  MEDARK_LIST_LETTERS,
	  { "date|indexed|created", "description|content.attachment.title|type", "type|category",
	    "status", "content.attachment", "author" } },
	{ "Encounter",
	  MEDARK_LIST_CONTACTS,
	  { "period", "type|class", "status", "reasonCode|reasonReference|reason",
	    "location.location|serviceProvider", "participant.individual" } },
	{ "EpisodeOfCare",
	  MEDARK_LIST_PROBLEMS,
	  { "period.start", "type|diagnosis.condition", "status", "period.end", NULL,
	    "careManager" } },
	{ "FamilyMemberHistory",
	  MEDARK_LIST_PROBLEMS,
	  { "date", "condition.code", "status", NULL, "relationship", "note" } },
	{ "Flag",
	  MEDARK_LIST_ALERTS,
	  { "period.start", "code", "category", "status", "period.end", "author" } },
	{ "Goal",
	  MEDARK_LIST_CARE,
	  { "startDate|startCodeableConcept", "description", NULL, "lifecycleStatus|status",
	    "target.dueDate", "expressedBy" } },
	{ "Immunization",
	  MEDARK_LIST_IMMUNISATIONS,
	  { "occurrenceDateTime|occurrenceString|date", "vaccineCode", "status", "lotNumber|note",
	    "performer.actor|practitioner.actor" } },
	{ "MedicationAdministration",
	  MEDARK_LIST_MEDICATION,
	  { "effectiveDateTime|effectivePeriod", MEDICATIONS, DOSES, "status",
	    "reasonCode|reasonReference", "performer.actor" } },
	{ "MedicationDispense",
	  MEDARK_LIST_MEDICATION,
	  { "whenHandedOver|whenPrepared", MEDICATIONS, DOSES, "status", "note",
	    "performer.actor" } },
	{ "MedicationRequest",
	  MEDARK_LIST_MEDICATION,
	  { "authoredOn|dosageInstruction.timing.repeat.boundsPeriod", MEDICATIONS, DOSES, "status",
	    "reasonCode|reasonReference", "requester|requester.agent" } },
	{ "MedicationStatement",
	  MEDARK_LIST_MEDICATION,
	  { "effectiveDateTime|effectivePeriod|dateAsserted", MEDICATIONS, DOSES, "status",
	    "reasonCode|reasonReference", "informationSource" } },
	{ "Observation",
	  MEDARK_LIST_FINDINGS,
	  { "effectiveDateTime|effectivePeriod|effectiveInstant|issued", "code", VALUES,
	    "interpretation", "referenceRange", "status" } },
	{ "Procedure",
	  MEDARK_LIST_PROCEDURES,
	  { "performedDateTime|performedPeriod|performedString", "code", "status",
	    "reasonCode|reasonReference", "performer.actor", "note|outcome" } },
	{ "ProcedureRequest",
	  MEDARK_LIST_CARE,
	  { "authoredOn|occurrenceDateTime", "code", NULL, "status", "occurrencePeriod.end",
	    "requester|requester.agent" } },
	{ "RelatedPerson",
	  MEDARK_LIST_PEOPLE,
	  { "period.start", "name", "relationship", "telecom.value", "active", "period.end" } },
	{ "ServiceRequest",
	  MEDARK_LIST_CARE,
	  { "authoredOn|occurrenceDateTime", "code", NULL, "status", "occurrencePeriod.end",
	    "requester" } },
};

static const struct source rest = { NULL,
				    MEDARK_LIST_REST,
				    { DATES, "code|type|category|title|name|description", NULL,
				      "status", "text.status|note" } };

static const struct source *find_source(struct medark_bytes type)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (medark_bytes_is(type, sources[i].type))
			return &sources[i];
	return &rest;
}

/* By the category that R4 has, and the names that others give it. */
static enum medark_view_list list_of_observation(const struct medark_view_record *record)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &record->tree, record->root, "category.coding.code");
	while ((n = medark_json_walk_next(&walk))) {
		if (medark_bytes_is(n->text, "laboratory") || medark_bytes_is(n->text, "LAB"))
			return MEDARK_LIST_LABORATORY;
		if (medark_bytes_is(n->text, "vital-signs"))
			return MEDARK_LIST_VITALS;
	}
	return MEDARK_LIST_FINDINGS;
}

enum medark_view_list medark_view_list_of(const struct medark_view_record *record)
{
	enum medark_view_list list = find_source(record->type)->list;

	if (record->is_outside || medark_bytes_is(record->type, "Patient"))
		return MEDARK_LIST_COUNT;
	return list == MEDARK_LIST_FINDINGS && record->root ? list_of_observation(record) : list;
}

/* ---- rows ---- */

void medark_view_row_clear(struct medark_view_row *row)
{
	medark_buffer_clear(&row->text);
	*row = (struct medark_view_row) { 0 };
}

struct medark_bytes medark_view_cell(const struct medark_view_row *row, size_t i)
{
	size_t begin = i ? row->ends[i - 1] : 0;

	return medark_bytes(row->text.data + begin, row->ends[i] - begin);
}

/* Observations may hold several results, as of a blood pressure. */
static int put_components(const struct medark_view_values *v,
			  const struct medark_view_record *record, const char *value_paths,
			  struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &record->tree, record->root, "component");
	while (out->size < MEDARK_VIEW_TEXT_MAX && (n = medark_json_walk_next(&walk))) {
		if (out->size)
			MEDARK_TRY(medark_buffer_text(out, "; ", err));
		MEDARK_TRY(medark_view_field(v, record, n, "code", out, err));
		MEDARK_TRY(medark_buffer_text(out, ": ", err));
		MEDARK_TRY(medark_view_field(v, record, n, value_paths, out, err));
	}
	return 0;
}

static bool is_code(const struct source *source, size_t i)
{
	const struct medark_view_list_form *form = &forms[source->list];

	return i < form->count && (strcmp(form->columns[i], "status") == 0 ||
				   strcmp(form->columns[i], "criticality") == 0);
}

static int put_cell(const struct medark_view_values *v, const struct source *source, size_t i,
		    struct medark_view_row *row, struct medark_error *err)
{
	const struct medark_view_record *record = row->record;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer cell = MEDARK_BUFFER_SECRET(CELL_MAX);
	struct medark_bytes text;

	if (source->paths[i] && record->root)
		MEDARK_TRY(
			medark_view_field(v, record, record->root, source->paths[i], &cell, err));
	else if (!source->paths[i])
		MEDARK_TRY(medark_buffer_add(&cell, record->type.data, record->type.size, err));
	if (i == 2 && source->list == MEDARK_LIST_FINDINGS && record->root)
		MEDARK_TRY(put_components(v, record, source->paths[i], &cell, err));
	if (i == 1 && cell.size == 0)
		MEDARK_TRY(medark_view_name(v, record, &cell, err));
	text = medark_bytes(cell.data, cell.size);
	if (v->is_page && is_code(source, i))
		text = medark_view_code(v->language, text);
	MEDARK_TRY(medark_buffer_add(&row->text, text.data, text.size, err));
	row->ends[i] = row->text.size;
	return 0;
}

static bool is_one_of(struct medark_bytes text, const char *const *words)
{
	for (; *words; words++)
		if (medark_bytes_is(text, *words))
			return true;
	return false;
}

static bool has_word(const struct medark_view_record *record, const char *paths,
		     const char *const *words)
{
	const struct medark_json_node *n = medark_view_find(record, record->root, paths);

	return n && is_one_of(n->text, words);
}

/* https://hl7.org/fhir/R4/valueset-observation-interpretation.html */
static bool is_flagged(const struct medark_view_record *record)
{
	static const char *const normal[] = { "N", "NEG", "ND", "NR", "S", NULL };
	const struct medark_json_node *n =
		medark_view_find(record, record->root, "interpretation.coding.code");

	return n && !is_one_of(n->text, normal);
}

static void date(struct medark_view_row *row, const char *paths)
{
	const struct medark_json_node *n = medark_view_find(row->record, row->record->root, paths);

	if (n && n->kind == MEDARK_JSON_OBJECT_BEGIN)
		n = medark_view_find(row->record, n, "start|end|value");
	row->is_dated = n && medark_view_moment(n->text, &row->moment);
}

static void judge(struct medark_view_row *row, const struct source *source)
{
	static const char *const ended[] = { "completed", "stopped",   "cancelled", "inactive",
					     "resolved",  "remission", "finished",  "ended",
					     "fulfilled", "noshow",    "revoked",   "superseded",
					     NULL };
	static const char *const wrong[] = { "entered-in-error", NULL };
	static const char paths[] =
		"clinicalStatus.coding.code|clinicalStatus|lifecycleStatus|status";
	static const char errors[] = "verificationStatus.coding.code|verificationStatus|status";

	row->is_current = !has_word(row->record, paths, ended);
	row->is_wrong = has_word(row->record, errors, wrong);
	row->is_flagged = is_flagged(row->record);
	date(row, source->paths[0]);
}

int medark_view_row(const struct medark_view_values *v, enum medark_view_list list,
		    const struct medark_view_record *record, struct medark_view_row *row,
		    struct medark_error *err)
{
	const struct source *source = find_source(record->type);

	medark_view_row_clear(row);
	row->record = record;
	row->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_VIEW_COLUMNS * CELL_MAX);
	if (record->root)
		judge(row, source);
	for (size_t i = 0; i < forms[list].count; i++)
		MEDARK_TRY(put_cell(v, source, i, row, err));
	return 0;
}
