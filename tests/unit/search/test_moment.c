/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/time.h"
#include "search/moment.h"
#include "search/zone_rule.h"

static struct medark_zone zone;

static int amsterdam(void **state)
{
	(void)state;
	assert_true(medark_zone_rule_parse(&zone, medark_bytes_text("CET-1CEST,M3.5.0,M10.5.0/3")));
	return 0;
}

static void assert_moment(struct medark_moment m, const char *text, uint32_t nanos)
{
	char found[MEDARK_TIME_SIZE];

	assert_true(medark_time_format(m.seconds, found));
	assert_string_equal(found, text);
	assert_int_equal(m.nanos, nanos);
}

static void assert_stretch(const char *text, const char *from, uint32_t from_nanos, const char *to,
			   uint32_t to_nanos)
{
	struct medark_moments m;

	assert_true(medark_moments_parse(medark_bytes_text(text), &zone, &m));
	assert_moment(m.from, from, from_nanos);
	assert_moment(m.to, to, to_nanos);
}

static void a_date_spans_what_it_leaves_open(void **state)
{
	(void)state;
	assert_stretch("2020", "2019-12-31T23:00:00Z", 0, "2020-12-31T23:00:00Z", 0);
	assert_stretch("2020-12", "2020-11-30T23:00:00Z", 0, "2020-12-31T23:00:00Z", 0);
	assert_stretch("2020-02", "2020-01-31T23:00:00Z", 0, "2020-02-29T23:00:00Z", 0);
	/* Days of 23 and 25 hours. */
	assert_stretch("2020-03-29", "2020-03-28T23:00:00Z", 0, "2020-03-29T22:00:00Z", 0);
	assert_stretch("2020-10-25", "2020-10-24T22:00:00Z", 0, "2020-10-25T23:00:00Z", 0);
	assert_stretch("2020-07-01T10:00", "2020-07-01T08:00:00Z", 0, "2020-07-01T08:01:00Z", 0);
	assert_stretch("2020-07-01T10:00Z", "2020-07-01T10:00:00Z", 0, "2020-07-01T10:01:00Z", 0);
	assert_stretch("2020-07-01T10:00:59+05:30", "2020-07-01T04:30:59Z", 0,
		       "2020-07-01T04:31:00Z", 0);
	assert_stretch("2020-06-30T20:00:00-10:00", "2020-07-01T06:00:00Z", 0,
		       "2020-07-01T06:00:01Z", 0);
	assert_stretch("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 0, "2017-01-01T00:00:01Z",
		       0);
}

static void fractions_have_a_precision(void **state)
{
	(void)state;
	assert_stretch("2020-07-01T10:00:00.25Z", "2020-07-01T10:00:00Z", 250000000,
		       "2020-07-01T10:00:00Z", 260000000);
	assert_stretch("2020-07-01T10:00:00.9Z", "2020-07-01T10:00:00Z", 900000000,
		       "2020-07-01T10:00:01Z", 0);
	assert_stretch("2020-07-01T10:00:00.1234567891Z", "2020-07-01T10:00:00Z", 123456789,
		       "2020-07-01T10:00:00Z", 123456790);
	assert_stretch("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59Z", 999999999,
		       "1970-01-01T00:00:00Z", 0);
}

/* A minute that the clock shows twice is one minute. */
static void the_first_of_two_is_meant(void **state)
{
	(void)state;
	assert_stretch("2020-10-25T02:59", "2020-10-25T00:59:00Z", 0, "2020-10-25T01:00:00Z", 0);
	assert_stretch("2020-03-29T02:30", "2020-03-29T01:30:00Z", 0, "2020-03-29T01:31:00Z", 0);
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"20",
		"0000",
		"2020-",
		"2020-13",
		"2020-00",
		"2020-02-30",
		"2019-02-29",
		"1900-02-29",
		"2020-1-1",
		"2020-01-01T",
		"2020-01-01T10",
		"2020-01-01T24:00",
		"2020-01-01T10:60",
		"2020-01-01T10:00:61Z",
		"2020-01-01T10:00:00.Z",
		"2020-01-01T10:00:00z",
		"2020-01-01T10:00:00+1:00",
		"2020-01-01T10:00:00+15:00",
		"2020-01-01T10:00:00 01:00",
		"2020-01-01T10:00:00-",
		"2020-01-01T10:00:00+01:00x",
		"2020-01-01 ",
		"+2020",
		"20200101",
	};
	struct medark_moments m;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (medark_moments_parse(medark_bytes_text(texts[i]), &zone, &m))
			fail_msg("'%s' is taken", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_spans_what_it_leaves_open),
		cmocka_unit_test(fractions_have_a_precision),
		cmocka_unit_test(the_first_of_two_is_meant),
		cmocka_unit_test(what_is_no_date_is_refused),
	};

	return cmocka_run_group_tests(tests, amsterdam, NULL);
}
