/* SPDX-License-Identifier: Apache-2.0 */
/* folder, partial, tree: what a restore does to the file system. */
#include "../test.h"

#include "archive/folder.h"
#include "archive/partial_folder.h"
#include "archive/tree.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A temporary folder that the test runs in. */
struct place {
	char path[64];
	int before, fd;
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->path, sizeof(p->path), "/tmp/medark-test-XXXXXX");
	p->before = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(p->path) || chdir(p->path) < 0)
		return -1;
	p->fd = open(".", O_RDONLY | O_DIRECTORY);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;
	struct medark_error err;
	int code = medark_folder_clear(p->fd, &err);

	if (fchdir(p->before) < 0 || rmdir(p->path) < 0)
		code = -1;
	(void)close(p->fd);
	(void)close(p->before);
	free(p);
	return code;
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* ---- folder ---- */

static void a_folder_is_cleared_however_deep(void **state)
{
	struct place *p = *state;
	struct medark_error err;
	int at = dup(p->fd);

	for (int i = 0; i < 1500; i++) {
		assert_int_equal(mkdirat(at, "d", 0700), 0);
		int next = openat(at, "d", O_RDONLY | O_DIRECTORY);

		assert_int_equal(mkdirat(at, "e", 0), 0); /* nobody may enter */
		(void)close(at);
		at = next;
	}
	(void)close(at);
	assert_int_equal(medark_folder_clear(p->fd, &err), 0);
	assert_int_equal(medark_folder_is_empty(p->fd, NULL, &err), 1);
}

static void clearing_follows_no_link(void **state)
{
	struct place *p = *state;
	struct medark_error err;
	int inner;

	assert_int_equal(mkdir("outside", 0700), 0);
	touch("outside/keep");
	assert_int_equal(mkdir("inside", 0700), 0);
	assert_int_equal(symlink("../outside", "inside/link"), 0);
	inner = medark_folder_open(p->fd, "inside");
	assert_int_equal(medark_folder_clear(inner, &err), 0);
	assert_true(exists("outside/keep"));
	assert_false(exists("inside/link"));
	(void)close(inner);
}

/* ---- partial ---- */

/* Where a restore stands until it is complete. */
#define CONTENT "out.medark-partial/unfinished.medark-restore"

static struct medark_partial_folder *begin(const char *target, enum medark_partial_over over)
{
	struct medark_partial_folder *p = NULL;
	struct medark_error err;

	assert_int_equal(medark_partial_folder_new(target, over, &p, &err), 0);
	return p;
}

static void put(struct medark_partial_folder *p, const char *name)
{
	int fd = openat(medark_partial_folder_fd(p), name, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

static void finish(struct medark_partial_folder *p)
{
	struct medark_error err;

	assert_int_equal(medark_partial_folder_finish(p, true, &err), 0);
	medark_partial_folder_free(p);
}

static void a_new_target_appears_when_it_is_complete(void **state)
{
	struct medark_partial_folder *p = begin("out/", MEDARK_OVER_NOTHING);

	(void)state;
	put(p, "a");
	assert_false(exists("out"));
	assert_true(exists(CONTENT "/a"));
	finish(p);
	assert_true(exists("out/a"));
	assert_false(exists("out.medark-partial"));
}

static void nothing_remains_without_finish(void **state)
{
	struct medark_partial_folder *p = begin("out", MEDARK_OVER_NOTHING);

	(void)state;
	put(p, "a");
	medark_partial_folder_free(p);
	assert_false(exists("out"));
	assert_false(exists("out.medark-partial"));
}

static void an_empty_target_is_used_and_keeps_its_mode(void **state)
{
	struct medark_partial_folder *p;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("out", 0750), 0);
	p = begin("out", MEDARK_OVER_NOTHING);
	put(p, "a");
	finish(p);
	assert_true(exists("out/a"));
	assert_int_equal(stat("out", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
}

static void a_full_target_is_refused(void **state)
{
	struct medark_partial_folder *p = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(mkdir("out", 0700), 0);
	touch("out/x");
	assert_int_equal(medark_partial_folder_new("out", MEDARK_OVER_NOTHING, &p, &err),
			 MEDARK_E_EXISTS);
	assert_non_null(strstr(err.message, "is not empty"));
	touch("file");
	assert_int_equal(medark_partial_folder_new("file", MEDARK_OVER_FILES, &p, &err),
			 MEDARK_E_EXISTS);
	assert_non_null(strstr(err.message, "is not a folder"));
	assert_false(exists("out.medark-partial"));
}

static void replacing_joins_folders_and_replaces_files(void **state)
{
	struct medark_partial_folder *p;
	int fd;

	(void)state;
	assert_int_equal(mkdir("out", 0700), 0);
	assert_int_equal(mkdir("out/sub", 0700), 0);
	touch("out/sub/old");
	touch("out/a");
	p = begin("out", MEDARK_OVER_FILES);
	put(p, "a");
	assert_int_equal(mkdirat(medark_partial_folder_fd(p), "sub", 0700), 0);
	fd = openat(medark_partial_folder_fd(p), "sub/new", O_WRONLY | O_CREAT, 0600);
	(void)close(fd);
	finish(p);
	assert_true(exists("out/sub/old") && exists("out/sub/new") && exists("out/a"));
	assert_false(exists("out.medark-partial"));
}

static void replacing_follows_no_link_out_of_the_target(void **state)
{
	struct medark_partial_folder *p;
	struct medark_error err;

	(void)state;
	assert_int_equal(mkdir("out", 0700), 0);
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	assert_int_equal(symlink("../elsewhere", "out/sub"), 0);
	p = begin("out", MEDARK_OVER_FILES);
	assert_int_equal(mkdirat(medark_partial_folder_fd(p), "sub", 0700), 0);
	assert_int_equal(medark_partial_folder_finish(p, true, &err), MEDARK_E_EXISTS);
	assert_string_equal(err.message,
			    "in the target a file and a folder would have the same name");
	medark_partial_folder_free(p);
	assert_false(exists("out.medark-partial"));
}

static void what_a_killed_run_left_is_removed(void **state)
{
	struct medark_partial_folder *p;

	(void)state;
	assert_int_equal(mkdir("out.medark-partial", 0700), 0);
	assert_int_equal(mkdir(CONTENT, 0500), 0);
	assert_int_equal(mkdir(CONTENT "/sub", 0700), 0);
	touch(CONTENT "/sub/old");
	p = begin("out", MEDARK_OVER_NOTHING);
	assert_false(exists(CONTENT "/sub"));
	finish(p);
	assert_false(exists("out/sub") || exists("out.medark-partial"));
}

static void what_medark_did_not_make_is_not_removed(void **state)
{
	static const char *const others[] = { "out.medark-partial/letter", CONTENT };
	struct medark_partial_folder *p = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(mkdir("out.medark-partial", 0755), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		touch(others[i]);
		assert_int_equal(medark_partial_folder_new("out", MEDARK_OVER_FILES, &p, &err),
				 MEDARK_E_SYSTEM);
		assert_string_equal(err.message,
				    "'out.medark-partial' stands in the way and holds what no "
				    "restore put there; move it away or remove it");
		assert_true(exists(others[i]));
		assert_int_equal(unlink(others[i]), 0);
	}
}

static void an_empty_partial_folder_is_used(void **state)
{
	struct medark_partial_folder *p;

	(void)state;
	assert_int_equal(mkdir("out.medark-partial", 0755), 0);
	p = begin("out", MEDARK_OVER_NOTHING);
	put(p, "a");
	finish(p);
	assert_true(exists("out/a"));
	assert_false(exists("out.medark-partial"));
}

static void what_cannot_be_merged_is_told_before_anything_is_moved(void **state)
{
	struct medark_partial_folder *p;
	struct medark_error err;

	(void)state;
	assert_int_equal(mkdir("out", 0700), 0);
	assert_int_equal(mkdir("out/z", 0700), 0);
	assert_int_equal(mkdir("out/z/z", 0700), 0);
	p = begin("out", MEDARK_OVER_FILES);
	put(p, "a");
	assert_int_equal(mkdirat(medark_partial_folder_fd(p), "z", 0700), 0);
	put(p, "z/a");
	put(p, "z/z");
	assert_int_equal(medark_partial_folder_finish(p, true, &err), MEDARK_E_EXISTS);
	assert_string_equal(err.message,
			    "in the target a file and a folder would have the same name");
	medark_partial_folder_free(p);
	assert_false(exists("out/a") || exists("out/z/a") || exists("out.medark-partial"));
}

static void many_files_are_restored_as_well(void **state)
{
	struct medark_partial_folder *p = begin("out", MEDARK_OVER_NOTHING);
	char name[16];

	(void)state;
	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		put(p, name);
	}
	finish(p);
	assert_true(exists("out/299"));
}

static void two_restores_do_not_meet(void **state)
{
	struct medark_partial_folder *p = begin("out", MEDARK_OVER_NOTHING), *q = NULL;
	struct medark_error err;

	(void)state;
	put(p, "a");
	assert_int_equal(medark_partial_folder_new("out", MEDARK_OVER_NOTHING, &q, &err),
			 MEDARK_E_EXISTS);
	assert_string_equal(err.message, "another restore into this target is under way");
	assert_true(exists(CONTENT "/a"));
	finish(p);
}

static void a_link_in_the_place_of_the_partial_folder_is_not_followed(void **state)
{
	struct medark_partial_folder *p = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	touch("elsewhere/keep");
	assert_int_equal(symlink("elsewhere", "out.medark-partial"), 0);
	assert_int_equal(medark_partial_folder_new("out", MEDARK_OVER_NOTHING, &p, &err),
			 MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "'out.medark-partial' stands in the way and is not ours; "
					 "move it away or remove it");
	assert_true(exists("elsewhere/keep"));
}

/* ---- tree ---- */

static uint32_t last_item;

/* Creates the next item's file; its name. */
static const char *create(struct medark_tree *tree, const char *path)
{
	struct medark_error err = { 0 };
	int fd = -1;

	assert_int_equal(medark_tree_create(tree, medark_bytes_text(path), ++last_item, &fd, &err),
			 0);
	assert_int_equal(write(fd, &last_item, sizeof(last_item)), sizeof(last_item));
	(void)close(fd);
	return medark_tree_name(tree);
}

/* What is opened for an item is what was created for it. */
static void assert_opens(struct medark_tree *tree, const char *path, uint32_t item)
{
	struct medark_error err = { 0 };
	uint32_t content = 0;
	int fd = -1;

	assert_int_equal(
		medark_tree_open_file(tree, medark_bytes_text(path), item, O_RDONLY, &fd, &err), 0);
	assert_int_equal(read(fd, &content, sizeof(content)), sizeof(content));
	assert_int_equal(content, item);
	(void)close(fd);
}

static void files_and_their_folders_are_made(void **state)
{
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;

	medark_tree_init(&tree, p->fd);
	assert_string_equal(create(&tree, "a/b/c"), "c");
	assert_true(medark_bytes_is(medark_tree_actual(&tree), "a/b/"));
	assert_true(exists("a/b/c"));
}

static void a_path_cannot_leave_the_root(void **state)
{
	static const char *const paths[] = { "../evil", "/evil", "a/../../evil", "..",
					     ".",	"//",	 "a/..",	 "./evil" };
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;
	int root;

	assert_int_equal(mkdir("root", 0700), 0);
	root = medark_folder_open(p->fd, "root");
	medark_tree_init(&tree, root);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)create(&tree, paths[i]);
	assert_false(exists("evil"));
	assert_true(exists("root/%2E%2E/evil") && exists("root/evil") && exists("root/%2E"));
	(void)close(root);
}

static void a_link_on_the_way_is_not_followed(void **state)
{
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;

	assert_int_equal(mkdir("elsewhere", 0700), 0);
	assert_int_equal(symlink("elsewhere", "a"), 0);
	medark_tree_init(&tree, p->fd);
	(void)create(&tree, "a/x");
	assert_false(exists("elsewhere/x"));
	assert_true(exists("a~2/x"));
}

static void names_that_collide_get_a_number(void **state)
{
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;
	uint32_t inner;

	medark_tree_init(&tree, p->fd);
	(void)create(&tree, "a");
	assert_string_equal(create(&tree, "a"), "a~2");
	(void)create(&tree, "a/b"); /* a is a file, a~2 too */
	inner = last_item;
	assert_true(medark_bytes_is(medark_tree_actual(&tree), "a~3/"));
	(void)create(&tree, "c"); /* somewhere else meanwhile */
	assert_opens(&tree, "a/b", inner);
	assert_true(medark_bytes_is(medark_tree_actual(&tree), "a~3/"));
	assert_opens(&tree, "a", inner - 1);
	assert_string_equal(medark_tree_name(&tree), "a~2");
}

static void a_path_can_stand_there_any_number_of_times(void **state)
{
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;
	char longest[256] = { 0 };
	const char *name = NULL;
	uint32_t first = last_item + 1;

	for (size_t i = 0; i + 1 < sizeof(longest); i += 2)
		memcpy(longest + i, "\xc3\xa9", 2);
	longest[254] = '\0';
	medark_tree_init(&tree, p->fd);
	for (int i = 0; i < 1100; i++)
		name = create(&tree, "a");
	assert_int_equal(strncmp(name, "a~", 2), 0);
	assert_true(strlen(name) > strlen("a~1234567890abcdef-"));
	for (int i = 0; i < 110; i++)
		name = create(&tree, longest);
	assert_true(strlen(name) >= MEDARK_NAME_SIZE - 2);
	assert_true(medark_text_is_utf8(medark_bytes_text(name)));
	for (uint32_t i = first; i <= last_item; i++)
		assert_opens(&tree, i < first + 1100 ? "a" : longest, i);
}

static void names_of_folders_never_run_out(void **state)
{
	struct place *p = *state;
	MEDARK_AUTO(medark_tree_clear) struct medark_tree tree;
	struct medark_bytes actual;
	uint32_t first = last_item + 1;
	char path[32];

	medark_tree_init(&tree, p->fd);
	(void)create(&tree, "d");
	for (int i = 2; i <= 1000; i++) {
		(void)snprintf(path, sizeof(path), "d~%d", i);
		(void)create(&tree, path);
	}
	for (int i = 0; i < 3; i++) {
		(void)create(&tree, "d/x");
		(void)create(&tree, "d/y/z");
		(void)create(&tree, "e/x");
	}
	for (uint32_t i = 0; i < 9; i++) {
		static const char *const paths[] = { "d/x", "d/y/z", "e/x" };

		assert_opens(&tree, paths[i % 3], first + 1000 + i);
	}
	assert_opens(&tree, "d/x", first + 1000);
	actual = medark_tree_actual(&tree);
	assert_true(actual.size == strlen("d~1234567890abcdef/"));
	assert_opens(&tree, "d", first);
	assert_opens(&tree, "d~1000", first + 999);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_folder_is_cleared_however_deep),
		T(clearing_follows_no_link),
		T(a_new_target_appears_when_it_is_complete),
		T(nothing_remains_without_finish),
		T(an_empty_target_is_used_and_keeps_its_mode),
		T(a_full_target_is_refused),
		T(replacing_joins_folders_and_replaces_files),
		T(replacing_follows_no_link_out_of_the_target),
		T(what_a_killed_run_left_is_removed),
		T(what_medark_did_not_make_is_not_removed),
		T(an_empty_partial_folder_is_used),
		T(what_cannot_be_merged_is_told_before_anything_is_moved),
		T(many_files_are_restored_as_well),
		T(two_restores_do_not_meet),
		T(a_link_in_the_place_of_the_partial_folder_is_not_followed),
		T(files_and_their_folders_are_made),
		T(a_path_cannot_leave_the_root),
		T(a_link_on_the_way_is_not_followed),
		T(names_that_collide_get_a_number),
		T(a_path_can_stand_there_any_number_of_times),
		T(names_of_folders_never_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
