/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/choose.h"

#define ASIDE_MAX 5

/* Where records of a type go, and which statuses leave them out (STU3's and R4's). */
static const struct kind {
	const char *type;
	enum medark_ips_section section;
	const char *aside[ASIDE_MAX];
} kinds[] = {
	{ "AllergyIntolerance", MEDARK_IPS_ALLERGIES, { NULL } },
	{ "CarePlan", MEDARK_IPS_PLAN, { "completed", "revoked", "cancelled", "draft", NULL } },
	{ "Condition", MEDARK_IPS_PROBLEMS, { NULL } },
	{ "Consent", MEDARK_IPS_DIRECTIVES, { "draft", "proposed", "rejected", "inactive", NULL } },
	{ "DeviceUseStatement", MEDARK_IPS_DEVICES, { "intended", NULL } },
	{ "DiagnosticReport", MEDARK_IPS_RESULTS, { "registered", "cancelled", NULL } },
	{ "Flag", MEDARK_IPS_ALERTS, { "inactive", NULL } },
	{ "Immunization", MEDARK_IPS_IMMUNISATIONS, { "not-done", NULL } },
	{ "MedicationAdministration",
	  MEDARK_IPS_MEDICATION,
	  { "completed", "stopped", "not-done", NULL } },
	{ "MedicationDispense",
	  MEDARK_IPS_MEDICATION,
	  { "completed", "stopped", "cancelled", "declined", NULL } },
	{ "MedicationRequest",
	  MEDARK_IPS_MEDICATION,
	  { "completed", "stopped", "cancelled", "draft", NULL } },
	{ "MedicationStatement",
	  MEDARK_IPS_MEDICATION,
	  { "completed", "stopped", "not-taken", NULL } },
	{ "Observation", MEDARK_IPS_RESULTS, { "registered", "cancelled", NULL } },
	{ "Procedure", MEDARK_IPS_PROCEDURES, { "not-done", "preparation", NULL } },
};

static const struct kind *find_kind(struct medark_bytes type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (medark_bytes_is(type, kinds[i].type))
			return &kinds[i];
	return NULL;
}

/* Does one of the values that a path leads to stand in a list that ends with NULL? */
static bool has_any(const struct medark_view_record *record, const char *path,
		    const char *const *words)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &record->tree, record->root, path);
	while ((n = medark_json_walk_next(&walk)))
		for (size_t i = 0; words[i]; i++)
			if (medark_bytes_is(n->text, words[i]))
				return true;
	return false;
}

static bool has(const struct medark_view_record *record, const char *path, const char *word)
{
	const char *const words[] = { word, NULL };

	return has_any(record, path, words);
}

static bool has_member(const struct medark_view_record *record, const char *path)
{
	return medark_json_at(&record->tree, record->root, path) != NULL;
}

/* ---- sections that the type alone does not tell ---- */

/*
 * https://hl7.org/fhir/R4/valueset-condition-clinical.html: `inactive` and what is below it is
 * past. What is over has to say so (con-4); where no status is written, the end of it does.
 */
static enum medark_ips_section condition(const struct medark_view_record *record)
{
	static const char *const past[] = { "inactive", "remission", "resolved", NULL };
	static const char *const ends[] = { "abatementDateTime", "abatementAge", "abatementPeriod",
					    "abatementRange", "abatementString" };

	if (has_any(record, "clinicalStatus.coding.code", past) ||
	    has_any(record, "clinicalStatus", past))
		return MEDARK_IPS_PAST;
	if (has_member(record, "clinicalStatus") || has(record, "abatementBoolean", "false"))
		return MEDARK_IPS_PROBLEMS;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (has_member(record, ends[i]))
			return MEDARK_IPS_PAST;
	return has(record, "abatementBoolean", "true") ? MEDARK_IPS_PAST : MEDARK_IPS_PROBLEMS;
}

/* The codes of IPS's profiles of pregnancies: status, expected date, outcomes. */
static bool is_pregnancy(const struct medark_view_record *record)
{
	static const char *const codes[] = { "82810-3", "11778-8", "11779-6", "11780-4", "11636-8",
					     "11637-6", "11638-4", "11639-2", "11640-0", "11612-9",
					     "11613-7", "11614-5", "33065-4", NULL };

	return has(record, "code.coding.system", "http://loinc.org") &&
	       has_any(record, "code.coding.code", codes);
}

/* MEDARK_IPS_COUNT: other findings, as of questionnaires, are in no section. */
static enum medark_ips_section observation(const struct medark_view_record *record)
{
	static const char *const results[] = { "laboratory", "LAB", "imaging", "RAD", NULL };
	static const char path[] = "category.coding.code";

	if (is_pregnancy(record))
		return MEDARK_IPS_PREGNANCY;
	if (has(record, path, "social-history"))
		return MEDARK_IPS_SOCIAL;
	if (has(record, path, "vital-signs"))
		return MEDARK_IPS_VITALS;
	return has_any(record, path, results) || !has_member(record, path) ? MEDARK_IPS_RESULTS
									   : MEDARK_IPS_COUNT;
}

/* Notes are DiagnosticReports for some; what has or concludes results is one. */
static bool is_report(const struct medark_view_record *record)
{
	return has_member(record, "result") || has_member(record, "conclusion") ||
	       has_member(record, "conclusionCode") || has_member(record, "codedDiagnosis");
}

/* Who may see or use data is no directive for care. */
static bool is_directive(const struct medark_view_record *record)
{
	static const char *const no[] = { "patient-privacy", "research", NULL };

	return !has_any(record, "scope.coding.code", no);
}

static enum medark_ips_section section_of(const struct medark_view_record *record,
					  const struct kind *kind)
{
	if (medark_bytes_is(record->type, "Condition"))
		return condition(record);
	if (medark_bytes_is(record->type, "Observation"))
		return observation(record);
	if (medark_bytes_is(record->type, "DiagnosticReport") && !is_report(record))
		return MEDARK_IPS_COUNT;
	if (medark_bytes_is(record->type, "Consent") && !is_directive(record))
		return MEDARK_IPS_COUNT;
	return kind->section;
}

/* ---- the whole ---- */

static bool is_wrong(const struct medark_view_record *record)
{
	static const char *const words[] = { "entered-in-error", "refuted", NULL };

	return has(record, "status", "entered-in-error") ||
	       has_any(record, "verificationStatus.coding.code", words) ||
	       has_any(record, "verificationStatus", words);
}

/* Whole elements may turn a record into its opposite, beside its status. */
static bool is_aside(const struct medark_view_record *record, const struct kind *kind)
{
	return has_any(record, "status", kind->aside) || has(record, "doNotPerform", "true") ||
	       has(record, "notGiven", "true") || has(record, "notDone", "true") ||
	       has(record, "taken", "n");
}

enum medark_ips_choice medark_ips_choose(const struct medark_view_record *record,
					 enum medark_ips_section *out_section)
{
	const struct kind *kind = find_kind(record->type);

	if (!kind)
		return MEDARK_IPS_NONE;
	*out_section = kind->section;
	if (!record->root)
		return MEDARK_IPS_UNREAD;
	*out_section = section_of(record, kind);
	if (*out_section == MEDARK_IPS_COUNT)
		return MEDARK_IPS_NONE;
	if (is_wrong(record))
		return MEDARK_IPS_WRONG;
	return is_aside(record, kind) ? MEDARK_IPS_ASIDE : MEDARK_IPS_TAKEN;
}
