/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/patient_row.h"

#define ROW                                                                                        \
	"{\"key\":\"Pp-1\",\"n\":4,\"id\":\"p-1\",\"identifiers\":[[\"urn:bsn\",\"999990019\"],"   \
	"[\"a\\\"b\",\"1\\u0009\"]],\"names\":[{\"family\":\"Vries\",\"given\":\"Jan\","           \
	"\"prefix\":\"de\",\"future\":[1]},{\"family\":\"Second\"}],\"birth\":\"1970-12-31\","     \
	"\"gender\":\"male\",\"deceased\":\"2020-01\",\"inactive\":true,\"links\":[],"             \
	"\"counts\":{\"Patient\":1},\"records\":12,\"first\":\"1999\",\"last\":\"2020-05\","       \
	"\"unknown\":{\"x\":[null]},\"at\":[[1,0,10],[2,5,6]],\"shared\":[[3,1,2]]}"

static int parse(const char *row, uint64_t number, struct medark_patient_scratch *scratch,
		 struct medark_patient_row *out, struct medark_patient_values *values)
{
	struct medark_error err;

	return medark_patient_row_parse(medark_bytes_text(row), number, scratch, out, values, &err);
}

static void a_row_tells_who_the_patient_is(void **state)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_values values;
	struct medark_patient_row row;

	(void)state;
	assert_int_equal(parse(ROW, 4, &scratch, &row, &values), 0);
	assert_int_equal(row.number, 4);
	assert_string_equal(row.id, "p-1");
	assert_string_equal(row.family, "Vries");
	assert_string_equal(row.given, "Jan");
	assert_string_equal(row.prefix, "de");
	assert_string_equal(row.text, "");
	assert_string_equal(row.birth_date, "1970-12-31");
	assert_string_equal(row.gender, "male");
	assert_true(row.deceased && row.inactive);
	assert_string_equal(row.deceased_date, "2020-01");
	assert_int_equal(row.records, 12);
	assert_string_equal(row.first, "1999");
	assert_string_equal(row.last, "2020-05");
	assert_string_equal(row.json, ROW);
	assert_true(medark_bytes_is(values.at, "[[1,0,10],[2,5,6]]"));
}

static void a_patient_without_a_resource_is_called_by_the_key(void **state)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_row row;

	(void)state;
	assert_int_equal(parse("{\"key\":\"Isys|\\u00e9\",\"n\":0}", 0, &scratch, &row, NULL), 0);
	assert_string_equal(row.id, "sys|\xc3\xa9");
	assert_string_equal(row.family, "");
	assert_false(row.deceased);
	assert_string_equal(row.last, "");
}

static void a_nul_in_a_name_does_not_cut_it(void **state)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_row row;

	(void)state;
	assert_int_equal(parse("{\"key\":\"Px\",\"n\":0,\"names\":[{\"family\":\"a\\u0000b\"}]}", 0,
			       &scratch, &row, NULL),
			 0);
	assert_string_equal(row.family, "a?b");
}

static void malformed_rows_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"n\":0}",
		"{\"key\":\"\",\"n\":0}",
		"{\"key\":\"Px\",\"n\":1}",
		"{\"key\":\"Px\",\"n\":0",
		"{\"key\":\"Px\",\"n\":0}x",
		"{\"key\":5,\"n\":0}",
		"{\"key\":\"Px\",\"key\":\"Py\",\"n\":0}",
		"{\"key\":\"Px\",\"n\":0,\"r\\u0065cords\":5}",
		"{\"key\":\"Px\",\"n\":-1}",
		"{\"key\":\"Px\",\"n\":0,\"names\":{}}",
		"{\"key\":\"Px\",\"n\":0,\"names\":[1]}",
		"{\"key\":\"Px\",\"n\":0,\"birth\":1970}",
		"{\"key\":\"Px\",\"n\":0,\"records\":1.5}",
	};
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(bad[i], 0, &scratch, &row, NULL), MEDARK_E_FORMAT);
}

static int add_range(void *context, const struct medark_range *range, struct medark_error *err)
{
	uint64_t *sum = context;

	(void)err;
	*sum = *sum * 100 + range->segment * 10 + range->offset + range->length;
	return 0;
}

static void ranges_are_read_and_bounded(void **state)
{
	static const char *const bad[] = { "{}",	 "[1]",	      "[[1,2]]",
					   "[[0,1,1]]",	 "[[1,1,0]]", "[[1,2,3,4]]",
					   "[[1,-2,3]]", "[[1,2,3]",  "[[1,2,100000000]]" };
	struct medark_error err;
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(medark_patient_ranges(medark_bytes_text("[[1,0,10],[2,5,6]]"), add_range,
					       &sum, &err),
			 0);
	assert_int_equal(sum, 2031);
	assert_int_equal(medark_patient_ranges(medark_bytes(NULL, 0), add_range, &sum, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			medark_patient_ranges(medark_bytes_text(bad[i]), add_range, &sum, &err),
			MEDARK_E_FORMAT);
}

static int add_pair(void *context, struct medark_bytes first, struct medark_bytes second,
		    struct medark_error *err)
{
	struct medark_buffer *b = context;

	MEDARK_TRY(medark_buffer_add(b, first.data, first.size, err));
	MEDARK_TRY(medark_buffer_add(b, "|", 1, err));
	MEDARK_TRY(medark_buffer_add(b, second.data, second.size, err));
	return medark_buffer_add(b, ";", 1, err);
}

static void pairs_are_decoded(void **state)
{
	static const char *const bad[] = { "[[\"a\"]]", "[[\"a\",1]]", "[[\"a\",\"b\",\"c\"]]",
					   "[\"a\"]", "[[\"a\",\"b\"]" };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1024);
	struct medark_error err;

	(void)state;
	assert_int_equal(
		medark_patient_pairs(medark_bytes_text("[[\"a\\\"b\",\"1\"],[\"\",\"2\"]]"),
				     add_pair, &b, &err),
		0);
	assert_true(medark_bytes_is(medark_bytes(b.data, b.size), "a\"b|1;|2;"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			medark_patient_pairs(medark_bytes_text(bad[i]), add_pair, &b, &err),
			MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_tells_who_the_patient_is),
		cmocka_unit_test(a_patient_without_a_resource_is_called_by_the_key),
		cmocka_unit_test(a_nul_in_a_name_does_not_cut_it),
		cmocka_unit_test(malformed_rows_are_refused),
		cmocka_unit_test(ranges_are_read_and_bounded),
		cmocka_unit_test(pairs_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
