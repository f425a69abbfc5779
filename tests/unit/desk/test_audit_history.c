/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "desk/audit_history.h"

/* Opens the files of "log", which have 3, 0 and 2 rows. */
static struct medark_identity *reader;

static int make(void **state)
{
	if (log_setup(state))
		return -1;
	for (int n = 0, at = 0; n < 3; n++) {
		static const int rows[] = { 3, 0, 2 };
		struct medark_audit *audit = log_begin("log");

		log_add(audit, at, at + rows[n]);
		at += rows[n];
		medark_audit_end(audit);
	}
	reader = log_identity("reader");
	return 0;
}

static int unmake(void **state)
{
	medark_identity_free(reader);
	return log_teardown(state);
}

/* What was told: "3.2 1.3 ", files and rows in the order in which they came. */
struct told {
	char text[256];
	int stop_after; /* rows; 0: never */
	int count, asked;
};

static int take(void *context, const struct medark_audit_info *log,
		const struct medark_audit_row *row)
{
	struct told *t = context;
	size_t used = strlen(t->text);

	assert_true(row->is_open);
	(void)snprintf(t->text + used, sizeof(t->text) - used, "%u.%u ", (unsigned)log->file,
		       (unsigned)row->number);
	return ++t->count == t->stop_after ? MEDARK_E_USAGE : 0;
}

static struct medark_audit_story read_log(const struct medark_audit_wanted *how, const char *wanted)
{
	struct told told = { { 0 }, 0, 0, 0 };
	struct medark_audit_wanted w = *how;
	struct medark_audit_story story;
	struct medark_error err = { 0 };

	w.each = take;
	w.context = &told;
	if (medark_audit_history(scratch_path("log"), reader, &w, &story, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(told.text, wanted);
	return story;
}

static void the_newest_rows_come_first(void **state)
{
	struct medark_audit_story s =
		read_log(&(struct medark_audit_wanted) { .limit = 10 }, "3.2 3.1 1.3 1.2 1.1 ");

	(void)state;
	assert_int_equal(s.fault, MEDARK_AUDIT_WHOLE);
	assert_int_equal(s.files, 3);
	assert_int_equal(s.rows, 5);
	assert_int_equal(s.first, 1);
	assert_int_equal(s.sealed, 0);
	assert_int_equal(s.newest.file, 3);
	assert_int_equal(s.newest.row, 2);
	assert_int_equal(strlen(s.hash), 64);
	assert_false(s.more);
}

static void pages_follow_each_other(void **state)
{
	struct medark_audit_wanted w = { .limit = 2 };

	(void)state;
	assert_true(read_log(&w, "3.2 3.1 ").more);
	w.skip = 2;
	assert_true(read_log(&w, "1.3 1.2 ").more);
	w.skip = 4;
	assert_false(read_log(&w, "1.1 ").more);
	w.skip = 5;
	assert_false(read_log(&w, "").more);
	/* What came after the first page does not move the others. */
	w = (struct medark_audit_wanted) { .limit = 2, .upto = { 3, 1 } };
	assert_true(read_log(&w, "3.1 1.3 ").more);
	w.upto = (struct medark_audit_spot) { 1, 2 };
	assert_false(read_log(&w, "1.2 1.1 ").more);
	w.upto = (struct medark_audit_spot) { 2, 9 };
	assert_true(read_log(&w, "1.3 1.2 ").more);
}

static void filters_pick_rows(void **state)
{
	const struct medark_audit_filter patient = { .patient = "Patient/1" };
	const struct medark_audit_filter id = { .patient = "1" }, account = { .account = "jansen" };
	const struct medark_audit_filter earlier = { .has_to = true, .to = INT64_C(1795316402001) };
	const struct medark_audit_filter day = { .has_from = true, .from = INT64_C(1795316402000) };
	struct medark_audit_wanted w = { .limit = 1, .filter = &patient };

	(void)state;
	assert_true(read_log(&w, "3.1 ").more);
	w.skip = 1;
	assert_false(read_log(&w, "1.2 ").more);
	w = (struct medark_audit_wanted) { .limit = 3, .filter = &day };
	assert_false(read_log(&w, "3.2 3.1 1.3 ").more);
	w = (struct medark_audit_wanted) { .limit = 9, .filter = &earlier };
	(void)read_log(&w, "1.3 1.2 1.1 ");
	w.filter = &id;
	(void)read_log(&w, "3.1 1.2 ");
	w.filter = &account;
	(void)read_log(&w, "3.2 1.3 1.2 ");
	/* What stands in the row, but is not its account or patient. */
	w.filter = &(struct medark_audit_filter) { .account = "TREAT" };
	(void)read_log(&w, "");
	w.filter = &(struct medark_audit_filter) { .patient = "7" };
	(void)read_log(&w, "");
}

static void without_a_key_that_opens_it_only_the_chain_is_checked(void **state)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *other = NULL;
	struct medark_audit_wanted w = { .limit = 9, .each = take };
	struct medark_audit_story s;
	struct told told = { { 0 }, 0, 0, 0 };

	(void)state;
	w.context = &told;
	medark_certificate_free(log_key("other", MEDARK_KEY_P256));
	other = log_identity("other");
	assert_int_equal(medark_audit_history(scratch_path("log"), other, &w, &s, NULL), 0);
	assert_int_equal(s.sealed, 3);
	assert_int_equal(s.rows, 5);
	assert_int_equal(s.fault, MEDARK_AUDIT_WHOLE);
	assert_int_equal(medark_audit_history(scratch_path("log"), NULL, &w, &s, NULL), 0);
	assert_int_equal(s.sealed, 3);
	assert_string_equal(told.text, "");
}

/* ---- what was changed ---- */

static void change(const char *name, size_t at_from_end)
{
	size_t size;
	uint8_t *data = scratch_read(name, &size);

	data[size - at_from_end] ^= 1;
	scratch_write(name, data, size);
	free(data);
}

static void a_changed_row_is_told_and_what_checks_is_shown(void **state)
{
	struct medark_audit_story s;

	(void)state;
	change("log/audit-000001.log", 1); /* of the hash of row 1.3 */
	s = read_log(&(struct medark_audit_wanted) { .limit = 10 }, "3.2 3.1 1.2 1.1 ");
	/* Where the rows of file 1 end no longer is what file 2 says, but the row comes first. */
	assert_int_equal(s.fault, MEDARK_AUDIT_BAD_ROW);
	assert_int_equal(s.fault_at.file, 1);
	assert_int_equal(s.fault_at.row, 3);
	assert_int_equal(s.rows, 4);
	change("log/audit-000001.log", 1);
}

static void rows_and_files_that_are_gone_are_told(void **state)
{
	const struct medark_audit_wanted all = { .limit = 10 };
	struct medark_audit_story s;
	size_t size;
	uint8_t *data = scratch_read("log/audit-000002.log", &size);

	(void)state;
	assert_int_equal(unlink(scratch_path("log/audit-000002.log")), 0);
	s = read_log(&all, "3.2 3.1 1.3 1.2 1.1 ");
	assert_int_equal(s.fault, MEDARK_AUDIT_NOT_BEHIND);
	assert_int_equal(s.fault_at.file, 3);
	scratch_write("log/audit-000002.log", data, size / 2);
	s = read_log(&all, "3.2 3.1 1.3 1.2 1.1 ");
	assert_int_equal(s.fault, MEDARK_AUDIT_NO_LOG);
	assert_int_equal(s.fault_at.file, 2);
	scratch_write("log/audit-000002.log", data, size);
	free(data);
	assert_int_equal(read_log(&all, "3.2 3.1 1.3 1.2 1.1 ").fault, MEDARK_AUDIT_WHOLE);
}

static void the_first_files_may_be_elsewhere(void **state)
{
	struct medark_audit_story s;

	(void)state;
	assert_int_equal(rename(scratch_path("log/audit-000001.log"), scratch_path("first")), 0);
	s = read_log(&(struct medark_audit_wanted) { .limit = 10 }, "3.2 3.1 ");
	assert_int_equal(rename(scratch_path("first"), scratch_path("log/audit-000001.log")), 0);
	assert_int_equal(s.first, 2);
	assert_int_equal(s.fault, MEDARK_AUDIT_WHOLE);
}

/* Another's hashes over the same rows: only who has the key can tell. */
static void rows_that_were_not_written_with_the_key_are_told(void **state)
{
	MEDARK_AUTO(medark_audit_frames_clear) struct medark_audit_frames f = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_digest hash;
	struct medark_audit_story s;

	(void)state;
	assert_int_equal(medark_audit_frames_open(scratch_path("log/audit-000003.log"), &f, NULL),
			 0);
	assert_int_equal(medark_buffer_text(&out, MEDARK_AUDIT_MAGIC, NULL), 0);
	for (int i = 0; i == 0 || medark_audit_frames_next(&f, NULL) == 1; i++) {
		if (i == 2)
			f.body.data[f.body.size - 1] ^= 1;
		assert_int_equal(medark_audit_frame_write(medark_bytes(f.body.data, f.body.size),
							  &out, &hash, NULL),
				 0);
	}
	assert_int_equal(rename(scratch_path("log/audit-000003.log"), scratch_path("third")), 0);
	scratch_write("log/audit-000003.log", out.data, out.size);
	s = read_log(&(struct medark_audit_wanted) { .limit = 10 }, "3.1 1.3 1.2 1.1 ");
	assert_int_equal(rename(scratch_path("third"), scratch_path("log/audit-000003.log")), 0);
	assert_int_equal(s.fault, MEDARK_AUDIT_NOT_GENUINE);
	assert_int_equal(s.fault_at.file, 3);
	assert_int_equal(s.fault_at.row, 2);
}

/* ---- and else ---- */

static bool stop(void *context)
{
	struct told *t = context;

	return ++t->asked > 0;
}

static void it_ends_when_the_caller_says_so(void **state)
{
	struct told told = { { 0 }, 2, 0, 0 };
	struct medark_audit_wanted w = { .limit = 9, .each = take, .context = &told };
	struct medark_audit_story s;
	struct medark_audit *audit;

	(void)state;
	assert_int_equal(medark_audit_history(scratch_path("log"), reader, &w, &s, NULL),
			 MEDARK_E_USAGE);
	assert_string_equal(told.text, "3.2 3.1 ");
	assert_int_equal(medark_audit_history(scratch_path("nothing"), reader, &w, &s, NULL),
			 MEDARK_E_NOT_FOUND);
	audit = log_begin("long");
	log_add(audit, 0, 4096);
	medark_audit_end(audit);
	told = (struct told) { { 0 }, 0, 0, 0 };
	w.is_stopping = stop;
	assert_int_equal(medark_audit_history(scratch_path("long"), reader, &w, &s, NULL),
			 MEDARK_E_INTERRUPTED);
	assert_int_equal(told.asked, 1);
}

static void a_log_that_is_being_written_can_be_read(void **state)
{
	struct medark_audit *audit = log_begin("live");
	struct told told = { { 0 }, 0, 0, 0 };
	struct medark_audit_wanted w = { .limit = 9, .each = take, .context = &told };
	struct medark_audit_story s;

	(void)state;
	assert_int_equal(medark_audit_history(scratch_path("live"), reader, &w, &s, NULL), 0);
	assert_int_equal(s.newest.file, 0);
	assert_string_equal(s.hash, "");
	log_add(audit, 0, 2);
	assert_int_equal(medark_audit_history(scratch_path("live"), reader, &w, &s, NULL), 0);
	assert_string_equal(told.text, "1.2 1.1 ");
	medark_audit_end(audit);
}

static void a_walk_goes_from_the_first_row_to_the_last(void **state)
{
	const struct medark_audit_filter filter = { .account = "jansen" };
	const struct medark_audit_filter *const filters[] = { NULL, &filter };
	static const char *const wanted[] = { "1.1 1.2 1.3 3.1 3.2 ", "1.2 1.3 3.2 " };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_audit_walk_free) struct medark_audit_walk *walk = NULL;
		const struct medark_audit_info *info;
		struct medark_audit_row row;
		struct told told = { { 0 }, 0, 0, 0 };
		int code;

		assert_int_equal(
			medark_audit_walk_new(scratch_path("log"), reader, filters[i], &walk, NULL),
			0);
		while ((code = medark_audit_walk_next(walk, 1000, &info, &row, NULL)) > 0)
			if (code == 1)
				assert_int_equal(take(&told, info, &row), 0);
		assert_int_equal(code, 0);
		assert_string_equal(told.text, wanted[i]);
	}
}

static void a_walk_reads_no_more_at_once_than_it_may(void **state)
{
	const struct medark_audit_filter filter = { .account = "nobody" };
	MEDARK_AUTO(medark_audit_walk_free) struct medark_audit_walk *walk = NULL;
	const struct medark_audit_info *info;
	struct medark_audit_row row;
	int calls = 0;

	(void)state;
	assert_int_equal(medark_audit_walk_new(scratch_path("log"), reader, &filter, &walk, NULL),
			 0);
	while (medark_audit_walk_next(walk, 1, &info, &row, NULL) == 2)
		calls++;
	/* Five rows, and the ends of the files that can be opened. */
	assert_int_equal(calls, 8);
}

static void a_walk_ends_at_a_fault(void **state)
{
	MEDARK_AUTO(medark_audit_walk_free) struct medark_audit_walk *walk = NULL;
	const struct medark_audit_info *info;
	struct medark_audit_row row;
	struct medark_error err = { 0 };

	(void)state;
	change("log/audit-000001.log", 1);
	assert_int_equal(medark_audit_walk_new(scratch_path("log"), reader, NULL, &walk, NULL), 0);
	assert_int_equal(medark_audit_walk_next(walk, 1000, &info, &row, &err), 1);
	assert_int_equal(medark_audit_walk_next(walk, 1000, &info, &row, &err), 1);
	assert_int_equal(medark_audit_walk_next(walk, 1000, &info, &row, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "row 3 was changed");
	change("log/audit-000001.log", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_rows_come_first),
		cmocka_unit_test(pages_follow_each_other),
		cmocka_unit_test(filters_pick_rows),
		cmocka_unit_test(without_a_key_that_opens_it_only_the_chain_is_checked),
		cmocka_unit_test(a_changed_row_is_told_and_what_checks_is_shown),
		cmocka_unit_test(rows_and_files_that_are_gone_are_told),
		cmocka_unit_test(the_first_files_may_be_elsewhere),
		cmocka_unit_test(rows_that_were_not_written_with_the_key_are_told),
		cmocka_unit_test(it_ends_when_the_caller_says_so),
		cmocka_unit_test(a_log_that_is_being_written_can_be_read),
		cmocka_unit_test(a_walk_goes_from_the_first_row_to_the_last),
		cmocka_unit_test(a_walk_reads_no_more_at_once_than_it_may),
		cmocka_unit_test(a_walk_ends_at_a_fault),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
