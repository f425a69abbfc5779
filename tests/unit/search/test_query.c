/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

static void assert_refused(const char *type, const char *text, const char *code,
			   const char *sentence)
{
	if (make_query(type, text) != MEDARK_E_USAGE)
		fail_msg("%s is taken", text);
	assert_string_equal(query.issue, code);
	assert_string_equal(err.message, sentence);
}

static void what_the_answer_looks_like_is_read(void **state)
{
	(void)state;
	assert_int_equal(
		make_query(
			"Observation",
			"_count=10&_summary=count&_total=accurate&_elements=status,code&_sort=-date,"
			"_id&_include=Observation:subject:Patient&_include:iterate=Encounter:"
			"service-provider&_revinclude=Provenance:target&_format=json&_pretty=true"),
		0);
	assert_int_equal(query.count, 10);
	assert_int_equal(query.summary, MEDARK_SEARCH_SUMMARY_COUNT);
	assert_int_equal(query.total, MEDARK_SEARCH_TOTAL_ACCURATE);
	assert_int_equal(query.element_count, 2);
	assert_true(medark_bytes_is(query.elements[1], "code"));
	assert_int_equal(query.sort_count, 2);
	assert_string_equal(query.sorts[0].param->name, "date");
	assert_true(query.sorts[0].descending && !query.sorts[1].descending);
	assert_int_equal(query.include_count, 3);
	assert_true(medark_bytes_is(query.includes[0].target, "Patient"));
	assert_true(!query.includes[0].iterate && query.includes[1].iterate);
	assert_true(!query.includes[1].reverse && query.includes[2].reverse);
	assert_string_equal(query.includes[2].type->name, "Provenance");
	assert_int_equal(query.criterion_count + query.ignored_count, 0);
	assert_int_equal(make_query("Patient", ""), 0);
	assert_int_equal(query.count, -1);
}

static void what_is_not_declared_is_ignored_or_refused(void **state)
{
	(void)state;
	assert_int_equal(make_query("Patient", "a=1&gender=male&b:exact=2&c.d=3&name=&_e=4"), 0);
	assert_int_equal(query.criterion_count, 1);
	assert_int_equal(query.ignored_count, 5);
	assert_int_equal(query.ignored[0], 0);
	assert_int_equal(query.ignored[1], 2);
	assert_int_equal(query.ignored[3], 4);
	setup.strict = true;
	assert_refused("Patient", "gender=male&a=1", "not-supported",
		       "parameter number 2 is not declared for Patient");
	assert_int_equal(make_query("Patient", "gender=male&name="), 0);
}

static void what_would_find_too_much_is_refused(void **state)
{
	static const char *const names[] = { "_has:Observation:patient:code",
					     "_filter",
					     "_text",
					     "_content",
					     "_list",
					     "_query",
					     "_contained" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_true(snprintf(text, sizeof(text), "%s=x", names[i]) > 0);
		assert_refused("Patient", text, "not-supported",
			       "parameter number 1, which chooses records, is not supported");
	}
	assert_refused("Observation", "patient.name=x", "not-supported",
		       "chained parameters are not supported");
	assert_refused("Observation", "subject:Patient.name=x", "not-supported",
		       "chained parameters are not supported");
}

static void modifiers_belong_to_kinds(void **state)
{
	static const char *const refused[] = {
		"code:text=x",	      "code:in=x",	"code:below=x",	  "code:exact=x",
		"date:not=2020",      "subject:not=1",	"subject:type=1", "code:of-type=x",
		"value-string:not=x", "_id:contains=1", "date:Patient=1", "code:nonsense=x",
		"subject:Patien=1"
	};
	char sentence[80];

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		assert_true(snprintf(sentence, sizeof(sentence),
				     "%.*s: this modifier is not known for it",
				     (int)strcspn(refused[i], ":"), refused[i]) > 0);
		assert_refused("Observation", refused[i], "not-supported", sentence);
	}
	assert_refused("Observation", "code:=x", "not-supported",
		       "parameter number 1 has an empty modifier");
	assert_refused("Observation", "_count:exact=1", "not-supported",
		       "_count: no modifier is known");
	assert_int_equal(make_query("Observation",
				    "subject:Patient=1&code:not=a&value-string:exact=b&"
				    "value-string:contains=c&subject:identifier=d&"
				    "date:missing=true&_id:missing=false"),
			 0);
	assert_int_equal(query.criterion_count, 7);
}

static void values_must_be_of_the_kind(void **state)
{
	static const char *const cases[][2] = {
		{ "date=2020-13", "date: a value that is no date" },
		{ "date=xx2020", "date: a value that is no date" },
		{ "date=2020,", "date: a value that is no value at all" },
		{ "code=a,,b", "code: a value that is no value at all" },
		{ "code=a|b|c", "code: a value that is no token" },
		{ "code=|", "code: a value that is no token" },
		{ "value-quantity=x", "value-quantity: a value that is no quantity" },
		{ "value-quantity=5|mg", "value-quantity: a value that is no quantity" },
		{ "value-quantity=5|a|b|c", "value-quantity: a value that is no quantity" },
		{ "subject=a+b", "subject: a value that is no reference" },
		{ "subject=Patient/", "subject: a value that is no reference" },
		{ "subject=%231", "subject: a value that is no reference" },
		{ "subject:Patient=Group/1",
		  "subject: a reference that is not of the type asked for" },
		{ "value-string=--",
		  "value-string: a value that is no text with a letter or digit" },
		{ "date:missing=yes", "date: ':missing' wants true or false" },
		{ "date:missing=true,false", "date: ':missing' wants true or false" },
		{ "_count=-1", "_count: a value that it cannot have" },
		{ "_count=1&_count=1", "_count: stands twice" },
		{ "_summary=all", "_summary: a value that it cannot have" },
		{ "_total=some", "_total: a value that it cannot have" },
		{ "_elements=a,,b", "_elements: a value that it cannot have" },
		{ "_include=Observation:subject:Patien", "_include: a value that it cannot have" },
	};
	static const char *const unsupported[][2] = {
		{ "_sort=subject", "_sort: only by a date, token or string that Observation has" },
		{ "_sort=none", "_sort: only by a date, token or string that Observation has" },
		{ "_include=*",
		  "_include: only Type:parameter with a reference that the type has" },
		{ "_include=Observation:code",
		  "_include: only Type:parameter with a reference that the type has" },
		{ "_include:all=Observation:subject",
		  "_include: of the modifiers only ':iterate' is known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_refused("Observation", cases[i][0], "invalid", cases[i][1]);
	for (size_t i = 0; i < sizeof(unsupported) / sizeof(*unsupported); i++)
		assert_refused("Observation", unsupported[i][0], "not-supported",
			       unsupported[i][1]);
}

static void lists_are_bounded(void **state)
{
	static char text[MEDARK_FORM_VALUE_MAX];

	(void)state;
	strcpy(text, "code=");
	for (size_t i = 0; i < MEDARK_SEARCH_VALUES_MAX; i++)
		strcat(text, "a,");
	strcat(text, "a");
	assert_refused("Observation", text, "too-costly", "code: more than 1024 values");
	text[strlen(text) - 2] = '\0';
	assert_int_equal(make_query("Observation", text), 0);
	assert_refused("Observation", "_sort=code,code,code,code,code,code,code,code,code",
		       "too-costly", "_sort: more than 8 parameters");
	strcpy(text, "_elements=a");
	for (size_t i = 0; i < MEDARK_SEARCH_ELEMENTS_MAX; i++)
		strcat(text, ",a");
	assert_refused("Observation", text, "too-costly", "_elements: more than 64 names");
	text[strlen(text) - 2] = '\0';
	assert_int_equal(make_query("Observation", text), 0);
	text[0] = '\0';
	for (size_t i = 0; i <= MEDARK_SEARCH_INCLUDES_MAX; i++)
		strcat(text, "_include=Observation:subject&");
	assert_refused("Observation", text, "too-costly", "_include: more than 32 of them");
	assert_int_equal(medark_search_query_parse(&query, query.type, form.pairs,
						   MEDARK_FORM_PAIRS_MAX + 1, &setup, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "more than 128 parameters");
}

static void escapes_keep_their_characters(void **state)
{
	const struct medark_search_value *v;

	(void)state;
	assert_int_equal(make_query("Observation", "code=a\\,b\\|c,d\\\\|e\\$f\\g"), 0);
	assert_int_equal(query.criteria[0].count, 2);
	v = medark_search_query_value(&query, 0);
	assert_true(medark_bytes_is(v->text, "a,b|c") && !v->has_system);
	v = medark_search_query_value(&query, 1);
	assert_true(medark_bytes_is(v->system, "d\\"));
	assert_true(medark_bytes_is(v->text, "e$f\\g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_the_answer_looks_like_is_read, clear_all),
		cmocka_unit_test_teardown(what_is_not_declared_is_ignored_or_refused, clear_all),
		cmocka_unit_test_teardown(what_would_find_too_much_is_refused, clear_all),
		cmocka_unit_test_teardown(modifiers_belong_to_kinds, clear_all),
		cmocka_unit_test_teardown(values_must_be_of_the_kind, clear_all),
		cmocka_unit_test_teardown(lists_are_bounded, clear_all),
		cmocka_unit_test_teardown(escapes_keep_their_characters, clear_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
