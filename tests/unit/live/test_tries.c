/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request after each answer, without a server: no time passes here. */
#include "../test.h"
#include "live/census.h"
#include "live/tries.h"

#include <stdio.h>
#include <string.h>

struct fixture {
	struct medark_url base;
	struct medark_talk_voice voice;
	struct medark_talk talk;
	struct medark_tries tries;
	unsigned said;
	bool is_change; /* the requests are other than GET */
	char sentence[512];
};

static void say(void *context, const char *sentence)
{
	struct fixture *f = context;

	f->said++;
	(void)snprintf(f->sentence, sizeof(f->sentence), "%s", sentence);
}

static void set_up(struct fixture *f)
{
	*f = (struct fixture) { .voice = { .say = say, .silence = 1000 } };
	f->voice.context = f;
	assert_int_equal(medark_url_parse("https://h.example/fhir", &f->base, NULL), 0);
	f->talk = medark_talk_usual(NULL, NULL, &f->base, &f->voice);
}

static void tear_down(struct fixture *f)
{
	medark_tries_clear(&f->tries);
	medark_url_clear(&f->base);
}

/* An answer with a status and one header line, or "". */
static enum medark_tries_move answer(struct fixture *f, unsigned status, const char *header,
				     struct medark_tries_next *next)
{
	struct medark_http_response r = { .status = status,
					  .is_transient = status == 0,
					  .is_change = f->is_change };
	struct medark_buffer headers = MEDARK_BUFFER(1024);

	if (status == 0)
		(void)medark_error_set(&r.failure, MEDARK_E_REMOTE, "no answer");
	assert_int_equal(medark_buffer_text(&headers, header, NULL), 0);
	r.headers = headers;
	assert_int_equal(medark_tries_react(&f->tries, &f->talk,
					    medark_tries_url(&f->tries, &f->base), &r, next, NULL),
			 0);
	medark_buffer_clear(&headers);
	return next->move;
}

static void an_answer_is_taken_whatever_it_says(void **state)
{
	static const unsigned statuses[] = { 200, 202, 400, 403, 404, 410, 501 };
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		set_up(&f);
		assert_int_equal(answer(&f, statuses[i], "", &next), MEDARK_TRIES_TAKE);
		assert_int_equal(f.said, 0);
		tear_down(&f);
	}
}

static void a_bad_minute_is_told_once_and_ends(void **state)
{
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	set_up(&f);
	for (unsigned i = 1; i < MEDARK_TALK_ATTEMPTS; i++) {
		assert_int_equal(answer(&f, i % 2 ? 503 : 0, "retry-after: 7\n", &next),
				 MEDARK_TRIES_AGAIN);
		assert_true(next.at > medark_talk_now() + 5);
		assert_true(next.at < medark_talk_now() + 8);
		assert_false(next.is_too_much);
	}
	assert_int_equal(answer(&f, 503, "", &next), MEDARK_TRIES_GIVE_UP);
	assert_string_equal(next.why.message, "https://h.example answers with status 503");
	assert_int_equal(f.said, 1);
	assert_string_equal(f.sentence, "https://h.example answers with status 503: asking again "
					"in 7 s, and so on");
	tear_down(&f);
}

static void silence_ends(void **state)
{
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	set_up(&f);
	f.voice.silence = 0;
	assert_int_equal(answer(&f, 503, "", &next), MEDARK_TRIES_AGAIN);
	assert_int_equal(answer(&f, 503, "", &next), MEDARK_TRIES_AGAIN);
	assert_int_equal(f.said, 2);
	tear_down(&f);
}

static void too_much_is_waited_for_as_long_as_there_is_patience(void **state)
{
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	set_up(&f);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(answer(&f, 429, "retry-after: 30\n", &next), MEDARK_TRIES_AGAIN);
		assert_true(next.is_too_much);
	}
	f.talk.patience = 29;
	assert_int_equal(answer(&f, 429, "retry-after: 30\n", &next), MEDARK_TRIES_GIVE_UP);
	f.talk.patience = 31;
	assert_int_equal(answer(&f, 429, "retry-after: 30\n", &next), MEDARK_TRIES_AGAIN);
	tear_down(&f);
	set_up(&f);
	f.talk.put_offs = 2;
	assert_int_equal(answer(&f, 429, "retry-after: 1\n", &next), MEDARK_TRIES_AGAIN);
	assert_int_equal(answer(&f, 429, "retry-after: 1\n", &next), MEDARK_TRIES_GIVE_UP);
	tear_down(&f);
}

static void redirects_lead_on_and_come_to_an_end(void **state)
{
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	set_up(&f);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(answer(&f, 307, "location: https://files.example/1\n", &next),
				 MEDARK_TRIES_AGAIN);
		assert_true(next.at <= medark_talk_now());
	}
	assert_string_equal(medark_tries_url(&f.tries, &f.base)->text, "https://files.example/1");
	/* After a bad minute it begins at the beginning, with all the redirects that it may have.
	 */
	assert_int_equal(answer(&f, 503, "", &next), MEDARK_TRIES_AGAIN);
	assert_ptr_equal(medark_tries_url(&f.tries, &f.base), &f.base);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(answer(&f, 307, "location: https://files.example/1\n", &next),
				 MEDARK_TRIES_AGAIN);
	assert_int_equal(answer(&f, 307, "location: https://files.example/1\n", &next),
			 MEDARK_TRIES_GIVE_UP);
	assert_string_equal(next.why.message, "https://files.example redirects without end");
	tear_down(&f);
	set_up(&f);
	assert_int_equal(answer(&f, 302, "location: http://files.example/1\n", &next),
			 MEDARK_TRIES_GIVE_UP);
	assert_int_equal(answer(&f, 302, "", &next), MEDARK_TRIES_GIVE_UP);
	/* What is sent to a server is not for another one. */
	f.is_change = true;
	assert_int_equal(answer(&f, 307, "location: https://files.example/1\n", &next),
			 MEDARK_TRIES_GIVE_UP);
	assert_non_null(strstr(next.why.message, "redirects what is sent to it to another server"));
	assert_ptr_equal(medark_tries_url(&f.tries, &f.base), &f.base);
	assert_int_equal(answer(&f, 307, "location: /2\n", &next), MEDARK_TRIES_AGAIN);
	f.is_change = false;
	tear_down(&f);
}

static void without_a_token_a_refusal_is_the_answer(void **state)
{
	struct medark_tries_next next;
	struct fixture f;

	(void)state;
	set_up(&f);
	assert_int_equal(answer(&f, 401, "", &next), MEDARK_TRIES_TAKE);
	tear_down(&f);
}

static void counts_are_bounds(void **state)
{
	static const struct {
		struct medark_census_type type;
		uint64_t low, high;
	} cases[] = {
		{ { .has_before = true, .before = 7, .has_after = true, .after = 9 }, 7, 9 },
		{ { .has_before = true, .before = 9, .has_after = true, .after = 7 }, 7, 9 },
		{ { .has_before = true, .before = 9 }, 9, UINT64_MAX },
		{ { .has_before = true, .before = 9, .has_after = true }, 9, UINT64_MAX },
		{ { .has_before = true, .has_after = true }, 0, 0 },
		{ { .has_before = true, .has_after = true, .after = 3 }, 0, 3 },
	};
	const struct medark_census_type none = { .has_after = true, .after = 5 };
	uint64_t low, high;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(medark_census_bounds(&cases[i].type, &low, &high));
		assert_int_equal(low, cases[i].low);
		assert_int_equal(high, cases[i].high);
	}
	assert_false(medark_census_bounds(&none, &low, &high));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_whatever_it_says),
		cmocka_unit_test(a_bad_minute_is_told_once_and_ends),
		cmocka_unit_test(silence_ends),
		cmocka_unit_test(too_much_is_waited_for_as_long_as_there_is_patience),
		cmocka_unit_test(redirects_lead_on_and_come_to_an_end),
		cmocka_unit_test(without_a_token_a_refusal_is_the_answer),
		cmocka_unit_test(counts_are_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
