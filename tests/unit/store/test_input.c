/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include "store/input.h"

static void any_part_of_a_file_is_read(void **state)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	struct medark_error err = { 0 };
	char out[16] = { 0 };

	(void)state;
	scratch_write("file", "0123456789", 10);
	assert_int_equal(medark_input_open(scratch_path("file"), &in, &err), 0);
	assert_true(medark_input_size(in) == 10);
	assert_int_equal(medark_input_read(in, 3, out, 4, &err), 0);
	assert_string_equal(out, "3456");
	assert_int_equal(medark_input_read(in, 0, out, 10, &err), 0);
	assert_string_equal(out, "0123456789");
	assert_int_equal(medark_input_read(in, 10, out, 0, &err), 0);
}

static void reading_past_the_end_tells_where_it_is(void **state)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	struct medark_error err = { 0 };
	char out[16], message[600];

	(void)state;
	scratch_write("file", "0123456789", 10);
	assert_int_equal(medark_input_open(scratch_path("file"), &in, &err), 0);
	(void)snprintf(message, sizeof(message), "'%s' ends at byte 10", scratch_path("file"));
	assert_int_equal(medark_input_read(in, 3, out, 8, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
	assert_int_equal(medark_input_read(in, 11, out, 0, &err), MEDARK_E_FORMAT);
	assert_int_equal(medark_input_read(in, UINT64_MAX, out, 2, &err), MEDARK_E_FORMAT);
	assert_int_equal(medark_input_read(in, 5, out, SIZE_MAX, &err), MEDARK_E_FORMAT);
}

static void a_file_that_became_shorter_is_noticed(void **state)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	struct medark_error err = { 0 };
	char out[16], message[600];

	(void)state;
	scratch_write("file", "0123456789", 10);
	assert_int_equal(medark_input_open(scratch_path("file"), &in, &err), 0);
	assert_int_equal(truncate(scratch_path("file"), 6), 0);
	(void)snprintf(message, sizeof(message), "'%s' ends at byte 6", scratch_path("file"));
	assert_int_equal(medark_input_read(in, 0, out, 10, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
}

static void other_things_than_files_are_refused_without_waiting(void **state)
{
	struct medark_input *in = NULL;
	struct medark_error err = { 0 };
	char message[600];

	(void)state;
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	(void)snprintf(message, sizeof(message), "'%s' is not a regular file",
		       scratch_path("pipe"));
	assert_int_equal(medark_input_open(scratch_path("pipe"), &in, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
	assert_int_equal(medark_input_open(scratch_folder, &in, &err), MEDARK_E_FORMAT);
	assert_int_equal(medark_input_open("/dev/null", &in, &err), MEDARK_E_FORMAT);
	(void)snprintf(message, sizeof(message), "cannot open '%s': No such file or directory",
		       scratch_path("nothing"));
	assert_int_equal(medark_input_open(scratch_path("nothing"), &in, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, message);
	assert_null(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_part_of_a_file_is_read),
		cmocka_unit_test(reading_past_the_end_tells_where_it_is),
		cmocka_unit_test(a_file_that_became_shorter_is_noticed),
		cmocka_unit_test(other_things_than_files_are_refused_without_waiting),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
