/* SPDX-License-Identifier: Apache-2.0 */
/* The operations, and where they are found (https://hl7.org/fhir/R4/operations.html). */
#include "api/api_private.h"

#include <string.h>

#define HL7  "http://hl7.org/fhir/OperationDefinition/"
#define BULK "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/"
#define IPS  "http://hl7.org/fhir/uv/ips/OperationDefinition/"

static int everything(struct medark_api_call *call)
{
	return medark_api_everything(call, call->segments[1]);
}

static int summary(struct medark_api_call *call)
{
	return medark_api_summary(call, call->segments[1]);
}

static const struct medark_api_operation operations[] = {
	{ "Patient", "everything", true, HL7 "Patient-everything", everything },
	{ "Patient", "export", false, BULK "patient-export", medark_api_export },
	{ NULL, "export", false, BULK "export", medark_api_export },
	{ NULL, "export-status", false, NULL, medark_api_export_status },
	{ NULL, "export-file", false, NULL, medark_api_export_file },
	{ "Patient", "summary", true, IPS "summary", summary },
	{ "Patient", "match", false, HL7 "Patient-match", medark_api_match },
	{ "Observation", "lastn", false, HL7 "Observation-lastn", medark_api_lastn },
};

const struct medark_api_operation *medark_api_operation_at(size_t i)
{
	return i < sizeof(operations) / sizeof(*operations) ? &operations[i] : NULL;
}

/* Is the path $name, [type]/$name or [type]/[id]/$name? */
static bool is_at(const struct medark_api_call *call, const struct medark_api_operation *o)
{
	size_t last = o->is_instance ? 2 : o->type ? 1 : 0;

	return call->segment_count == last + 1 &&
	       (!o->type || medark_bytes_is(call->segments[0], o->type)) &&
	       call->segments[last].size == strlen(o->name) + 1 &&
	       memcmp(call->segments[last].data + 1, o->name, strlen(o->name)) == 0;
}

int medark_api_operation(struct medark_api_call *call)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (is_at(call, &operations[i]))
			return operations[i].run(call);
	return medark_api_error(call, 404, "not-supported",
				"there is no such operation here; see metadata");
}
