/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/audit_file.h"

#include <stdio.h>
#include <string.h>

static struct medark_audit_head head(void)
{
	struct medark_audit_head h = { .file = 2,
				       .created = 1795316400,
				       .archive_count = 2,
				       .has_previous = true,
				       .previous_is_faulty = true,
				       .previous_rows = 7 };

	memset(h.log, 0x11, sizeof(h.log));
	memset(h.archives[0], 0x22, sizeof(h.archives[0]));
	memset(h.archives[1], 0x33, sizeof(h.archives[1]));
	memset(h.previous_log, 0x44, sizeof(h.previous_log));
	memset(h.previous_hash.bytes, 0x55, sizeof(h.previous_hash.bytes));
	memset(h.commit.bytes, 0x66, sizeof(h.commit.bytes));
	h.keys = (struct medark_buffer)MEDARK_BUFFER(64);
	assert_int_equal(medark_buffer_add(&h.keys, "keys", 4, NULL), 0);
	return h;
}

static void write_head(const struct medark_audit_head *h, struct medark_buffer *out)
{
	assert_int_equal(medark_audit_head_write(h, out, NULL), 0);
	assert_int_equal(medark_buffer_add(out, "", 1, NULL), 0);
	out->size--;
}

static void a_head_reads_as_it_was_written(void **state)
{
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head h = head();
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head again = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);

	(void)state;
	write_head(&h, &out);
	assert_int_equal(medark_audit_head_parse(medark_bytes(out.data, out.size), &again, NULL),
			 0);
	assert_memory_equal(again.log, h.log, sizeof(h.log));
	assert_int_equal(again.file, 2);
	assert_int_equal(again.created, h.created);
	assert_int_equal(again.archive_count, 2);
	assert_memory_equal(again.archives, h.archives, sizeof(h.archives));
	assert_true(again.has_previous && again.previous_is_faulty);
	assert_memory_equal(again.previous_log, h.previous_log, sizeof(h.previous_log));
	assert_int_equal(again.previous_rows, 7);
	assert_memory_equal(again.previous_hash.bytes, h.previous_hash.bytes, MEDARK_DIGEST_SIZE);
	assert_memory_equal(again.commit.bytes, h.commit.bytes, MEDARK_DIGEST_SIZE);
	assert_int_equal(again.keys.size, 4);
	assert_memory_equal(again.keys.data, "keys", 4);
}

static void refused(const char *from, const char *to, const char *sentence)
{
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head h = head();
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head again = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	struct medark_error err = { 0 };
	char changed[4096];
	const char *text, *at;

	write_head(&h, &out);
	text = (const char *)out.data;
	at = strstr(text, from);
	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		       at + strlen(from));
	assert_int_equal(medark_audit_head_parse(medark_bytes_text(changed), &again, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, sentence);
}

static void whatever_else_stands_there_is_refused(void **state)
{
	(void)state;
	refused("1111", "11", "the head of the audit log: 'log' has no valid value");
	refused("\"file\":2", "\"file\":0", "the head of the audit log: 'file' has no valid value");
	refused("2026-11-22", "2026-13-22",
		"the head of the audit log: 'created' has no valid value");
	refused("\"2222", "\"22", "the head of the audit log: 'archives' has no valid value");
	refused("\"rows\":7", "\"rows\":-7",
		"the head of the audit log: previous: 'rows' has no valid value");
	refused("\"faulty\":true", "\"faulty\":1",
		"the head of the audit log: previous: 'faulty' has no valid value");
	refused("a2V5cw==", "a2V5c=w=", "the head of the audit log: 'keys' has no valid value");
	refused("\"keys\"", "\"key\"", "the head of the audit log: 'keys' is missing");
	refused("\"keys\"", "\"x\":1,\"keys\"",
		"the head of the audit log: holds a name that is not known");
}

static void what_is_larger_than_a_frame_is_none(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	static uint8_t body[MEDARK_AUDIT_FRAME_MAX + 1];
	struct medark_digest hash;

	(void)state;
	assert_int_equal(
		medark_audit_frame_write(medark_bytes(body, sizeof(body)), &out, &hash, NULL),
		MEDARK_E_MEMORY);
	assert_int_equal(out.size, 0);
	assert_int_equal(
		medark_audit_frame_write(medark_bytes(body, sizeof(body) - 1), &out, &hash, NULL),
		0);
	assert_int_equal(out.size, MEDARK_AUDIT_FRAME_MAX + MEDARK_AUDIT_FRAME_ROOM);
}

static int setup(void **state)
{
	(void)state;
	return medark_digest_setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_reads_as_it_was_written),
		cmocka_unit_test(whatever_else_stands_there_is_refused),
		cmocka_unit_test(what_is_larger_than_a_frame_is_none),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
