/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/audit_event.h"

#include <stdio.h>
#include <string.h>

static const struct medark_audit_event full = {
	.recorded = INT64_C(1795316400123),
	.kind = MEDARK_AUDIT_READ,
	.action = 'R',
	.outcome = MEDARK_AUDIT_REFUSED,
	.account = "jansen",
	.shown = "Dr J\xc3\xa4nsen",
	.roles = MEDARK_MAY_TREAT | MEDARK_MAY_AUDIT,
	.peer = "192.0.2.7",
	.archive = "00112233445566778899aabbccddeeff",
	.patient = "Patient/1",
	.record = "Observation/2",
	.query = "name=\"\x01",
	.detail = "none",
	.reason = MEDARK_REASON_EMERGENCY,
	.reason_text = "unconscious",
};

static struct medark_audit_place place(void)
{
	struct medark_audit_place p = { .number = 7 };

	memset(p.after.bytes, 0xab, sizeof(p.after.bytes));
	return p;
}

static void write_full(struct medark_buffer *out)
{
	struct medark_audit_place p = place();

	assert_int_equal(medark_audit_event_write(&full, &p, out, NULL), 0);
	assert_int_equal(medark_buffer_add(out, "", 1, NULL), 0);
	out->size--;
}

static void what_is_written_reads_the_same(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	struct medark_audit_event e;
	struct medark_audit_place p;
	json_t *root;

	(void)state;
	write_full(&out);
	assert_non_null(strstr((char *)out.data,
			       "\"recorded\":\"2026-11-22T03:00:00.123Z\",\"kind\":\"read\""));
	assert_int_equal(
		medark_audit_event_parse(medark_bytes(out.data, out.size), &e, &p, &root, NULL), 0);
	assert_int_equal(p.number, 7);
	assert_int_equal(p.after.bytes[31], 0xab);
	assert_int_equal(e.recorded, full.recorded);
	assert_int_equal(e.kind, full.kind);
	assert_int_equal(e.action, 'R');
	assert_int_equal(e.outcome, full.outcome);
	assert_int_equal(e.roles, full.roles);
	assert_int_equal(e.reason, full.reason);
	assert_string_equal(e.account, full.account);
	assert_string_equal(e.shown, full.shown);
	assert_string_equal(e.peer, full.peer);
	assert_string_equal(e.archive, full.archive);
	assert_string_equal(e.patient, full.patient);
	assert_string_equal(e.record, full.record);
	assert_string_equal(e.query, full.query);
	assert_string_equal(e.detail, full.detail);
	assert_string_equal(e.reason_text, full.reason_text);
	json_decref(root);
}

static void times_have_milliseconds_also_before_1970(void **state)
{
	char text[MEDARK_AUDIT_TIME_SIZE];

	(void)state;
	assert_true(medark_audit_time(0, text));
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	assert_true(medark_audit_time(-1, text));
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	assert_false(medark_audit_time(INT64_MAX, text));
	assert_false(medark_audit_time(INT64_MIN, text));
}

static void what_is_no_event_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	struct medark_audit_place p = place();
	struct medark_audit_event e = full;
	struct medark_error err = { 0 };
	char long_text[MEDARK_AUDIT_QUERY_MAX + 2];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	e.query = long_text;
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a row of the audit log has no room for this query");
	e = full;
	e.account = "\xff";
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
	e = full;
	e.action = 'X';
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "the audit log does not know such an event");
	e = full;
	e.kind = MEDARK_AUDIT_KIND_COUNT;
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
	e = full;
	e.reason = MEDARK_REASON_COUNT;
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
	e = full;
	e.recorded = INT64_MAX;
	assert_int_equal(medark_audit_event_write(&e, &p, &out, &err), MEDARK_E_USAGE);
}

static void refused(const char *from, const char *to, const char *sentence)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	struct medark_audit_event e;
	struct medark_audit_place p;
	struct medark_error err = { 0 };
	char changed[4096];
	const char *text, *at;
	json_t *root;

	write_full(&out);
	text = (const char *)out.data;
	at = strstr(text, from);
	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		       at + strlen(from));
	assert_int_equal(medark_audit_event_parse(medark_bytes_text(changed), &e, &p, &root, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, sentence);
}

static void whatever_else_stands_there_is_refused(void **state)
{
	(void)state;
	refused("\"number\":7", "\"number\":-7", "a row: 'number' has no valid value");
	refused("abab", "ABAB", "a row: 'after' has no valid value");
	refused("00.123Z", "00.12Z", "a row: 'recorded' has no valid value");
	refused("00.123Z", "00.1x3Z", "a row: 'recorded' has no valid value");
	refused("03:00:00", "25:00:00", "a row: 'recorded' has no valid value");
	refused("\"read\"", "\"look\"", "a row: 'kind' has no valid value");
	refused("\"R\"", "\"RR\"", "a row: 'action' has no valid value");
	refused("\"R\"", "\"\"", "a row: 'action' has no valid value");
	refused("\"outcome\":4", "\"outcome\":5", "a row: 'outcome' has no valid value");
	refused("\"roles\":5", "\"roles\":16", "a row: 'roles' has no valid value");
	refused("ETREAT", "NONE", "a row: 'reason' has no valid value");
	refused("\"jansen\"", "null", "a row: 'account' has no valid value");
	refused("\"detail\"", "\"details\"", "a row: 'detail' is missing");
	refused("\"detail\"", "\"more\":1,\"detail\"", "a row: holds a name that is not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(times_have_milliseconds_also_before_1970),
		cmocka_unit_test(what_is_no_event_is_refused),
		cmocka_unit_test(whatever_else_stands_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
