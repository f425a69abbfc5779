/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "record/compartment.h"

#include <stdio.h>

/* "participant.actor patient!" with '!' for "only a patient" and '?' for "whom it is about". */
static const char *paths(const char *type)
{
	static char text[512];
	const struct medark_compartment *c = medark_compartment_find(medark_bytes_text(type));
	size_t n = 0;

	if (!c)
		return "unknown";
	text[0] = '\0';
	for (size_t i = 0; i < c->count; i++) {
		const struct medark_compartment_path *p = &c->paths[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", i ? " " : "");
		for (int k = 0; k < p->depth; k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", k ? "." : "",
					      p->segments[k]);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
				      p->flags & MEDARK_COMPARTMENT_ABOUT ? "?" : "",
				      p->flags & MEDARK_COMPARTMENT_ONLY ? "!" : "");
	}
	return text;
}

static void types_name_patients_where_the_definitions_say(void **state)
{
	(void)state;
	assert_string_equal(paths("Observation"), "performer subject?");
	assert_string_equal(paths("Appointment"), "participant.actor");
	assert_string_equal(paths("Claim"), "patient?! payee.party");
	assert_string_equal(paths("Group"), "member.entity");
	assert_string_equal(paths("Patient"), "link.other");
	assert_string_equal(paths("Person"), "link.target");
	assert_string_equal(paths("CarePlan"), "activity.detail.performer subject?");
	assert_string_equal(paths("Provenance"), "patient?! target");
	assert_string_equal(paths("ResearchSubject"), "individual?! subject?");
}

static void versions_are_joined(void **state)
{
	(void)state;
	assert_string_equal(paths("AuditEvent"),
			    "agent.reference agent.who entity.reference entity.what patient?!");
	assert_string_equal(paths("ProcedureRequest"), "performer subject?");
	assert_string_equal(paths("ServiceRequest"), "performer subject?");
	assert_string_equal(paths("SupplyRequest"), "deliverFor! deliverTo requester.agent");
	assert_string_equal(paths("DeviceRequest"),
			    "performer performer.reference requester.agent subject?");
	assert_string_equal(
		paths("CommunicationRequest"),
		"informationProvider recipient requester requester.agent sender subject?");
	assert_string_equal(paths("RequestOrchestration"),
			    "action.participant.actorReference subject?");
	assert_string_equal(paths("Task"), "focus for");
}

static void types_without_patients_are_known(void **state)
{
	(void)state;
	assert_string_equal(paths("Practitioner"), "");
	assert_string_equal(paths("Medication"), "");
	assert_string_equal(paths("Bundle"), "");
	assert_string_equal(paths("DataElement"), "");
	assert_string_equal(paths("Zebra"), "unknown");
	assert_string_equal(paths(""), "unknown");
}

static void the_table_is_in_order(void **state)
{
	(void)state;
	assert_true(medark_compartment_count > 180);
	for (size_t i = 0; i < medark_compartment_count; i++) {
		const struct medark_compartment *c = &medark_compartments[i];

		assert_ptr_equal(medark_compartment_find(medark_bytes_text(c->type)), c);
		assert_in_range(c->count, 0, MEDARK_COMPARTMENT_PATHS_MAX);
		for (size_t k = 0; k < c->count; k++) {
			const struct medark_compartment_path *p = &c->paths[k];

			assert_in_range(p->depth, 1, MEDARK_COMPARTMENT_DEPTH_MAX);
			assert_in_range(p->member, 0, medark_compartment_member_count - 1);
			assert_string_equal(p->segments[0], medark_compartment_members[p->member]);
			if (k)
				assert_true(p->member >= p[-1].member);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_name_patients_where_the_definitions_say),
		cmocka_unit_test(versions_are_joined),
		cmocka_unit_test(types_without_patients_are_known),
		cmocka_unit_test(the_table_is_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
