/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"
#include "record/category.h"
#include "record/contact.h"

static int new_reader(void **state)
{
	(void)state;
	return medark_fhir_new_with(medark_category_key_names, MEDARK_CATEGORY_KEYS, &fhir, NULL);
}

static void read_contact(const char *text, struct medark_contact *out)
{
	struct medark_bytes copy = padded(medark_bytes_text(text));

	assert_int_equal(medark_fhir_json(fhir, copy, medark_bytes(NULL, 0), &record, NULL), 1);
	assert_int_equal(medark_contact_read(fhir, out, NULL), 0);
	free((void *)(uintptr_t)copy.data);
}

static bool is(const struct medark_buffer *b, const char *text)
{
	return medark_bytes_is(medark_bytes(b->data, b->size), text);
}

static void assert_contact(const char *text, const char *address, const char *phone,
			   const char *email)
{
	MEDARK_AUTO(medark_contact_clear) struct medark_contact c = MEDARK_CONTACT;

	read_contact(text, &c);
	assert_true(is(&c.address, address));
	assert_true(is(&c.phone, phone));
	assert_true(is(&c.email, email));
}

static void an_address_in_parts_is_one_line(void **state)
{
	(void)state;
	assert_contact("{\"address\":[{\"line\":[\"Street 1\",\"b\"],\"postalCode\":\"1234 AB\","
		       "\"city\":\"Town\",\"country\":\"NL\"}]}",
		       "Street 1, b, 1234 AB Town, NL", "", "");
	assert_contact("{\"address\":[{\"text\":\"all\\nof it\",\"city\":\"Town\"}]}", "all of it",
		       "", "");
	assert_contact("{\"address\":[{\"city\":\"Town\"}]}", "Town", "", "");
	assert_contact("{}", "", "", "");
}

static void what_is_old_is_left_out(void **state)
{
	(void)state;
	assert_contact("{\"address\":[{\"use\":\"old\",\"city\":\"A\"},{\"use\":\"home\"},"
		       "{\"city\":\"B\"},{\"city\":\"C\"}],\"telecom\":[{\"use\":\"old\","
		       "\"system\":\"phone\",\"value\":\"1\"}]}",
		       "B", "", "");
}

static void all_numbers_and_addresses_are_told(void **state)
{
	(void)state;
	assert_contact(
		"{\"telecom\":[{\"system\":\"phone\",\"value\":\"1\"},{\"system\":\"email\","
		"\"value\":\"a@b\"},{\"system\":\"fax\",\"value\":\"2\"},{\"system\":\"sms\","
		"\"value\":\"3\"},{\"value\":\"4\"},{\"system\":\"phone\"}]}",
		"", "1; 3", "a@b");
}

static void what_is_long_is_cut_between_characters(void **state)
{
	MEDARK_AUTO(medark_contact_clear) struct medark_contact c = MEDARK_CONTACT;
	char text[4096] = "{\"address\":[{\"text\":\"x";
	size_t used = strlen(text);

	(void)state;
	while (used < 3000) {
		memcpy(text + used, "\xC3\xA9", 2);
		used += 2;
	}
	memcpy(text + used, "\"}]}", 5);
	read_contact(text, &c);
	assert_int_equal(c.address.size, 1023);
	assert_int_equal(c.address.data[1022], 0xA9);
}

static void what_is_no_array_is_as_one(void **state)
{
	(void)state;
	assert_contact("{\"address\":{\"city\":\"Town\"},\"telecom\":{\"system\":\"phone\","
		       "\"value\":\"1\"}}",
		       "Town", "1", "");
	assert_contact("{\"address\":[null,[{\"city\":\"A\"}],\"B\",{\"city\":\"C\"}],"
		       "\"telecom\":\"1\"}",
		       "C", "", "");
}

static void of_what_is_not_well_formed_nothing_is_told(void **state)
{
	(void)state;
	assert_contact("{\"address\":{\"city\":\"Town\"},\"telecom\":", "", "", "");
}

static void what_was_told_before_is_gone(void **state)
{
	MEDARK_AUTO(medark_contact_clear) struct medark_contact c = MEDARK_CONTACT;

	(void)state;
	read_contact("{\"address\":{\"city\":\"Town\"},\"telecom\":[{\"system\":\"phone\","
		     "\"value\":\"1\"},{\"system\":\"email\",\"value\":\"2\"}]}",
		     &c);
	assert_true(is(&c.address, "Town"));
	read_contact("{}", &c);
	assert_true(is(&c.address, "") && is(&c.phone, "") && is(&c.email, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_in_parts_is_one_line),
		cmocka_unit_test(what_is_old_is_left_out),
		cmocka_unit_test(all_numbers_and_addresses_are_told),
		cmocka_unit_test(what_is_long_is_cut_between_characters),
		cmocka_unit_test(what_is_no_array_is_as_one),
		cmocka_unit_test(of_what_is_not_well_formed_nothing_is_told),
		cmocka_unit_test(what_was_told_before_is_gone),
	};

	return cmocka_run_group_tests(tests, new_reader, free_fhir);
}
