/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/target_journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct medark_key key = { .bytes = { 7 } }, other_key = { .bytes = { 8 } };
static const struct medark_target_terms terms = { .ids = "prefix", .prefix = "a-" };
static char place[] = "/tmp/medark-test-XXXXXX";
static char path[64];

struct run {
	struct medark_target_map *map;
	struct medark_target_journal *journal;
	struct medark_target_terms terms;
};

static void run_clear(struct run *run)
{
	medark_target_journal_free(run->journal);
	medark_target_map_free(run->map);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct run, run_clear)

static int begin(struct run *run, const struct medark_key *with, struct medark_error *err)
{
	assert_int_equal(medark_target_map_new(with, &run->map, err), 0);
	return medark_target_journal_open(path, with, run->map, &run->journal, &run->terms, err);
}

/* Adds records `from` to before `to`, each with its number as id. */
static void add(struct run *run, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct medark_target_hash name;
		char id[16];
		uint32_t n;

		(void)snprintf(id, sizeof(id), "%u", i);
		assert_int_equal(medark_target_map_name(run->map, medark_bytes_text("A"),
							medark_bytes_text(id), &name, NULL),
				 0);
		assert_int_equal(medark_target_map_add(run->map, &name, &n, NULL), 0);
		assert_int_equal(medark_target_map_set_id(run->map, n, medark_bytes_text(id), NULL),
				 0);
		medark_target_map_get(run->map, n)->updated = -(int64_t)i;
		assert_int_equal(medark_target_journal_add(run->journal, run->map, n, NULL), 0);
	}
}

static void holds(const struct run *run, unsigned count)
{
	assert_int_equal(medark_target_map_count(run->map), count);
	for (unsigned i = 0; i < count; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%u", i);
		assert_true(medark_bytes_is(medark_target_map_id(run->map, i + 1), id));
		assert_int_equal(medark_target_map_get(run->map, i + 1)->updated, -(int64_t)i);
		assert_int_equal(medark_target_map_get(run->map, i + 1)->state,
				 MEDARK_TARGET_THERE);
	}
}

static void make(unsigned count)
{
	MEDARK_AUTO(run_clear) struct run run = { 0 };

	(void)unlink(path);
	assert_int_equal(begin(&run, &key, NULL), 0);
	assert_int_equal(run.terms.ids[0], 0);
	assert_int_equal(medark_target_journal_begin(run.journal, &terms, NULL), 0);
	add(&run, 0, count);
	assert_int_equal(medark_target_journal_flush(run.journal, NULL), 0);
}

static void what_was_flushed_comes_back(void **state)
{
	struct stat st;

	(void)state;
	make(10000); /* several frames */
	for (unsigned round = 0; round < 3; round++) {
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, NULL), 0);
		assert_string_equal(run.terms.ids, "prefix");
		assert_string_equal(run.terms.prefix, "a-");
		holds(&run, 10000 + round);
		add(&run, 10000 + round, 10001 + round);
		assert_int_equal(medark_target_journal_flush(run.journal, NULL), 0);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_was_torn_is_cut_off(void **state)
{
	struct stat st;

	(void)state;
	make(3);
	assert_int_equal(stat(path, &st), 0);
	for (off_t less = 1; less < 60; less++) {
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		make(3);
		assert_int_equal(truncate(path, st.st_size - less), 0);
		assert_int_equal(begin(&run, &key, NULL), 0);
		assert_int_equal(medark_target_map_count(run.map), 0);
		add(&run, 0, 3);
		assert_int_equal(medark_target_journal_flush(run.journal, NULL), 0);
		run_clear(&run);
		run = (struct run) { 0 };
		assert_int_equal(begin(&run, &key, NULL), 0);
		holds(&run, 3);
	}
}

static void another_file_is_left_alone(void **state)
{
	struct medark_error err = { 0 };
	struct stat before, after;
	char sentence[256];

	(void)state;
	make(3);
	assert_int_equal(stat(path, &before), 0);
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &other_key, &err), MEDARK_E_USAGE);
	}
	(void)snprintf(sentence, sizeof(sentence),
		       "'%s' is no journal of a restore of this archive into this server", path);
	assert_string_equal(err.message, sentence);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static void of_another_user_or_no_file_it_is_refused(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, &err), MEDARK_E_USAGE);
		assert_non_null(strstr(err.message, "is no file"));
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, &err), MEDARK_E_SYSTEM);
	}
	assert_int_equal(unlink(path), 0);
	make(3);
	if (geteuid() != 0 || chown(path, 65534, (gid_t)-1) < 0)
		skip(); /* only root can give a file away */
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, &err), MEDARK_E_USAGE);
		assert_non_null(strstr(err.message, "belongs to another user"));
	}
}

static void it_is_of_one_process_at_a_time(void **state)
{
	MEDARK_AUTO(run_clear) struct run run = { 0 };
	MEDARK_AUTO(run_clear) struct run second = { 0 };

	(void)state;
	make(3);
	assert_int_equal(begin(&run, &key, NULL), 0);
	assert_int_equal(begin(&second, &key, NULL), MEDARK_E_EXISTS);
}

static void without_terms_nothing_is_left(void **state)
{
	(void)state;
	(void)unlink(path);
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, NULL), 0);
	}
	assert_int_equal(access(path, F_OK), -1);
}

static void a_changed_byte_ends_it_there(void **state)
{
	struct stat st;
	uint8_t byte;

	(void)state;
	make(3);
	assert_int_equal(stat(path, &st), 0);
	{
		MEDARK_AUTO(medark_fd_close) int fd = open(path, O_RDWR);

		assert_int_equal(pread(fd, &byte, 1, st.st_size - 40), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, st.st_size - 40), 1);
	}
	{
		MEDARK_AUTO(run_clear) struct run run = { 0 };

		assert_int_equal(begin(&run, &key, NULL), 0);
		assert_int_equal(medark_target_map_count(run.map), 0);
		assert_string_equal(run.terms.ids, "prefix");
	}
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(place))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/journal", place);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_flushed_comes_back),
		cmocka_unit_test(what_was_torn_is_cut_off),
		cmocka_unit_test(another_file_is_left_alone),
		cmocka_unit_test(of_another_user_or_no_file_it_is_refused),
		cmocka_unit_test(it_is_of_one_process_at_a_time),
		cmocka_unit_test(without_terms_nothing_is_left),
		cmocka_unit_test(a_changed_byte_ends_it_there),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
