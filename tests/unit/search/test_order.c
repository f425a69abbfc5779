/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include "search/order.h"

/* The sign of the order of two records. */
static int order(const char *sort, const char *a, const char *b)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer x = MEDARK_BUFFER(8192);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer y = MEDARK_BUFFER(8192);
	int result;

	assert_int_equal(make_query("Patient", sort), 0);
	assert_int_equal(medark_search_order_key(&query, record(a), &x, NULL), 0);
	assert_int_equal(medark_search_order_key(&query, record(b), &y, NULL), 0);
	result = medark_bytes_compare(medark_bytes(x.data, x.size), medark_bytes(y.data, y.size));
	return (result > 0) - (result < 0);
}

#define OLD    "{'id':'a','birthDate':'1950','gender':'male'}"
#define YOUNG  "{'id':'B','birthDate':'1990-01-01','gender':'Female'}"
#define NOBODY "{'id':'c'}"

static void dates_and_tokens_are_ordered_both_ways(void **state)
{
	(void)state;
	assert_int_equal(order("_sort=birthdate", OLD, YOUNG), -1);
	assert_int_equal(order("_sort=-birthdate", OLD, YOUNG), 1);
	assert_int_equal(order("_sort=gender", OLD, YOUNG), 1);
	assert_int_equal(order("_sort=-gender", OLD, YOUNG), -1);
	assert_int_equal(order("_sort=_id", OLD, YOUNG), -1);
	assert_int_equal(order("_sort=birthdate", "{'birthDate':'1969-12-31'}",
			       "{'birthDate':'1970-01-02'}"),
			 -1);
	/* The same beginning: the shorter stretch first. */
	assert_int_equal(
		order("_sort=birthdate", "{'birthDate':'1969-01-01'}", "{'birthDate':'1969'}"), -1);
	assert_int_equal(order("_sort=deceased", "{'deceasedDateTime':'2020'}", NOBODY), 1);
}

static void without_a_value_is_last_whatever_the_direction(void **state)
{
	(void)state;
	assert_int_equal(order("_sort=birthdate", NOBODY, YOUNG), 1);
	assert_int_equal(order("_sort=-birthdate", NOBODY, YOUNG), 1);
	assert_int_equal(order("_sort=birthdate", NOBODY, NOBODY), 0);
	assert_int_equal(order("_sort=birthdate", "{'birthDate':'x'}", NOBODY), 0);
	assert_int_equal(order("_sort=birthdate,-gender", NOBODY, "{'gender':'male'}"), 1);
}

static void later_keys_decide_between_equals(void **state)
{
	(void)state;
	assert_int_equal(
		order("_sort=birthdate,gender", "{'birthDate':'1950','gender':'female'}", OLD), -1);
	assert_int_equal(
		order("_sort=birthdate,-gender", "{'birthDate':'1950','gender':'female'}", OLD), 1);
	assert_int_equal(order("_sort=birthdate", "{'birthDate':'1950','gender':'female'}", OLD),
			 0);
	assert_int_equal(order("", OLD, YOUNG), 0);
}

#define NAMES "{'name':[{'family':'\xc3\x85kesson'},{'family':'Zorn'}]}"
#define M     "{'name':[{'family':'m'}]}"

static void of_several_values_the_first_in_the_order_counts(void **state)
{
	(void)state;
	assert_int_equal(order("_sort=family", NAMES, M), -1);
	assert_int_equal(order("_sort=-family", NAMES, M), -1);
	/* A shorter name comes first; then the given one decides. */
	assert_int_equal(order("_sort=name", "{'name':[{'family':'Berg','given':['Z']}]}",
			       "{'name':[{'family':'Berg Jansen','given':['A']}]}"),
			 -1);
	assert_int_equal(order("_sort=name", "{'name':[{'family':'Berg','given':['Z']}]}",
			       "{'name':[{'family':'berg','given':['A']}]}"),
			 1);
	assert_int_equal(order("_sort=identifier", "{'identifier':[{'value':'10'}]}",
			       "{'identifier':[{'system':'x'},{'value':'2'}]}"),
			 -1);
	/* A zero in a code ends it. */
	assert_int_equal(order("_sort=gender", "{'gender':'a\\u0000b'}", "{'gender':'a'}"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(dates_and_tokens_are_ordered_both_ways, clear_all),
		cmocka_unit_test_teardown(without_a_value_is_last_whatever_the_direction,
					  clear_all),
		cmocka_unit_test_teardown(later_keys_decide_between_equals, clear_all),
		cmocka_unit_test_teardown(of_several_values_the_first_in_the_order_counts,
					  clear_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
