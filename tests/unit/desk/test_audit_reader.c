/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "desk/audit_file.h"

#define ROWS 4

static uint8_t *file; /* of ROWS rows */
static size_t file_size;
/* Where the head and the rows begin; the last is the end. */
static size_t starts[ROWS + 2];

static int make(void **state)
{
	struct medark_audit *audit;

	if (log_setup(state))
		return -1;
	audit = log_begin("log");
	log_add(audit, 0, ROWS);
	medark_audit_end(audit);
	file = scratch_read("log/audit-000001.log", &file_size);
	starts[0] = MEDARK_AUDIT_MAGIC_SIZE;
	for (int i = 0; i <= ROWS; i++) {
		const uint8_t *p = file + starts[i];

		starts[i + 1] =
			starts[i] + MEDARK_AUDIT_FRAME_ROOM +
			((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
	}
	return starts[ROWS + 1] == file_size ? 0 : -1;
}

static int unmake(void **state)
{
	free(file);
	return log_teardown(state);
}

static void rows_come_back_with_either_key(void **state)
{
	static const char *const keys[] = { "reader", "auditor" };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		MEDARK_AUTO(medark_identity_free)
		struct medark_identity *identity = log_identity(keys[k]);
		MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = NULL;
		struct medark_audit_row row;
		struct medark_audit_info info;

		assert_int_equal(medark_audit_open(scratch_path("log/audit-000001.log"), identity,
						   &log, NULL),
				 0);
		for (int i = 0; i < ROWS; i++) {
			struct medark_audit_event e = log_event(i);

			assert_int_equal(medark_audit_next(log, NULL, &row, NULL), 1);
			assert_true(row.is_open);
			assert_int_equal(row.number, i + 1);
			assert_int_equal(row.event.recorded, e.recorded);
			assert_int_equal(row.event.kind, MEDARK_AUDIT_READ);
			assert_string_equal(row.event.account, e.account);
			assert_string_equal(row.event.patient, e.patient);
			assert_int_equal(row.event.reason, MEDARK_REASON_TREATMENT);
		}
		assert_int_equal(medark_audit_next(log, NULL, &row, NULL), 0);
		medark_audit_info(log, &info);
		assert_true(info.is_open);
		assert_int_equal(info.rows, ROWS);
		assert_int_equal(info.archive_count, 1);
		assert_string_equal(info.archives[0], "11220000000000000000000000000000");
		assert_string_equal(info.created, "2026-11-22T03:00:00Z");
	}
}

static void another_key_opens_nothing(void **state)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = NULL;
	struct medark_audit_log *log = NULL;
	struct medark_error err = { 0 };

	(void)state;
	medark_certificate_free(log_key("other", MEDARK_KEY_P256));
	identity = log_identity("other");
	assert_int_equal(
		medark_audit_open(scratch_path("log/audit-000001.log"), identity, &log, &err),
		MEDARK_E_IDENTITY);
}

static void filters_pick_rows(void **state)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = log_identity("reader");
	struct medark_audit_filter f = { 0 };
	struct medark_audit_info info;

	(void)state;
	f.patient = "Patient/1";
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 2);
	f.patient = "1";
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 2);
	f.patient = "Patient";
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 0);
	assert_int_equal(info.rows, ROWS);
	f = (struct medark_audit_filter) { .account = "bakker" };
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 2);
	f = (struct medark_audit_filter) { .has_from = true, .from = INT64_C(1795316401000) };
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 3);
	f.has_to = true;
	f.to = INT64_C(1795316402000);
	assert_int_equal(log_read("log/audit-000001.log", identity, &f, &info, NULL), 1);
	/* Without a key nobody can pick, but everything is checked. */
	assert_int_equal(log_read("log/audit-000001.log", NULL, &f, &info, NULL), ROWS);
}

/* Is a changed file noticed by who has no key? A torn end is told. */
static bool is_noticed(const void *data, size_t size)
{
	struct medark_audit_info info = { 0 };

	scratch_write("changed", data, size);
	return log_read("changed", NULL, NULL, &info, NULL) < 0 || info.torn > 0;
}

static void every_changed_byte_is_noticed_without_a_key(void **state)
{
	(void)state;
	assert_false(is_noticed(file, file_size));
	for (size_t i = 0; i < file_size; i++) {
		uint8_t bit = (uint8_t)(1 << i % 8);

		file[i] ^= bit;
		if (!is_noticed(file, file_size))
			fail_msg("byte %zu", i);
		file[i] ^= bit;
	}
}

/* A file of the frames with these numbers, 0 being the head; -1 ends them. */
static int read_frames(const int *frames, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_audit_info info;

	assert_int_equal(medark_buffer_add(&out, file, starts[0], NULL), 0);
	for (; *frames >= 0; frames++)
		assert_int_equal(medark_buffer_add(&out, file + starts[*frames],
						   starts[*frames + 1] - starts[*frames], NULL),
				 0);
	scratch_write("changed", out.data, out.size);
	return log_read("changed", NULL, NULL, &info, err);
}

static void rows_that_are_gone_or_in_another_place_are_noticed(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(read_frames((const int[]) { 0, 1, 2, 3, 4, -1 }, &err), ROWS);
	assert_int_equal(read_frames((const int[]) { 0, 2, 3, 4, -1 }, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "row 1 does not follow what stands before it");
	assert_int_equal(read_frames((const int[]) { 0, 1, 3, 4, -1 }, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "row 2 does not follow what stands before it");
	assert_int_equal(read_frames((const int[]) { 0, 1, 3, 2, 4, -1 }, &err), MEDARK_E_FORMAT);
	assert_int_equal(read_frames((const int[]) { 0, 1, 2, 2, 3, 4, -1 }, &err),
			 MEDARK_E_FORMAT);
	assert_int_equal(read_frames((const int[]) { 1, 2, 3, 4, -1 }, &err), MEDARK_E_FORMAT);
	assert_int_equal(read_frames((const int[]) { 0, 0, 1, 2, 3, 4, -1 }, &err),
			 MEDARK_E_FORMAT);
}

static void rows_that_are_cut_off_are_noticed_by_the_next_file(void **state)
{
	MEDARK_AUTO(medark_audit_end) struct medark_audit *audit = log_begin("log");
	struct medark_audit_info before, after;
	struct medark_error err = { 0 };

	(void)state;
	assert_non_null(audit);
	assert_int_equal(log_read("log/audit-000001.log", NULL, NULL, &before, NULL), ROWS);
	assert_int_equal(log_read("log/audit-000002.log", NULL, NULL, &after, NULL), 0);
	assert_int_equal(medark_audit_follows(&before, &after, NULL), 0);
	scratch_write("changed", file, starts[ROWS]);
	assert_int_equal(log_read("changed", NULL, NULL, &before, NULL), ROWS - 1);
	assert_int_equal(medark_audit_follows(&before, &after, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "file 1 of the log had 4 rows when file 2 was begun, and "
					 "has others now (3)");
}

/* What somebody can do who has no key, but makes the hashes anew. */
static void hashes_made_anew_do_not_help_without_the_key(void **state)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = log_identity("reader");
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_digest hash;
	struct medark_audit_info info;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_buffer_add(&out, file, starts[1], NULL), 0);
	memcpy(hash.bytes, file + starts[1] - sizeof(hash.bytes), sizeof(hash.bytes));
	/* Row 1 is gone, the others move up. */
	for (int i = 2; i <= ROWS; i++) {
		size_t size = starts[i + 1] - starts[i] - MEDARK_AUDIT_FRAME_ROOM;
		uint8_t *body = file + starts[i] + 4;

		medark_put_be64(body, (uint64_t)i - 1);
		memcpy(body + 16, hash.bytes, sizeof(hash.bytes));
		assert_int_equal(
			medark_audit_frame_write(medark_bytes(body, size), &out, &hash, NULL), 0);
	}
	scratch_write("changed", out.data, out.size);
	assert_int_equal(log_read("changed", NULL, NULL, &info, NULL), ROWS - 1);
	assert_int_equal(log_read("changed", identity, NULL, &info, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "row 1 was not written with the key of this log");
}

static void other_files_are_none(void **state)
{
	struct medark_audit_info info;
	struct medark_error err = { 0 };

	(void)state;
	scratch_write("empty", "", 0);
	assert_int_equal(log_read("empty", NULL, NULL, &info, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "it is no audit log");
	scratch_write("magic", MEDARK_AUDIT_MAGIC, MEDARK_AUDIT_MAGIC_SIZE);
	assert_int_equal(log_read("magic", NULL, NULL, &info, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "its head is not whole");
	assert_int_equal(log_read("nowhere", NULL, NULL, &info, &err), MEDARK_E_SYSTEM);
}

static void a_row_becomes_an_audit_event_of_fhir(void **state)
{
	struct medark_audit_info info = { .log = "aabb" };
	struct medark_audit_row row = { .number = 1, .is_open = true, .event = log_event(1) };
	MEDARK_AUTO(medark_heap_free) char *text = NULL;
	MEDARK_AUTO(medark_heap_free) char *short_text = NULL;

	(void)state;
	row.event.query = "name=x";
	row.event.reason_text = "called \"in\"";
	assert_int_equal(medark_audit_fhir(&info, &row, &text, NULL), 0);
	assert_string_equal(
		text,
		"{\"resourceType\":\"AuditEvent\",\"type\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/audit-event-type\",\"code\":\"rest\","
		"\"display\":\"RESTful Operation\"},\"subtype\":[{\"system\":"
		"\"http://hl7.org/fhir/restful-interaction\",\"code\":\"read\",\"display\":\"read\"}],"
		"\"action\":\"R\",\"recorded\":\"2026-11-22T03:00:01.000Z\",\"outcome\":\"0\","
		"\"purposeOfEvent\":[{\"coding\":[{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/v3-ActReason\",\"code\":\"TREAT\"}],\"text\":"
		"\"called \\\"in\\\"\"}],\"agent\":[{\"role\":[{\"text\":\"clinician\"}],\"altId\":"
		"\"jansen\",\"name\":\"Dr Jansen\",\"requestor\":true,\"network\":{\"address\":"
		"\"192.0.2.7\",\"type\":\"2\"}}],\"source\":{\"site\":"
		"\"11220000000000000000000000000000\",\"observer\":{\"identifier\":{\"system\":"
		"\"urn:medark:audit-log\",\"value\":\"aabb\"},\"display\":\"medark\"},\"type\":[{"
		"\"system\":\"http://terminology.hl7.org/CodeSystem/security-source-type\",\"code\":"
		"\"4\",\"display\":\"Application Server\"}]},\"entity\":[{\"what\":{\"reference\":"
		"\"Patient/1\"},\"type\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/audit-entity-type\",\"code\":\"1\"},\"role\":{"
		"\"system\":\"http://terminology.hl7.org/CodeSystem/object-role\",\"code\":\"1\"}},{"
		"\"what\":{\"reference\":\"Observation/7\"},\"type\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/audit-entity-type\",\"code\":\"2\"},\"role\":{"
		"\"system\":\"http://terminology.hl7.org/CodeSystem/object-role\",\"code\":\"4\"}},{"
		"\"type\":{\"system\":\"http://terminology.hl7.org/CodeSystem/audit-entity-type\","
		"\"code\":\"2\"},\"role\":{\"system\":"
		"\"http://terminology.hl7.org/CodeSystem/object-role\",\"code\":\"24\"},\"query\":"
		"\"bmFtZT14\"}]}");
	row.event = (struct medark_audit_event) { .kind = MEDARK_AUDIT_CHART,
						  .action = 'R',
						  .patient = "999999904",
						  .reason = MEDARK_REASON_BEHALF,
						  .reason_text = "Dr Bakker" };
	assert_int_equal(medark_audit_fhir(&info, &row, &short_text, NULL), 0);
	assert_non_null(strstr(short_text, "\"purposeOfEvent\":[{\"text\":\"on behalf of Dr "
					   "Bakker\"}],\"agent\":[{\"requestor\":true}]"));
	assert_non_null(strstr(short_text, "{\"identifier\":{\"value\":\"999999904\"}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_with_either_key),
		cmocka_unit_test(another_key_opens_nothing),
		cmocka_unit_test(filters_pick_rows),
		cmocka_unit_test(every_changed_byte_is_noticed_without_a_key),
		cmocka_unit_test(rows_that_are_gone_or_in_another_place_are_noticed),
		cmocka_unit_test(rows_that_are_cut_off_are_noticed_by_the_next_file),
		cmocka_unit_test(other_files_are_none),
		cmocka_unit_test(a_row_becomes_an_audit_event_of_fhir),
		cmocka_unit_test(hashes_made_anew_do_not_help_without_the_key),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
