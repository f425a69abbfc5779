/* SPDX-License-Identifier: Apache-2.0 */
/* Which archives a restore takes together, before any index is opened. */
#include "../test.h"

#include "archive/lineage.h"

#include <stdio.h>
#include <string.h>

#define NIGHTS 3

static struct medark_archive *nights[NIGHTS];

/* Night 1 is whole, the others are increments of it, each made an hour after the one before. */
static int make(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NIGHTS; i++) {
		struct medark_archive *a = calloc(1, sizeof(*a));

		assert_non_null(a);
		a->manifest_digest.bytes[0] = (uint8_t)(i + 1);
		a->header.sequence = i + 1;
		a->header.created = 3600 * (int64_t)(i + 1);
		a->header.has_previous = i > 0;
		a->header.previous.bytes[0] = (uint8_t)i;
		a->summary.server_count = 1;
		(void)snprintf(a->summary.servers[0].base, MEDARK_SUMMARY_BASE_MAX,
			       "https://ehr.example/fhir");
		if (i)
			(void)snprintf(a->summary.servers[0].since, MEDARK_SUMMARY_TIME_MAX,
				       "2026");
		nights[i] = a;
	}
	return 0;
}

static int drop(void **state)
{
	(void)state;
	for (size_t i = 0; i < NIGHTS; i++)
		free(nights[i]);
	return 0;
}

static void refused(size_t count, int64_t as_of, int code, const char *message)
{
	struct medark_lineage *lineage = NULL;
	struct medark_error err = { 0 };

	assert_int_equal(medark_lineage_new(nights, count, as_of, &lineage, &err), code);
	assert_null(lineage);
	assert_non_null(strstr(err.message, message));
}

static void one_that_is_whole_stands_alone(void **state)
{
	MEDARK_AUTO(medark_lineage_free) struct medark_lineage *lineage = NULL;

	(void)state;
	assert_int_equal(medark_lineage_new(nights, NIGHTS, 3600, &lineage, NULL), 0);
	assert_int_equal(lineage->count, 1);
	assert_ptr_equal(lineage->archives[0], nights[0]);
}

static void before_the_first_there_is_nothing(void **state)
{
	(void)state;
	refused(NIGHTS, 3599, MEDARK_E_NOT_FOUND, "none of the archives was made then");
}

static void a_gap_is_refused(void **state)
{
	(void)state;
	nights[1]->manifest_digest.bytes[0] = 99;
	refused(NIGHTS, INT64_MAX, MEDARK_E_NOT_FOUND, "the archive before it was not given");
}

static void two_of_one_number_are_refused(void **state)
{
	(void)state;
	nights[1]->header.sequence = 3;
	refused(NIGHTS, INT64_MAX, MEDARK_E_USAGE, "two archives are number 3");
}

/* The ids of another server are other patients'. */
static void an_increment_of_another_server_is_refused(void **state)
{
	(void)state;
	(void)snprintf(nights[1]->summary.servers[0].base, MEDARK_SUMMARY_BASE_MAX,
		       "https://other.example/fhir");
	refused(2, INT64_MAX, MEDARK_E_USAGE, "number 2 is an increment of another server");
	nights[1]->summary.server_count = 2;
	refused(2, INT64_MAX, MEDARK_E_USAGE, "number 2 is an increment of another server");
}

static void warn(void *context, const char *sentence)
{
	char *told = context;

	(void)strncat(told, sentence, 1023 - strlen(told));
}

static void another_signer_is_told(void **state)
{
	struct medark_lineage lineage = { .archives = nights, .count = 2 };
	char told[1024] = "";
	const struct medark_events events = { .warning = warn, .context = told };
	struct medark_meter meter;

	(void)state;
	medark_meter_init(&meter, &events, "restoring", 0);
	assert_int_equal(medark_lineage_warn(&lineage, nights, 2, INT64_MAX, &meter, NULL), 0);
	assert_string_equal(told, "");
	nights[1]->evidence.signer.fingerprint.bytes[0] = 0xab;
	assert_int_equal(medark_lineage_warn(&lineage, nights, 2, INT64_MAX, &meter, NULL), 0);
	assert_non_null(strstr(told, "the signer changes in the chain: number 2 is signed with the "
				     "certificate ab00000000000000..., number 1 before it"));
	medark_meter_clear(&meter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_that_is_whole_stands_alone, make, drop),
		cmocka_unit_test_setup_teardown(before_the_first_there_is_nothing, make, drop),
		cmocka_unit_test_setup_teardown(a_gap_is_refused, make, drop),
		cmocka_unit_test_setup_teardown(two_of_one_number_are_refused, make, drop),
		cmocka_unit_test_setup_teardown(an_increment_of_another_server_is_refused, make,
						drop),
		cmocka_unit_test_setup_teardown(another_signer_is_told, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
