/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/time.h"
#include "search/zone.h"
#include "search/zone_rule.h"

#include <string.h>

static struct medark_zone zone;
static uint8_t file[1024];
static size_t size;

static int clear(void **state)
{
	(void)state;
	medark_zone_clear(&zone);
	return 0;
}

static int64_t at(const char *text)
{
	int64_t seconds;

	assert_true(medark_time_parse(medark_bytes_text(text), &seconds));
	return seconds;
}

static void put(uint64_t v, size_t bytes)
{
	assert_true(size + bytes <= sizeof(file));
	for (size_t i = bytes; i-- > 0;)
		file[size++] = (uint8_t)(v >> 8 * i);
}

static void header(uint32_t times, uint32_t types, uint32_t letters)
{
	memcpy(file + size, "TZif2", 5);
	memset(file + size + 5, 0, 27);
	size += 32;
	put(times, 4);
	put(types, 4);
	put(letters, 4);
}

/* A clock of two offsets that was changed once, and a rule. */
static int make(const char *change, int32_t before, int32_t after, const char *rule)
{
	size = 0;
	header(0, 1, 1);
	put(0, 7);
	header(1, 2, 1);
	put((uint64_t)at(change), 8);
	put(1, 1);
	put((uint32_t)before, 4);
	put(0, 2);
	put((uint32_t)after, 4);
	put(0, 2);
	put(0, 1);
	memcpy(file + size, rule, strlen(rule));
	size += strlen(rule);
	return medark_zone_parse(&zone, medark_bytes(file, size), NULL);
}

static void a_file_gives_changes_and_a_rule(void **state)
{
	(void)state;
	assert_int_equal(make("1996-01-01T00:00:00Z", 1172, 3600, "\nCET-1CEST,M3.5.0,M10.5.0/3\n"),
			 0);
	assert_int_equal(medark_zone_offset(&zone, at("1900-01-01T00:00:00Z")), 1172);
	assert_int_equal(medark_zone_offset(&zone, at("1995-12-31T23:59:59Z")), 1172);
	assert_int_equal(medark_zone_offset(&zone, at("1996-01-01T00:00:00Z")), 3600);
	assert_int_equal(medark_zone_offset(&zone, at("2026-03-29T00:59:59Z")), 3600);
	assert_int_equal(medark_zone_offset(&zone, at("2026-03-29T01:00:00Z")), 7200);
	assert_int_equal(medark_zone_offset(&zone, at("2026-10-25T00:59:59Z")), 7200);
	assert_int_equal(medark_zone_offset(&zone, at("2026-10-25T01:00:00Z")), 3600);
	assert_int_equal(medark_zone_offset(&zone, at("9999-07-01T00:00:00Z")), 7200);
	/* Without a rule the last change stays. */
	assert_int_equal(make("1996-01-01T00:00:00Z", 0, -18000, "\n\n"), 0);
	assert_int_equal(medark_zone_offset(&zone, at("2026-07-01T00:00:00Z")), -18000);
}

static void the_clock_leads_to_moments(void **state)
{
	(void)state;
	assert_int_equal(make("1996-01-01T00:00:00Z", 3600, 3600, "\nCET-1CEST,M3.5.0,M10.5.0/3\n"),
			 0);
	assert_int_equal(medark_zone_utc(&zone, at("2026-07-01T12:00:00Z")),
			 at("2026-07-01T10:00:00Z"));
	assert_int_equal(medark_zone_utc(&zone, at("2026-01-01T12:00:00Z")),
			 at("2026-01-01T11:00:00Z"));
	/* Twice, and never. */
	assert_int_equal(medark_zone_utc(&zone, at("2026-10-25T02:30:00Z")),
			 at("2026-10-25T00:30:00Z"));
	assert_int_equal(medark_zone_utc(&zone, at("2026-10-25T03:00:00Z")),
			 at("2026-10-25T02:00:00Z"));
	assert_int_equal(medark_zone_utc(&zone, at("2026-03-29T02:30:00Z")),
			 at("2026-03-29T01:30:00Z"));
	medark_zone_fixed(&zone, -5 * 3600);
	assert_int_equal(medark_zone_utc(&zone, 0), 5 * 3600);
}

static bool rule(const char *text)
{
	medark_zone_clear(&zone);
	return medark_zone_rule_parse(&zone, medark_bytes_text(text));
}

static void rules_have_every_form_of_the_standard(void **state)
{
	(void)state;
	/* The south: summer over the new year. */
	assert_true(rule("AEST-10AEDT,M10.1.0,M4.1.0/3"));
	assert_int_equal(medark_zone_offset(&zone, at("2026-01-01T00:00:00Z")), 11 * 3600);
	assert_int_equal(medark_zone_offset(&zone, at("2026-07-01T00:00:00Z")), 10 * 3600);
	/* Names in brackets, minutes, an hour before midnight. */
	assert_true(rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"));
	assert_int_equal(medark_zone_offset(&zone, at("2026-03-29T00:59:59Z")), -2 * 3600);
	assert_int_equal(medark_zone_offset(&zone, at("2026-03-29T01:00:00Z")), -3600);
	assert_true(rule("<+0545>-5:45"));
	assert_int_equal(medark_zone_offset(&zone, 0), 5 * 3600 + 45 * 60);
	assert_false(rule("AAA0:60"));
	/* Before 1970. */
	assert_true(rule("CET-1CEST,M3.5.0,M10.5.0/3"));
	assert_int_equal(medark_zone_offset(&zone, at("1969-12-31T22:59:59Z")), 3600);
	assert_int_equal(medark_zone_offset(&zone, at("1900-07-01T00:00:00Z")), 7200);
	/* Days of the year: without and with 29 February; summer of another offset. */
	assert_true(rule("AAA0BBB-2,J60,J300"));
	assert_int_equal(medark_zone_offset(&zone, at("2024-02-29T12:00:00Z")), 0);
	assert_int_equal(medark_zone_offset(&zone, at("2024-03-01T12:00:00Z")), 7200);
	assert_true(rule("AAA0BBB,59/0,300"));
	assert_int_equal(medark_zone_offset(&zone, at("2024-02-28T23:59:59Z")), 0);
	assert_int_equal(medark_zone_offset(&zone, at("2024-02-29T00:00:00Z")), 3600);
	assert_int_equal(medark_zone_offset(&zone, at("2025-03-01T00:00:00Z")), 3600);
}

static void what_is_no_file_is_refused(void **state)
{
	static const char *const rules[] = { "\nCE-1\n",
					     "\nCET\n",
					     "\nCET-1CEST\n",
					     "\nCET-1CEST,M3.5.0\n",
					     "\nCET-25\n",
					     "\nCET-1CEST,M13.5.0,M10.5.0\n",
					     "\nCET-1 \n",
					     "\n<CET-1\n",
					     "\nCET-1CEST,M3.6.0,J1\n",
					     "\nCET-1CEST,J0,J1\n",
					     "\nCET-1CEST,366,J1\n",
					     "CET-1\n",
					     "\nCET-1" };
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		assert_int_equal(make("1996-01-01T00:00:00Z", 0, 0, rules[i]), MEDARK_E_FORMAT);
	assert_int_equal(make("1996-01-01T00:00:00Z", 86400, 0, "\n\n"), MEDARK_E_FORMAT);
	assert_int_equal(make("1996-01-01T00:00:00Z", 0, 0, "\n\n"), 0);
	for (size_t n = 0; n < size - 1; n++)
		assert_int_equal(medark_zone_parse(&zone, medark_bytes(file, n), &err),
				 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "no file of time zones");
	file[32] = 0xff;
	assert_int_equal(medark_zone_parse(&zone, medark_bytes(file, size), NULL), MEDARK_E_FORMAT);
	file[32] = 0;
	file[4] = 0;
	assert_int_equal(medark_zone_parse(&zone, medark_bytes(file, size), NULL), MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_file_gives_changes_and_a_rule, clear),
		cmocka_unit_test_teardown(the_clock_leads_to_moments, clear),
		cmocka_unit_test_teardown(rules_have_every_form_of_the_standard, clear),
		cmocka_unit_test_teardown(what_is_no_file_is_refused, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
