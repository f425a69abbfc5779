/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "sql/database.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct medark_error err;

/* A file without a name, in memory; the database in it. */
static int begin(struct medark_database **out)
{
	int fd = memfd_create("database", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(medark_database_new(fd, out, &err), 0);
	return fd;
}

static struct medark_bytes text_of(const char *text)
{
	return medark_bytes_text(text);
}

static void a_database_is_whole_when_it_is_finished(void **state)
{
	struct medark_statement *insert, *select;
	struct medark_database *db;
	int fd = begin(&db);
	char head[16];

	(void)state;
	assert_int_equal(medark_database_run(db, "CREATE TABLE t (a, b, c)", &err), 0);
	assert_int_equal(medark_statement_new(db, "INSERT INTO t VALUES (?, ?, ?)", &insert, &err),
			 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(medark_statement_number(insert, 1, i, &err), 0);
		assert_int_equal(medark_statement_text(insert, 2, text_of("it's"), &err), 0);
		assert_int_equal(medark_statement_run(insert, &err), 0);
	}
	medark_statement_free(insert);
	assert_int_equal(medark_statement_new(db,
					      "SELECT count(*) || ' ' || sum(a) || ' ' || "
					      "count(c) FROM t WHERE b = ?",
					      &select, &err),
			 0);
	assert_int_equal(medark_statement_text(select, 1, text_of("it's"), &err), 0);
	assert_int_equal(medark_statement_is(select, text_of("1000 499500 0"), &err), 1);
	/* Parameters do not stay. */
	assert_int_equal(medark_statement_is(select, text_of("1000 499500 0"), &err), 0);
	medark_statement_free(select);
	assert_int_equal(medark_database_finish(db, &err), 0);
	medark_database_free(db);
	assert_int_equal(pread(fd, head, sizeof(head), 0), 16);
	assert_memory_equal(head, "SQLite format 3", 16);
	(void)close(fd);
}

static void an_empty_text_is_no_null(void **state)
{
	const struct medark_bytes empty = { NULL, 0 };
	struct medark_statement *s;
	struct medark_database *db;
	int fd = begin(&db);

	(void)state;
	assert_int_equal(
		medark_statement_new(db, "SELECT typeof(?1) || typeof(?2) || typeof(?3)", &s, &err),
		0);
	assert_int_equal(medark_statement_text(s, 1, empty, &err), 0);
	assert_int_equal(medark_statement_blob(s, 2, empty, &err), 0);
	assert_int_equal(medark_statement_is(s, text_of("textblobnull"), &err), 1);
	medark_statement_free(s);
	medark_database_free(db);
	(void)close(fd);
}

static void no_other_file_can_be_opened(void **state)
{
	struct medark_database *db;
	int fd = begin(&db);
	char sql[128], name[64];

	(void)state;
	(void)snprintf(name, sizeof(name), "/tmp/medark-attached-%d", (int)getpid());
	(void)snprintf(sql, sizeof(sql), "COMMIT; VACUUM INTO '%s'", name);
	assert_int_equal(medark_database_run(db, "CREATE TABLE t (a)", &err), 0);
	assert_int_equal(medark_database_run(db, sql, &err), MEDARK_E_SYSTEM);
	assert_int_equal(access(name, F_OK), -1);
	medark_database_free(db);
	(void)close(fd);
}

static void what_the_system_says_is_the_sentence(void **state)
{
	struct medark_database *db = NULL;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	if (medark_database_new(fd, &db, &err) == 0 &&
	    medark_database_run(db, "CREATE TABLE t (a)", &err) == 0)
		assert_int_equal(medark_database_finish(db, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "cannot write the database: Bad file descriptor");
	medark_database_free(db);
	(void)close(fd);
}

static void a_sentence_does_not_quote_what_was_to_be_written(void **state)
{
	struct medark_database *db;
	int fd = begin(&db);

	(void)state;
	assert_int_equal(medark_database_run(db, "SELECT * FROM 'Vries'", &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "cannot write the database: SQL logic error");
	medark_database_free(db);
	(void)close(fd);
}

static int stop(void *context, struct medark_error *out)
{
	int *left = context;

	return --*left ? 0 : medark_error_set(out, MEDARK_E_INTERRUPTED, "interrupted");
}

static void a_long_statement_can_be_ended(void **state)
{
	struct medark_database *db;
	int fd = begin(&db), left = 5;

	(void)state;
	medark_database_watch(db, stop, &left);
	assert_int_equal(medark_database_run(db,
					     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i "
					     "+ 1 FROM n) SELECT count(*) FROM n",
					     &err),
			 MEDARK_E_INTERRUPTED);
	assert_string_equal(err.message, "interrupted");
	assert_int_equal(left, 0);
	medark_database_free(db);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_is_whole_when_it_is_finished),
		cmocka_unit_test(an_empty_text_is_no_null),
		cmocka_unit_test(no_other_file_can_be_opened),
		cmocka_unit_test(what_the_system_says_is_the_sentence),
		cmocka_unit_test(a_sentence_does_not_quote_what_was_to_be_written),
		cmocka_unit_test(a_long_statement_can_be_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
