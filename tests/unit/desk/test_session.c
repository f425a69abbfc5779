/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

static const struct medark_reason treatment = { .code = MEDARK_REASON_TREATMENT };

static struct medark_account account(const char *name)
{
	struct medark_account a = { .roles = MEDARK_MAY_TREAT };

	(void)snprintf(a.name, sizeof(a.name), "%s", name);
	(void)snprintf(a.shown, sizeof(a.shown), "Dr %s", name);
	return a;
}

static struct medark_sessions *make(const struct medark_session_limits *limits)
{
	struct medark_sessions *s = NULL;

	assert_int_equal(medark_sessions_new(limits, &s, NULL), 0);
	return s;
}

static void begin(struct medark_sessions *s, const char *name, int64_t now, char *token)
{
	struct medark_account a = account(name);

	assert_int_equal(medark_sessions_begin(s, &a, now, token, NULL), 0);
}

static int look(struct medark_sessions *s, const char *token, int64_t now,
		struct medark_session_view *view)
{
	return medark_sessions_look(s, medark_bytes_text(token), true, now, view, NULL);
}

static void a_session_says_whose_it_is_and_other_tokens_are_none(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char token[MEDARK_SESSION_TOKEN_SIZE], wrong[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_view view;
	struct medark_error err = { 0 };

	(void)state;
	begin(s, "jansen", 5, token);
	assert_int_equal(strlen(token), 64);
	assert_int_equal(look(s, token, 6, &view), 0);
	assert_string_equal(view.account.name, "jansen");
	assert_int_equal(view.account.roles, MEDARK_MAY_TREAT);
	assert_false(view.is_locked);
	assert_int_equal(view.ends_at, 5 + 12 * HOUR);
	for (int i = 0; i < 64; i++) {
		strcpy(wrong, token);
		wrong[i] = wrong[i] == '0' ? '1' : '0';
		assert_int_equal(look(s, wrong, 6, &view), MEDARK_E_NOT_FOUND);
	}
	strcpy(wrong, token);
	wrong[63] = '\0';
	assert_int_equal(look(s, wrong, 6, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_sessions_look(s, medark_bytes_text(""), true, 6, &view, &err),
			 MEDARK_E_NOT_FOUND);
	assert_string_equal(err.message, "there is no such session");
}

static void what_nobody_uses_is_locked_and_keeps_who_it_is(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char token[MEDARK_SESSION_TOKEN_SIZE], handle[MEDARK_SESSION_HANDLE_SIZE];
	struct medark_bytes patient = medark_bytes_text("Patient/1");
	struct medark_session_view view;
	struct medark_reason reason;

	(void)state;
	begin(s, "jansen", 0, token);
	assert_int_equal(look(s, token, 10 * MINUTE - 1, &view), 0);
	assert_false(view.is_locked);
	assert_int_equal(view.locks_at, 20 * MINUTE - 1);
	/* A page that refreshes itself is no use. */
	assert_int_equal(
		medark_sessions_look(s, medark_bytes_text(token), false, 15 * MINUTE, &view, NULL),
		0);
	assert_int_equal(view.locks_at, 20 * MINUTE - 1);
	assert_int_equal(look(s, token, 20 * MINUTE - 1, &view), 0);
	assert_true(view.is_locked);
	assert_string_equal(view.account.name, "jansen");
	/* Looking does not unlock, nor does a clock that steps back. */
	assert_int_equal(look(s, token, 1, &view), 0);
	assert_true(view.is_locked);
	assert_int_equal(
		medark_sessions_handle(s, medark_bytes_text(token), patient, 1, handle, NULL),
		MEDARK_E_IDENTITY);
	assert_int_equal(medark_sessions_open_chart(s, medark_bytes_text(token), patient,
						    &treatment, 1, NULL),
			 MEDARK_E_IDENTITY);
	assert_int_equal(
		medark_sessions_chart(s, medark_bytes_text(token), patient, 1, &reason, NULL),
		MEDARK_E_IDENTITY);
}

static void unlocking_gives_a_new_token_and_keeps_the_charts(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char token[MEDARK_SESSION_TOKEN_SIZE], next[MEDARK_SESSION_TOKEN_SIZE];
	char csrf[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_bytes patient = medark_bytes_text("Patient/1");
	struct medark_account own = account("jansen"), other = account("bakker");
	struct medark_session_view view;
	struct medark_reason reason;

	(void)state;
	begin(s, "jansen", 0, token);
	assert_int_equal(medark_sessions_open_chart(s, medark_bytes_text(token), patient,
						    &treatment, 1, NULL),
			 0);
	assert_int_equal(look(s, token, 1, &view), 0);
	strcpy(csrf, view.csrf);
	medark_sessions_lock(s, medark_bytes_text(token), 2);
	assert_int_equal(look(s, token, 3, &view), 0);
	assert_true(view.is_locked);
	assert_int_equal(medark_sessions_renew(s, medark_bytes_text(token), &other, 4, next, NULL),
			 MEDARK_E_IDENTITY);
	own.roles = MEDARK_MAY_TREAT | MEDARK_MAY_ADMIN;
	assert_int_equal(medark_sessions_renew(s, medark_bytes_text(token), &own, 4, next, NULL),
			 0);
	assert_string_not_equal(token, next);
	assert_int_equal(look(s, token, 5, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(look(s, next, 5, &view), 0);
	assert_false(view.is_locked);
	assert_int_equal(view.account.roles, MEDARK_MAY_TREAT | MEDARK_MAY_ADMIN);
	assert_string_not_equal(view.csrf, csrf);
	assert_int_equal(view.ends_at, 12 * HOUR);
	assert_int_equal(
		medark_sessions_chart(s, medark_bytes_text(next), patient, 5, &reason, NULL), 0);
	assert_int_equal(reason.code, MEDARK_REASON_TREATMENT);
}

static void after_its_life_a_session_is_gone_however_it_was_used(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char token[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_view view;

	(void)state;
	begin(s, "jansen", 0, token);
	for (int64_t now = 0; now < 12 * HOUR; now += 9 * MINUTE) {
		assert_int_equal(look(s, token, now, &view), 0);
		assert_false(view.is_locked);
	}
	assert_int_equal(medark_sessions_count(s, 12 * HOUR - 1), 1);
	assert_int_equal(look(s, token, 12 * HOUR, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_sessions_count(s, 12 * HOUR), 0);
}

static void the_oldest_goes_when_there_are_too_many(void **state)
{
	const struct medark_session_limits limits = { .per_account = 2, .all = 3 };
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(&limits);
	char tokens[5][MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_view view;

	(void)state;
	begin(s, "jansen", 0, tokens[0]);
	begin(s, "bakker", 1, tokens[1]);
	begin(s, "jansen", 2, tokens[2]);
	begin(s, "jansen", 3, tokens[3]);
	assert_int_equal(look(s, tokens[0], 4, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(look(s, tokens[1], 4, &view), 0);
	begin(s, "visser", 5, tokens[4]);
	assert_int_equal(look(s, tokens[1], 6, &view), MEDARK_E_NOT_FOUND);
	for (int i = 2; i < 5; i++)
		assert_int_equal(look(s, tokens[i], 6, &view), 0);
}

/* Takes what happened next, and says so. */
static void expect(struct medark_sessions *s, int64_t now, const char *name,
		   enum medark_session_fate fate, int64_t at)
{
	struct medark_session_event event, again;

	assert_true(medark_sessions_untold(s, now, &event));
	/* Until it was told it is there. */
	assert_true(medark_sessions_untold(s, now, &again));
	assert_int_equal(again.number, event.number);
	assert_string_equal(event.account.name, name);
	assert_int_equal(event.fate, fate);
	assert_int_equal(event.at, at);
	medark_sessions_told(s, &event);
}

static void what_happens_to_sessions_by_themselves_is_told_once(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char first[MEDARK_SESSION_TOKEN_SIZE], other[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_event event;
	struct medark_session_view view;
	struct medark_account a = account("bakker");

	(void)state;
	begin(s, "jansen", 0, first);
	begin(s, "bakker", 3 * MINUTE, other);
	assert_false(medark_sessions_untold(s, 10 * MINUTE - 1, &event));
	expect(s, 14 * MINUTE, "jansen", MEDARK_SESSION_IDLE, 10 * MINUTE);
	expect(s, 14 * MINUTE, "bakker", MEDARK_SESSION_IDLE, 13 * MINUTE);
	assert_false(medark_sessions_untold(s, 11 * HOUR, &event));
	/* Unlocked, and left alone once more. */
	assert_int_equal(
		medark_sessions_renew(s, medark_bytes_text(other), &a, 11 * HOUR, other, NULL), 0);
	expect(s, 11 * HOUR + 20 * MINUTE, "bakker", MEDARK_SESSION_IDLE, 11 * HOUR + 10 * MINUTE);
	expect(s, 13 * HOUR, "jansen", MEDARK_SESSION_OLD, 12 * HOUR);
	expect(s, 13 * HOUR, "bakker", MEDARK_SESSION_OLD, 12 * HOUR + 3 * MINUTE);
	assert_false(medark_sessions_untold(s, 30 * HOUR, &event));
	assert_int_equal(look(s, other, 13 * HOUR, &view), MEDARK_E_NOT_FOUND);
	/* Both at a time, when nobody looked for long. */
	begin(s, "jansen", 20 * HOUR, first);
	expect(s, 40 * HOUR, "jansen", MEDARK_SESSION_IDLE, 20 * HOUR + 10 * MINUTE);
	expect(s, 40 * HOUR, "jansen", MEDARK_SESSION_OLD, 32 * HOUR);
	assert_false(medark_sessions_untold(s, 40 * HOUR, &event));
}

static void what_people_do_themselves_is_not_told(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char token[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_event event;

	(void)state;
	begin(s, "jansen", 0, token);
	medark_sessions_lock(s, medark_bytes_text(token), MINUTE);
	assert_false(medark_sessions_untold(s, HOUR, &event));
	assert_int_equal(medark_sessions_end(s, medark_bytes_text(token)), 1);
	begin(s, "jansen", HOUR, token);
	assert_int_equal(medark_sessions_end_account(s, "jansen"), 1);
	assert_false(medark_sessions_untold(s, 20 * HOUR, &event));
}

static void a_session_that_goes_for_another_is_told_and_bounded(void **state)
{
	const struct medark_session_limits limits = { .per_account = 1, .all = 2 };
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(&limits);
	char token[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_event event;
	struct medark_session_view view;

	(void)state;
	begin(s, "jansen", 0, token);
	begin(s, "jansen", 1, token);
	assert_int_equal(medark_sessions_count(s, 1), 1);
	expect(s, 2, "jansen", MEDARK_SESSION_REPLACED, 1);
	begin(s, "bakker", 3, token);
	begin(s, "visser", 4, token);
	expect(s, 5, "jansen", MEDARK_SESSION_REPLACED, 4);
	assert_false(medark_sessions_untold(s, 5, &event));
	/* Nobody tells: what is over does not take the places of those that are not. */
	for (int64_t i = 10; i < 30; i++) {
		begin(s, "jansen", i, token);
		assert_int_equal(look(s, token, i, &view), 0);
		assert_int_equal(medark_sessions_count(s, i), 2);
	}
	assert_int_equal(medark_sessions_end_account(s, NULL), 2);
	assert_true(medark_sessions_untold(s, 30, &event));
}

static void sessions_can_be_ended_one_by_one_and_by_account(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char a[MEDARK_SESSION_TOKEN_SIZE], b[MEDARK_SESSION_TOKEN_SIZE];
	char c[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_view view;

	(void)state;
	begin(s, "jansen", 0, a);
	begin(s, "jansen", 0, b);
	begin(s, "bakker", 0, c);
	assert_int_equal(medark_sessions_end(s, medark_bytes_text(a)), 1);
	assert_int_equal(medark_sessions_end(s, medark_bytes_text(a)), 0);
	assert_int_equal(look(s, a, 1, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_sessions_end_account(s, "jansen"), 1);
	assert_int_equal(look(s, b, 1, &view), MEDARK_E_NOT_FOUND);
	assert_int_equal(look(s, c, 1, &view), 0);
	assert_int_equal(medark_sessions_end_account(s, NULL), 1);
	assert_int_equal(medark_sessions_count(s, 1), 0);
}

static void a_form_of_another_session_is_refused(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char a[MEDARK_SESSION_TOKEN_SIZE], b[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_session_view view, other;
	struct medark_error err = { 0 };

	(void)state;
	begin(s, "jansen", 0, a);
	begin(s, "jansen", 0, b);
	assert_int_equal(look(s, a, 1, &view), 0);
	assert_int_equal(look(s, b, 1, &other), 0);
	assert_string_not_equal(view.csrf, other.csrf);
	assert_string_not_equal(view.csrf, a);
	assert_int_equal(medark_sessions_check_csrf(s, medark_bytes_text(a),
						    medark_bytes_text(view.csrf), 1, &err),
			 0);
	assert_int_equal(medark_sessions_check_csrf(s, medark_bytes_text(a),
						    medark_bytes_text(other.csrf), 1, &err),
			 MEDARK_E_IDENTITY);
	assert_string_equal(err.message, "the form does not come from this session");
	assert_int_equal(
		medark_sessions_check_csrf(s, medark_bytes_text(a), medark_bytes("", 0), 1, NULL),
		MEDARK_E_IDENTITY);
}

static void a_handle_means_a_patient_in_its_own_session_only(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	char a[MEDARK_SESSION_TOKEN_SIZE], b[MEDARK_SESSION_TOKEN_SIZE];
	char first[MEDARK_SESSION_HANDLE_SIZE], again[MEDARK_SESSION_HANDLE_SIZE];
	struct medark_bytes patient = medark_bytes_text("Patient/999999904");
	uint8_t out[MEDARK_SESSION_PATIENT_MAX];
	size_t size;

	(void)state;
	begin(s, "jansen", 0, a);
	begin(s, "jansen", 0, b);
	assert_int_equal(medark_sessions_handle(s, medark_bytes_text(a), patient, 1, first, NULL),
			 0);
	assert_int_equal(medark_sessions_handle(s, medark_bytes_text(a), patient, 1, again, NULL),
			 0);
	assert_string_equal(first, again);
	assert_null(strstr(first, "999999904"));
	assert_int_equal(medark_sessions_patient(s, medark_bytes_text(a), medark_bytes_text(first),
						 1, out, &size, NULL),
			 0);
	assert_true(medark_bytes_equal(medark_bytes(out, size), patient));
	assert_int_equal(medark_sessions_patient(s, medark_bytes_text(b), medark_bytes_text(first),
						 1, out, &size, NULL),
			 MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_sessions_handle(s, medark_bytes_text(b), patient, 1, again, NULL),
			 0);
	assert_string_not_equal(first, again);
	assert_int_equal(medark_sessions_patient(s, medark_bytes_text(a),
						 medark_bytes_text("Patient/999999904"), 1, out,
						 &size, NULL),
			 MEDARK_E_NOT_FOUND);
}

static void the_oldest_handles_and_charts_go(void **state)
{
	const struct medark_session_limits limits = { .handles = 20, .charts = 2 };
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(&limits);
	char token[MEDARK_SESSION_TOKEN_SIZE], handles[25][MEDARK_SESSION_HANDLE_SIZE];
	struct medark_reason reason;
	struct medark_bytes t;
	uint8_t out[MEDARK_SESSION_PATIENT_MAX];
	size_t size;

	(void)state;
	begin(s, "jansen", 0, token);
	t = medark_bytes_text(token);
	for (int i = 0; i < 25; i++) {
		char key[32];

		(void)snprintf(key, sizeof(key), "Patient/%d", i);
		assert_int_equal(
			medark_sessions_handle(s, t, medark_bytes_text(key), 1, handles[i], NULL),
			0);
		assert_int_equal(medark_sessions_open_chart(s, t, medark_bytes_text(key),
							    &treatment, 1, NULL),
				 0);
	}
	for (int i = 0; i < 25; i++)
		assert_int_equal(medark_sessions_patient(s, t, medark_bytes_text(handles[i]), 1,
							 out, &size, NULL),
				 i < 5 ? MEDARK_E_NOT_FOUND : 0);
	assert_int_equal(
		medark_sessions_chart(s, t, medark_bytes_text("Patient/22"), 1, &reason, NULL),
		MEDARK_E_NOT_FOUND);
	assert_int_equal(
		medark_sessions_chart(s, t, medark_bytes_text("Patient/23"), 1, &reason, NULL), 0);
	assert_int_equal(
		medark_sessions_chart(s, t, medark_bytes_text("Patient/24"), 1, &reason, NULL), 0);
}

static void a_chart_is_opened_for_a_reason_only(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	struct medark_reason bad[] = { { .code = MEDARK_REASON_NONE },
				       { .code = MEDARK_REASON_COUNT },
				       { .code = MEDARK_REASON_BEHALF },
				       { .code = MEDARK_REASON_EMERGENCY, .text = "two\nlines" },
				       { .code = MEDARK_REASON_EMERGENCY, .text = "\xff" },
				       { .code = MEDARK_REASON_EMERGENCY, .text = "\xc2\x9b" } };
	struct medark_reason good = { .code = MEDARK_REASON_BEHALF, .text = "Dr B\xc3\xa4r" };
	struct medark_bytes patient = medark_bytes_text("Patient/1");
	char token[MEDARK_SESSION_TOKEN_SIZE];
	struct medark_reason out;

	(void)state;
	begin(s, "jansen", 0, token);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(medark_sessions_open_chart(s, medark_bytes_text(token), patient,
							    &bad[i], 1, NULL),
				 MEDARK_E_USAGE);
	assert_int_equal(medark_sessions_chart(s, medark_bytes_text(token), patient, 1, &out, NULL),
			 MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_sessions_open_chart(s, medark_bytes_text(token), patient,
						    &treatment, 1, NULL),
			 0);
	assert_int_equal(
		medark_sessions_open_chart(s, medark_bytes_text(token), patient, &good, 1, NULL),
		0);
	assert_int_equal(medark_sessions_chart(s, medark_bytes_text(token), patient, 1, &out, NULL),
			 0);
	assert_int_equal(out.code, MEDARK_REASON_BEHALF);
	assert_string_equal(out.text, good.text);
}

static void *log_in_and_out(void *context)
{
	struct medark_sessions *s = context;
	struct medark_account a = account("jansen");

	for (int i = 0; i < 200; i++) {
		char token[MEDARK_SESSION_TOKEN_SIZE], handle[MEDARK_SESSION_HANDLE_SIZE];
		struct medark_session_view view;

		if (medark_sessions_begin(s, &a, 0, token, NULL) < 0 ||
		    medark_sessions_handle(s, medark_bytes_text(token), medark_bytes_text("p"), 1,
					   handle, NULL) < 0 ||
		    look(s, token, 1, &view) < 0 ||
		    medark_sessions_end(s, medark_bytes_text(token)) != 1)
			return s;
	}
	return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
	MEDARK_AUTO(medark_sessions_free) struct medark_sessions *s = make(NULL);
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_in_and_out, s), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(medark_sessions_count(s, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_says_whose_it_is_and_other_tokens_are_none),
		cmocka_unit_test(what_nobody_uses_is_locked_and_keeps_who_it_is),
		cmocka_unit_test(unlocking_gives_a_new_token_and_keeps_the_charts),
		cmocka_unit_test(after_its_life_a_session_is_gone_however_it_was_used),
		cmocka_unit_test(the_oldest_goes_when_there_are_too_many),
		cmocka_unit_test(what_happens_to_sessions_by_themselves_is_told_once),
		cmocka_unit_test(what_people_do_themselves_is_not_told),
		cmocka_unit_test(a_session_that_goes_for_another_is_told_and_bounded),
		cmocka_unit_test(sessions_can_be_ended_one_by_one_and_by_account),
		cmocka_unit_test(a_form_of_another_session_is_refused),
		cmocka_unit_test(a_handle_means_a_patient_in_its_own_session_only),
		cmocka_unit_test(the_oldest_handles_and_charts_go),
		cmocka_unit_test(a_chart_is_opened_for_a_reason_only),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
