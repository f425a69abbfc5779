/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

/* In place of libc's: whether the disk takes it is for the test to say. */
static atomic_bool disk_fails, disk_is_slow;
static atomic_int syncs;

int fdatasync(int fd)
{
	(void)fd;
	syncs++;
	if (disk_is_slow)
		(void)usleep(2000);
	errno = EIO;
	return disk_fails ? -1 : 0;
}

static void a_log_is_for_its_owner_and_says_nothing_in_clear(void **state)
{
	struct medark_audit *audit = log_begin("clear");
	static const char *const secrets[] = { "Patient/", "Observation", "jansen", "192.0.2" };
	struct stat st;
	uint8_t *data;
	size_t size;

	(void)state;
	log_add(audit, 0, 5);
	assert_int_equal(medark_audit_rows(audit), 5);
	medark_audit_end(audit);
	assert_int_equal(stat(scratch_path("clear"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(scratch_path("clear/audit-000001.log"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	data = scratch_read("clear/audit-000001.log", &size);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		assert_null(memmem(data, size, secrets[i], strlen(secrets[i])));
	free(data);
}

static void files_follow_each_other(void **state)
{
	struct medark_audit_info first, second, third;
	struct medark_error err = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct medark_audit *audit = log_begin("follow");

		log_add(audit, 0, i + 1);
		medark_audit_end(audit);
	}
	assert_int_equal(log_read("follow/audit-000001.log", NULL, NULL, &first, NULL), 1);
	assert_int_equal(log_read("follow/audit-000002.log", NULL, NULL, &second, NULL), 2);
	assert_int_equal(log_read("follow/audit-000003.log", NULL, NULL, &third, NULL), 3);
	assert_false(first.has_previous);
	assert_int_equal(medark_audit_follows(&first, &second, &err), 0);
	assert_int_equal(medark_audit_follows(&second, &third, &err), 0);
	assert_int_equal(medark_audit_follows(&first, &third, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "file 3 of the log was not begun behind file 1: one "
					 "between them is missing");
	assert_int_equal(medark_audit_follows(&second, &first, &err), MEDARK_E_FORMAT);
}

static void only_one_process_writes(void **state)
{
	MEDARK_AUTO(medark_audit_end) struct medark_audit *audit = log_begin("one");
	struct medark_audit *other = NULL;
	struct medark_audit_before before;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(log_try_begin("one", &other, &before, &err), MEDARK_E_EXISTS);
	assert_non_null(strstr(err.message, "another process writes the audit log in '"));
	medark_audit_end(MEDARK_TAKE(audit));
	audit = log_begin("one");
	assert_non_null(audit);
}

static void a_torn_row_stays_apart_and_is_told(void **state)
{
	struct medark_audit *audit = log_begin("torn");
	struct medark_audit_before before;
	struct medark_audit_info first, second;
	struct stat st;

	(void)state;
	log_add(audit, 0, 3);
	medark_audit_end(audit);
	assert_int_equal(stat(scratch_path("torn/audit-000001.log"), &st), 0);
	/* However much of it was written. */
	for (off_t cut = 1; cut < 200; cut += 11) {
		assert_int_equal(truncate(scratch_path("torn/audit-000001.log"), st.st_size - cut),
				 0);
		assert_int_equal(log_read("torn/audit-000001.log", NULL, NULL, &first, NULL), 2);
		assert_true(first.torn > 0);
	}
	assert_int_equal(log_try_begin("torn", &audit, &before, NULL), 0);
	assert_false(before.is_faulty);
	assert_int_equal(before.torn, first.torn);
	log_add(audit, 3, 4);
	medark_audit_end(audit);
	assert_int_equal(log_read("torn/audit-000001.log", NULL, NULL, &first, NULL), 2);
	assert_int_equal(log_read("torn/audit-000002.log", NULL, NULL, &second, NULL), 1);
	assert_int_equal(medark_audit_follows(&first, &second, NULL), 0);
}

static void zeros_behind_the_last_row_are_a_torn_one(void **state)
{
	struct medark_audit *audit = log_begin("zeros");
	struct medark_audit_info info;
	struct stat st;

	(void)state;
	log_add(audit, 0, 2);
	medark_audit_end(audit);
	assert_int_equal(stat(scratch_path("zeros/audit-000001.log"), &st), 0);
	assert_int_equal(truncate(scratch_path("zeros/audit-000001.log"), st.st_size + 9000), 0);
	assert_int_equal(log_read("zeros/audit-000001.log", NULL, NULL, &info, NULL), 2);
	assert_int_equal(info.torn, 9000);
}

static void a_service_goes_on_after_a_file_that_was_changed_but_tells(void **state)
{
	struct medark_audit *audit = log_begin("faulty");
	struct medark_audit_before before;
	struct medark_audit_info info;
	uint8_t *data;
	size_t size;

	(void)state;
	log_add(audit, 0, 3);
	medark_audit_end(audit);
	data = scratch_read("faulty/audit-000001.log", &size);
	data[size - 40] ^= 1;
	scratch_write("faulty/audit-000001.log", data, size);
	free(data);
	assert_int_equal(log_try_begin("faulty", &audit, &before, NULL), 0);
	medark_audit_end(audit);
	assert_true(before.is_faulty);
	assert_string_equal(before.message, "audit-000001.log: row 3 was changed");
	assert_int_equal(log_read("faulty/audit-000002.log", NULL, NULL, &info, NULL), 0);
	assert_true(info.has_previous && info.previous_is_faulty);
	assert_int_equal(info.previous_rows, 2);
}

static void a_full_disk_takes_no_row_and_the_next_one_stands_behind_a_whole_one(void **state)
{
	struct medark_audit *audit = log_begin("full");
	struct medark_audit_event e = log_event(1);
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = log_identity("reader");
	struct medark_audit_info info;
	struct medark_error err = { 0 };
	struct rlimit old, tight;
	struct stat st;

	(void)state;
	log_add(audit, 0, 2);
	assert_int_equal(stat(scratch_path("full/audit-000001.log"), &st), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	/* Room for a part of a row: more each time, never all of it. */
	for (rlim_t room = 0; room < 300; room += 37) {
		tight = (struct rlimit) { (rlim_t)st.st_size + room, old.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
		assert_int_equal(medark_audit_append(audit, &e, &err), MEDARK_E_SYSTEM);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
		assert_string_equal(err.message, "cannot write the audit log: File too large");
		assert_int_equal(log_read("full/audit-000001.log", identity, NULL, &info, NULL), 2);
		assert_int_equal(info.torn, 0);
	}
	assert_int_equal(medark_audit_rows(audit), 2);
	log_add(audit, 2, 4);
	assert_int_equal(log_read("full/audit-000001.log", identity, NULL, &info, &err), 4);
	medark_audit_end(audit);
}

static void after_a_failed_sync_no_row_is_taken_any_more(void **state)
{
	struct medark_audit *audit = log_begin("sync");
	struct medark_audit_event e = log_event(1);
	struct medark_error err = { 0 };

	(void)state;
	log_add(audit, 0, 1);
	disk_fails = true;
	assert_int_equal(medark_audit_append(audit, &e, &err), MEDARK_E_SYSTEM);
	disk_fails = false;
	assert_string_equal(err.message, "cannot write the audit log: Input/output error");
	assert_int_equal(medark_audit_append(audit, &e, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "the audit log takes no more rows after a failure");
	assert_int_equal(medark_audit_rows(audit), 1);
	medark_audit_end(audit);
	audit = log_begin("sync");
	log_add(audit, 1, 2);
	medark_audit_end(audit);
}

static void a_row_that_is_none_is_refused_and_leaves_nothing(void **state)
{
	struct medark_audit *audit = log_begin("none");
	struct medark_audit_event e = log_event(1);
	struct medark_audit_info info;

	(void)state;
	e.action = '?';
	assert_int_equal(medark_audit_append(audit, &e, NULL), MEDARK_E_USAGE);
	log_add(audit, 0, 1);
	medark_audit_end(audit);
	assert_int_equal(log_read("none/audit-000001.log", NULL, NULL, &info, NULL), 1);
}

static void what_a_kill_left_at_the_beginning_goes(void **state)
{
	struct medark_audit *audit;
	struct medark_audit_info info;

	(void)state;
	scratch_run("mkdir -m 700 killed && printf 'medark-audit' > killed/audit.partial");
	audit = log_begin("killed");
	log_add(audit, 0, 1);
	medark_audit_end(audit);
	assert_int_equal(log_read("killed/audit-000001.log", NULL, NULL, &info, NULL), 1);
	scratch_run("test \"$(ls -A killed)\" = audit-000001.log");
}

static atomic_int taken; /* rows that were */

static void *add_many(void *context)
{
	struct medark_audit *audit = context;

	for (int i = 0; i < 50; i++) {
		struct medark_audit_event e = log_event(i);

		if (medark_audit_append(audit, &e, NULL) == 0 && ++taken == 200)
			disk_fails = true;
	}
	return NULL;
}

/* Eight threads; how many rows are there afterwards. */
static int write_side_by_side(const char *folder)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = log_identity("reader");
	struct medark_audit *audit = log_begin(folder);
	struct medark_audit_info info;
	char path[64];
	pthread_t threads[8];

	syncs = 0;
	disk_is_slow = true;
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, audit), 0);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	disk_is_slow = disk_fails = false;
	medark_audit_end(audit);
	(void)snprintf(path, sizeof(path), "%s/audit-000001.log", folder);
	return log_read(path, identity, NULL, &info, NULL);
}

static void threads_write_rows_side_by_side_and_share_syncs(void **state)
{
	(void)state;
	taken = 1000; /* the disk does not fail */
	assert_int_equal(write_side_by_side("threads"), 400);
	assert_int_equal(taken, 1400);
	assert_true(syncs < 300);
}

static void every_row_that_was_taken_is_there_when_the_disk_fails(void **state)
{
	int rows;

	(void)state;
	taken = 0;
	rows = write_side_by_side("failing");
	assert_true(taken >= 200 && taken < 400);
	assert_true(rows >= taken);
}

static void *add_into_a_full_disk(void *context)
{
	struct medark_audit *audit = context;

	for (int i = 0; i < 50; i++) {
		struct medark_audit_event e = log_event(i);

		if (medark_audit_append(audit, &e, NULL) == 0)
			taken++;
	}
	return NULL;
}

static void what_several_threads_wrote_into_a_full_disk_is_whole(void **state)
{
	MEDARK_AUTO(medark_identity_free) struct medark_identity *identity = log_identity("reader");
	struct medark_audit *audit = log_begin("fullside");
	struct medark_audit_info info;
	struct rlimit old, tight;
	pthread_t threads[8];

	(void)state;
	taken = 0;
	disk_is_slow = true;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = (struct rlimit) { 40000, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_into_a_full_disk, audit), 0);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	disk_is_slow = false;
	assert_true(taken > 8 && taken < 400);
	assert_int_equal(log_read("fullside/audit-000001.log", identity, NULL, &info, NULL), taken);
	/* And it goes on. */
	log_add(audit, 0, 3);
	medark_audit_end(audit);
	assert_int_equal(log_read("fullside/audit-000001.log", identity, NULL, &info, NULL),
			 taken + 3);
}

static void somebody_has_to_be_able_to_read_it(void **state)
{
	const struct medark_audit_terms terms = { .now = 1 };
	struct medark_audit *audit = NULL;
	struct medark_audit_before before;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_audit_begin(scratch_path("nobody"), &terms, &audit, &before, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "an audit log has 1 to 64 who can read it");
	scratch_run("test -z \"$(ls -A nobody)\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_is_for_its_owner_and_says_nothing_in_clear),
		cmocka_unit_test(files_follow_each_other),
		cmocka_unit_test(only_one_process_writes),
		cmocka_unit_test(a_torn_row_stays_apart_and_is_told),
		cmocka_unit_test(zeros_behind_the_last_row_are_a_torn_one),
		cmocka_unit_test(a_service_goes_on_after_a_file_that_was_changed_but_tells),
		cmocka_unit_test(
			a_full_disk_takes_no_row_and_the_next_one_stands_behind_a_whole_one),
		cmocka_unit_test(after_a_failed_sync_no_row_is_taken_any_more),
		cmocka_unit_test(a_row_that_is_none_is_refused_and_leaves_nothing),
		cmocka_unit_test(what_a_kill_left_at_the_beginning_goes),
		cmocka_unit_test(threads_write_rows_side_by_side_and_share_syncs),
		cmocka_unit_test(every_row_that_was_taken_is_there_when_the_disk_fails),
		cmocka_unit_test(what_several_threads_wrote_into_a_full_disk_is_whole),
		cmocka_unit_test(somebody_has_to_be_able_to_read_it),
	};

	return cmocka_run_group_tests(tests, log_setup, log_teardown);
}
