/* SPDX-License-Identifier: Apache-2.0 */
/* What of R4's parameters no record of STU3 can have. Checked against STU3's model by tests/search.
 */
#include "search/param_table.h"

#include <string.h>

#define PARAMS_MAX 5

static const struct {
	const char *type;
	const char *params[PARAMS_MAX]; /* none: STU3 has no such type */
} missing[] = {
	{ "Appointment", { "based-on", "reason-reference" } },
	{ "CarePlan", { "instantiates-canonical", "instantiates-uri" } },
	{ "Consent", { "scope" } },
	{ "Coverage", { "class-type", "class-value" } },
	{ "DiagnosticReport", { "results-interpreter" } },
	{ "Encounter", { "based-on", "reason-reference" } },
	{ "Goal", { "achievement-status" } },
	{ "ImagingStudy", { "performer", "status" } },
	{ "Immunization", { "reason-reference", "series", "target-disease" } },
	{ "Media", { "modality", "status" } },
	{ "Medication", { "expiration-date", "identifier", "lot-number" } },
	{ "MedicationRequest", { "intended-performer", "intended-performertype" } },
	{ "Observation", { "derived-from", "focus", "has-member", "part-of" } },
	{ "Procedure", { "instantiates-canonical", "instantiates-uri" } },
	{ "Provenance", { "agent-type", "when" } },
	{ "ServiceRequest", { NULL } },
};

bool medark_search_stu3_has_type(const struct medark_search_type *type)
{
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++)
		if (!missing[i].params[0] && strcmp(missing[i].type, type->name) == 0)
			return false;
	return true;
}

static bool is_listed(const char *const *names, const char *name)
{
	for (size_t i = 0; i < PARAMS_MAX && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool medark_search_stu3_has(const struct medark_search_type *type,
			    const struct medark_search_param *param)
{
	if (strcmp(param->name, "_source") == 0) /* Meta has none there */
		return false;
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++)
		if (strcmp(missing[i].type, type->name) == 0)
			return missing[i].params[0] && !is_listed(missing[i].params, param->name);
	return true;
}
