/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "ips/document.h"
#include "ips/uuid.h"

#include <string.h>

struct made {
	struct medark_view_records records;
	struct medark_view_chart chart;
	struct medark_ips ips;
	struct medark_buffer out;
	struct medark_json_tree tree;
};

static void made_clear(struct made *m)
{
	medark_ips_clear(&m->ips);
	medark_json_tree_clear(&m->tree);
	medark_view_records_clear(&m->records);
	medark_buffer_clear(&m->out);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct made, made_clear)

#define BASE	"https://clinic.example/fhir"
#define PATIENT "Patient {\"resourceType\":\"Patient\",\"id\":\"p\"}"

/* Records are lines: the type, a space, JSON; behind a '+' what is outside of the chart. */
static int make(struct made *m, const char *const *lines)
{
	static const struct medark_ips_terms terms = { .base = BASE,
						       .archive = "0011",
						       .created = "2026-11-22T03:10:00+01:00" };
	struct medark_error err;
	int code;

	m->out = (struct medark_buffer)MEDARK_BUFFER(1 << 24);
	m->chart = (struct medark_view_chart) { .records = &m->records,
						.facts = { .id = "p" },
						.on = terms.created };
	for (; *lines; lines++) {
		const char *type = **lines == '+' ? *lines + 1 : *lines;
		const char *text = strchr(type, ' ') + 1;

		assert_int_equal(medark_view_records_add(
					 &m->records, medark_bytes(type, (size_t)(text - 1 - type)),
					 medark_bytes_text(text), *text == '<', type != *lines,
					 &err),
				 0);
	}
	assert_int_equal(medark_view_records_sort(&m->records, &err), 0);
	assert_int_equal(medark_ips_init(&m->ips, &m->chart, &err), 0);
	code = medark_ips_document(&m->ips, &terms, &m->out, &err);
	if (code < 0)
		return code;
	/* Whatever the records hold, it is one JSON text. */
	assert_int_equal(
		medark_json_tree_parse(&m->tree, medark_bytes(m->out.data, m->out.size), &err), 0);
	return 0;
}

static struct medark_bytes at(const struct made *m, size_t entry, const char *path)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &m->tree, medark_json_tree_root(&m->tree), "entry");
	while ((n = medark_json_walk_next(&walk)) && entry)
		entry--;
	return n ? medark_json_text_at(&m->tree, n, path) : medark_bytes(NULL, 0);
}

#define assert_says(bytes, text) assert_true(medark_bytes_equal((bytes), medark_bytes_text(text)))

static void a_uuid_is_of_version_five_and_always_the_same(void **state)
{
	const struct medark_bytes one[] = { medark_bytes_text("ab"), medark_bytes_text("c") };
	const struct medark_bytes two[] = { medark_bytes_text("a"), medark_bytes_text("bc") };
	char x[MEDARK_UUID_SIZE], y[MEDARK_UUID_SIZE], z[MEDARK_UUID_SIZE];
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_uuid_make(one, 2, x, &err), 0);
	assert_int_equal(medark_uuid_make(one, 2, y, &err), 0);
	assert_int_equal(medark_uuid_make(two, 2, z, &err), 0);
	assert_string_equal(x, y);
	assert_string_not_equal(x, z);
	assert_int_equal(strlen(x), 36);
	assert_int_equal(x[14], '5');
	assert_non_null(strchr("89ab", x[19]));
}

static void there_is_none_without_a_patient(void **state)
{
	static const char *const none[] = { "Flag {\"resourceType\":\"Flag\",\"id\":\"f\"}", NULL };
	static const char *const xml[] = { "Patient <Patient/>", NULL };
	MEDARK_AUTO(made_clear) struct made a = { 0 };
	MEDARK_AUTO(made_clear) struct made b = { 0 };

	(void)state;
	assert_int_equal(make(&a, none), MEDARK_E_NOT_FOUND);
	assert_int_equal(make(&b, xml), MEDARK_E_NOT_FOUND);
}

static void records_are_where_their_references_look_for_them(void **state)
{
	static const char *const records[] = {
		PATIENT,
		"Condition {\"resourceType\":\"Condition\",\"id\":\"c\",\"subject\":{\"reference\":"
		"\"" BASE "/Patient/p\"},\"asserter\":{\"reference\":\"urn:uuid:u\"}}",
		"+Practitioner {\"resourceType\":\"Practitioner\",\"id\":\"u\"}",
		"+Practitioner {\"resourceType\":\"Practitioner\",\"id\":\"unasked\"}", NULL
	};
	MEDARK_AUTO(made_clear) struct made m = { 0 };

	(void)state;
	assert_int_equal(make(&m, records), 0);
	assert_says(at(&m, 1, "fullUrl"), BASE "/Patient/p");
	assert_says(at(&m, 2, "resource.resourceType"), "Device");
	assert_says(at(&m, 3, "resource.resourceType"), "MedicationStatement");
	assert_says(at(&m, 4, "resource.resourceType"), "AllergyIntolerance");
	assert_says(at(&m, 5, "fullUrl"), BASE "/Condition/c");
	assert_says(at(&m, 6, "fullUrl"), "urn:uuid:u");
	assert_int_equal(at(&m, 7, "fullUrl").size, 0);
}

static void ids_that_are_none_and_names_that_stand_twice_get_others(void **state)
{
	static const char *const records[] = {
		PATIENT,
		"Flag {\"resourceType\":\"Flag\",\"id\":\"a b\\\"\"}",
		"Flag {\"resourceType\":\"Flag\"}",
		"Flag {\"resourceType\":\"Flag\"}",
		"Flag {\"resourceType\":\"Flag\",\"id\":\"f\",\"status\":\"active\"}",
		"Flag {\"resourceType\":\"Flag\",\"id\":\"f\"}",
		NULL
	};
	MEDARK_AUTO(made_clear) struct made m = { 0 };

	(void)state;
	assert_int_equal(make(&m, records), 0);
	assert_int_equal(m.ips.begin[MEDARK_IPS_ALERTS + 1] - m.ips.begin[MEDARK_IPS_ALERTS], 5);
	for (size_t i = 6; i < 11; i++) {
		assert_true(medark_bytes_starts(at(&m, i, "fullUrl"), "urn:uuid:") ||
			    medark_bytes_is(at(&m, i, "fullUrl"), BASE "/Flag/f"));
		for (size_t k = 0; k < i; k++)
			assert_false(
				medark_bytes_equal(at(&m, i, "fullUrl"), at(&m, k, "fullUrl")));
	}
	assert_true(at(&m, 10, "fullUrl").size > 0);
}

static void what_records_say_is_no_markup(void **state)
{
	static const char *const records[] = {
		PATIENT,
		"AllergyIntolerance {\"resourceType\":\"AllergyIntolerance\",\"id\":\"x\",\"code\":"
		"{\"text\":\"</td><script>alert('1')</script>\\u0001\\\"&\"}}",
		NULL
	};
	MEDARK_AUTO(made_clear) struct made m = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_error err;

	(void)state;
	assert_int_equal(make(&m, records), 0);
	assert_int_equal(medark_ips_narrative(&m.ips, MEDARK_IPS_ALLERGIES, &out, &err), 0);
	assert_int_equal(medark_buffer_add(&out, "", 1, &err), 0);
	assert_null(strstr((char *)out.data, "<script"));
	assert_non_null(strstr((char *)out.data, "&lt;/td&gt;&lt;script&gt;"));
}

static void somebody_elses_records_stay_out(void **state)
{
	static const char *const records[] = {
		PATIENT,
		"Patient {\"resourceType\":\"Patient\",\"id\":\"old\"}",
		"+Patient {\"resourceType\":\"Patient\",\"id\":\"child\"}",
		"Condition {\"resourceType\":\"Condition\",\"id\":\"1\",\"subject\":{\"reference\":"
		"\"Patient/child\"}}",
		"Condition {\"resourceType\":\"Condition\",\"id\":\"2\",\"subject\":{\"reference\":"
		"\"Patient/unknown\"}}",
		"Condition {\"resourceType\":\"Condition\",\"id\":\"3\",\"subject\":{\"reference\":"
		"\"Patient/old\"},\"evidence\":[{\"detail\":[{\"reference\":\"Condition/1\"}]}]}",
		"Condition {\"resourceType\":\"Condition\",\"id\":\"4\",\"subject\":{\"identifier\":{"
		"\"value\":\"1\"}}}",
		NULL
	};
	MEDARK_AUTO(made_clear) struct made m = { 0 };

	(void)state;
	assert_int_equal(make(&m, records), 0);
	assert_int_equal(m.ips.left[MEDARK_IPS_PROBLEMS].others, 2);
	assert_int_equal(m.ips.begin[MEDARK_IPS_PROBLEMS + 1] - m.ips.begin[MEDARK_IPS_PROBLEMS],
			 2);
	m.out.size -= 1;
	assert_int_equal(medark_buffer_add(&m.out, "", 1, NULL), 0);
	assert_null(strstr((char *)m.out.data, "\"id\":\"child\""));
	assert_null(strstr((char *)m.out.data, "\"id\":\"1\""));
	assert_null(strstr((char *)m.out.data, "\"id\":\"old\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uuid_is_of_version_five_and_always_the_same),
		cmocka_unit_test(there_is_none_without_a_patient),
		cmocka_unit_test(records_are_where_their_references_look_for_them),
		cmocka_unit_test(ids_that_are_none_and_names_that_stand_twice_get_others),
		cmocka_unit_test(what_records_say_is_no_markup),
		cmocka_unit_test(somebody_elses_records_stay_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
