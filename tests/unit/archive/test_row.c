/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/row.h"

static struct medark_bytes text(const char *s)
{
	return medark_bytes_text(s);
}

static void fields_are_counted(void **state)
{
	struct medark_bytes f[3];

	(void)state;
	assert_true(medark_row_split(text("a\t\tc"), f, 3));
	assert_true(medark_bytes_is(f[0], "a") && f[1].size == 0 && medark_bytes_is(f[2], "c"));
	assert_false(medark_row_split(text("a\tb"), f, 3));
	assert_false(medark_row_split(text("a\tb\tc\td"), f, 3));
	assert_true(medark_row_split(text(""), f, 1));
}

static void escapes_go_there_and_back(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer in = MEDARK_BUFFER(1024);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(256);
	struct medark_error err;
	uint8_t all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	assert_int_equal(medark_row_encode(medark_bytes(all, 256), &in, &err), 0);
	assert_int_equal(medark_row_decode(medark_bytes(in.data, in.size), &out, &err), 0);
	assert_int_equal(out.size, 256);
	assert_memory_equal(out.data, all, 256);
	assert_null(memchr(in.data, '\t', in.size));
	assert_null(memchr(in.data, '\n', in.size));
}

static void malformed_escapes_are_refused(void **state)
{
	static const char *const bad[] = { "\\", "a\\", "\\q", "\\x", "\\x1", "\\xZZ", "\\x1B" };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(16);
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(medark_row_decode(text(bad[i]), &out, &err), MEDARK_E_FORMAT);
		assert_string_equal(err.message, "a field of the index has a malformed escape");
	}
	assert_int_equal(medark_row_decode(text("12345678901234567"), &out, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "a field of the index is longer than allowed");
}

static void an_item_is_read(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_item_row item;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_item_row_parse(
				 text("7\tndjson\t120\t-5.000000001\t0644\t-\t1\t3\t4\ta\\tb/c"), 7,
				 &path, &item, &err),
			 0);
	assert_int_equal(item.kind, MEDARK_ITEM_FILE);
	assert_string_equal(item.kind_name, "ndjson");
	assert_false(item.has_parent);
	assert_int_equal(item.records, 4);
	assert_int_equal(item.size, 120);
	assert_int_equal(item.mtime, -5);
	assert_int_equal(item.mtime_ns, 1);
	assert_int_equal(item.mode, 0644);
	assert_int_equal(item.first, 1);
	assert_int_equal(item.last, 3);
	assert_true(medark_bytes_is(item.path, "a\tb/c"));
}

static void malformed_items_are_refused(void **state)
{
	static const char *const bad[] = {
		"8\tndjson\t1\t0.000000000\t0644\t-\t1\t1\t1\tp", /* another number */
		"7\tlink\t1\t0.000000000\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t-1\t0.000000000\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t9223372036854775808\t0.000000000\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t0.0\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t.000000000\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t0.00000000x\t0644\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t0.000000000\t644\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t0.000000000\t0844\t-\t1\t1\t1\tp",
		"7\tndjson\t1\t0.000000000\t0644\t-\t2\t1\t1\tp",
		"7\tndjson\t1\t0.000000000\t0644\t-\t0\t1\t1\tp",
		"7\tndjson\t1\t0.000000000\t0644\t-\t-\t1\t1\tp",
		"7\tdir\t1\t0.000000000\t0755\t-\t-\t-\t0\tp",	 /* a folder has no size */
		"7\tndjson\t1\t0.000000000\t0644\t-\t1\t1\t1\t", /* no path */
		"7\tndjson\t1\t0.000000000\t0644\t-\t1\t1\t1",
		"",
	};
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_item_row item;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(medark_item_row_parse(text(bad[i]), 7, &path, &item, &err),
				 MEDARK_E_FORMAT);
		assert_string_equal(err.message, "a row of the index's table items is malformed");
	}
}

static void what_is_in_quarantine_is_read(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer detail = MEDARK_BUFFER(64);
	struct medark_quarantine_row q;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_quarantine_row_parse(text("broken-syntax\t3\t70\t5\t2\ta\\tb"),
						     &detail, &q, &err),
			 0);
	assert_string_equal(q.reason, "broken-syntax");
	assert_true(q.has_item);
	assert_int_equal(q.item, 3);
	assert_int_equal(q.offset, 70);
	assert_int_equal(q.length, 5);
	assert_int_equal(q.segment, 2);
	assert_true(medark_bytes_is(q.detail, "a\tb"));
	assert_int_equal(medark_quarantine_row_parse(text("skipped\t-\t0\t0\t-\tlink: x"), &detail,
						     &q, &err),
			 0);
	assert_false(q.has_item);
	assert_int_equal(q.segment, 0);
	assert_int_equal(
		medark_quarantine_row_parse(text("missing\t-\t0\t0\t-\t5 of 7"), &detail, &q, &err),
		0);
	assert_false(q.has_item);
	assert_int_equal(
		medark_quarantine_row_parse(text("missing\t4\t9\t0\t-\t5 of 7"), &detail, &q, &err),
		0);
	assert_true(q.has_item && q.item == 4);
}

static void changes_are_read(void **state)
{
	static const char *const bad[] = { "",
					   "Patient/1",
					   "Patient/1\t",
					   "\t+",
					   "Patient/1\t*",
					   "Patient/1\t++",
					   "Patient/1\t+\t",
					   "Patient/1\t+\tx" };
	struct medark_change_row change;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_change_row_parse(text("Patient/1\t+"), &change, &err), 0);
	assert_true(medark_bytes_is(change.name, "Patient/1") && !change.is_deleted);
	assert_int_equal(medark_change_row_parse(text("a\\tb/1\t-"), &change, &err), 0);
	assert_true(medark_bytes_is(change.name, "a\\tb/1") && change.is_deleted);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(medark_change_row_parse(text(bad[i]), &change, &err),
				 MEDARK_E_FORMAT);
		assert_string_equal(err.message, "a row of the index's table changes is malformed");
	}
}

static void malformed_rows_of_the_quarantine_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"too-deep\t0\t0\t0\t-",
		"\t0\t0\t0\t-\t",
		"Too-deep\t0\t0\t0\t-\t",
		"too\x1b[1m\t0\t0\t0\t-\t",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\t0\t0\t0\t-\t",
		"too-deep\t4294967295\t0\t0\t-\t", /* no number of an item */
		"too-deep\t0\t-\t0\t-\t",
		"too-deep\t0\t0\t-1\t-\t",
		"too-deep\t0\t0\t0\t0\t", /* segments count from 1 */
		"too-deep\t0\t0\t0\t-\t\t",
		"too-deep\t-\t0\t0\t-\t", /* only what is skipped, or missing, is of no item */
		"skipped\t0\t0\t0\t-\t",
	};
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer detail = MEDARK_BUFFER(64);
	struct medark_quarantine_row q;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(medark_quarantine_row_parse(text(bad[i]), &detail, &q, &err),
				 MEDARK_E_FORMAT);
		assert_string_equal(err.message,
				    "a row of the index's table quarantine is malformed");
	}
}

static void places_come_one_after_the_other(void **state)
{
	struct medark_bytes places = text("1:0:5 2:10:67108864");
	struct medark_range range;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_range_next(&places, &range, &err), 1);
	assert_int_equal(range.segment, 1);
	assert_int_equal(medark_range_next(&places, &range, &err), 1);
	assert_int_equal(range.segment, 2);
	assert_int_equal(range.offset, 10);
	assert_int_equal(range.length, 67108864);
	assert_int_equal(medark_range_next(&places, &range, &err), 0);
}

static void malformed_places_are_refused(void **state)
{
	static const char *const bad[] = { "1:2",    "0:0:1", "1:0:0",	      "1:0:1:1",
					   " 1:0:1", "a:b:c", "1:0:67108865", "100000000:0:1" };
	struct medark_range range;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct medark_bytes places = text(bad[i]);

		assert_int_equal(medark_range_next(&places, &range, &err), MEDARK_E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_counted),
		cmocka_unit_test(escapes_go_there_and_back),
		cmocka_unit_test(malformed_escapes_are_refused),
		cmocka_unit_test(an_item_is_read),
		cmocka_unit_test(malformed_items_are_refused),
		cmocka_unit_test(what_is_in_quarantine_is_read),
		cmocka_unit_test(changes_are_read),
		cmocka_unit_test(malformed_rows_of_the_quarantine_are_refused),
		cmocka_unit_test(places_come_one_after_the_other),
		cmocka_unit_test(malformed_places_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
