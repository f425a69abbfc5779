/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that differ between file systems are replaced here, so that each of them can be told
 * to fail as one of those would.
 */
#include "scratch.h"

#include "store/output.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

/* What the next calls do: 0 as usual, else this errno. */
static int unnamed_fails, linkat_fails, renameat2_fails, fsync_fails, writev_fails;
static size_t writev_at_most; /* bytes of one call, 0: all */

static int setup(void **state)
{
	unnamed_fails = linkat_fails = renameat2_fails = fsync_fails = writev_fails = 0;
	writev_at_most = 0;
	return scratch_setup(state);
}

int openat(int folder, const char *path, int flags, ...)
{
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if (unnamed_fails && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = unnamed_fails;
		return -1;
	}
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	if (linkat_fails) {
		errno = linkat_fails;
		return -1;
	}
	return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags)
{
	if (renameat2_fails) {
		errno = renameat2_fails;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int fsync(int fd)
{
	struct stat st;

	/* only the file's own: a folder's is asked for afterwards */
	if (fsync_fails && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		errno = fsync_fails;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
	struct iovec first = v[0];
	static int turn;

	if (writev_fails) {
		errno = writev_fails;
		return -1;
	}
	if (!writev_at_most)
		return syscall(SYS_writev, fd, v, count);
	if (turn++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	if (first.iov_len > writev_at_most)
		first.iov_len = writev_at_most;
	return syscall(SYS_writev, fd, &first, 1);
}

static struct medark_output *begin(const char *name, bool replace)
{
	struct medark_output *o = NULL;
	struct medark_error err = { 0 };
	int code = medark_output_open(scratch_path(name), replace, &o, &err);

	if (code < 0)
		assert_string_equal(err.message, "");
	return o;
}

/* Not every file system that tests run on has files without a name. */
static bool has_unnamed(void)
{
	MEDARK_AUTO(medark_fd_close)
	int fd = (int)syscall(SYS_openat, AT_FDCWD, scratch_folder, O_TMPFILE | O_WRONLY, 0600);

	return fd >= 0 && !unnamed_fails;
}

static void assert_content(const char *name, const char *text)
{
	size_t size;
	uint8_t *data = scratch_read(name, &size);

	assert_int_equal(size, strlen(text));
	assert_memory_equal(data, text, size);
	free(data);
}

/* The message is `before`, the path in quotes, `after`. */
static void assert_refused(const char *name, bool replace, int code, const char *before,
			   const char *after)
{
	struct medark_output *o = NULL;
	struct medark_error err = { 0 };
	char expected[700];

	(void)snprintf(expected, sizeof(expected), "%s'%s'%s", before, scratch_path(name), after);
	assert_int_equal(medark_output_open(scratch_path(name), replace, &o, &err), code);
	assert_string_equal(err.message, expected);
	assert_null(o);
}

/* Runs a case with a file that has no name, then with a named one. */
static void both_ways(void (*one)(void))
{
	one();
	assert_int_equal(scratch_teardown(NULL), 0);
	assert_int_equal(setup(NULL), 0);
	unnamed_fails = EOPNOTSUPP;
	one();
}

static void appear(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = begin("a.medark", false);
	const struct medark_bytes parts[] = { medark_bytes_text("one "), medark_bytes("", 0),
					      medark_bytes_text("two ") };
	struct stat st;

	assert_int_equal(scratch_count(), has_unnamed() ? 0 : 1);
	assert_int_not_equal(access(scratch_path("a.medark"), F_OK), 0);
	assert_int_equal(medark_output_write_parts(o, parts, 3, NULL), 0);
	assert_int_equal(medark_output_write(o, "three", 5, NULL), 0);
	assert_true(medark_output_size(o) == 13);
	assert_int_not_equal(access(scratch_path("a.medark"), F_OK), 0);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("a.medark", "one two three");
	assert_int_equal(stat(scratch_path("a.medark"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(scratch_count(), 1);
}

static void a_file_appears_when_it_is_complete(void **state)
{
	(void)state;
	both_ways(appear);
}

static void vanish(void)
{
	struct medark_output *o = begin("a.medark", false);

	assert_int_equal(medark_output_write(o, "half", 4, NULL), 0);
	medark_output_free(o);
	assert_int_equal(scratch_count(), 0);
}

static void without_finish_nothing_remains(void **state)
{
	(void)state;
	both_ways(vanish);
	medark_output_free(NULL);
}

static void keep(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;
	struct medark_error err = { 0 };
	char message[600];

	scratch_write("old", "old", 3);
	assert_refused("old", false, MEDARK_E_EXISTS, "", " exists");
	o = begin("late", false);
	scratch_write("late", "late", 4);
	(void)snprintf(message, sizeof(message), "'%s' exists", scratch_path("late"));
	assert_int_equal(medark_output_finish(o, &err), MEDARK_E_EXISTS);
	assert_string_equal(err.message, message);
	medark_output_free(MEDARK_TAKE(o));
	assert_content("old", "old");
	assert_content("late", "late");
	assert_int_equal(scratch_count(), 2);
}

static void an_existing_file_is_kept(void **state)
{
	(void)state;
	both_ways(keep);
}

static void replace(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;

	scratch_write("old", "old", 3);
	o = begin("old", true);
	assert_int_equal(medark_output_write(o, "new", 3, NULL), 0);
	assert_content("old", "old");
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("old", "new");
	assert_int_equal(scratch_count(), 1);
	medark_output_free(MEDARK_TAKE(o));
	o = begin("fresh", true);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("fresh", "");
	assert_int_equal(scratch_count(), 2);
}

static void an_existing_file_is_replaced_at_once_if_asked(void **state)
{
	(void)state;
	both_ways(replace);
}

static void only_files_and_links_are_replaced(void **state)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;

	(void)state;
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_int_equal(mkdir(scratch_path("folder"), 0700), 0);
	assert_refused("pipe", false, MEDARK_E_EXISTS, "", " exists");
	assert_refused("pipe", true, MEDARK_E_EXISTS, "", " exists and is not a regular file");
	assert_refused("folder", true, MEDARK_E_EXISTS, "", " exists and is not a regular file");
	scratch_write("target", "target", 6);
	assert_int_equal(symlink("target", scratch_path("link")), 0);
	assert_int_equal(symlink("nothing", scratch_path("dangling")), 0);
	assert_refused("dangling", false, MEDARK_E_EXISTS, "", " exists");
	o = begin("link", true);
	assert_int_equal(medark_output_write(o, "new", 3, NULL), 0);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("link", "new");
	assert_content("target", "target");
}

static void paths_that_name_no_file_are_refused(void **state)
{
	char name[300];

	(void)state;
	assert_refused("", false, MEDARK_E_USAGE, "", " does not name a file");
	assert_refused(".", false, MEDARK_E_USAGE, "", " does not name a file");
	assert_refused("..", true, MEDARK_E_USAGE, "", " does not name a file");
	assert_refused("none/file", false, MEDARK_E_SYSTEM, "cannot open the folder of ",
		       ": No such file or directory");
	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	assert_refused(name, false, MEDARK_E_SYSTEM, "cannot create ", ": File name too long");
}

static void longest(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;
	char name[256];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	o = begin(name, true);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content(name, "");
	assert_int_equal(scratch_count(), 1);
}

static void the_longest_name_has_room_for_its_temporary_one(void **state)
{
	(void)state;
	both_ways(longest);
}

static void a_name_without_a_folder_is_in_this_one(void **state)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;
	MEDARK_AUTO(medark_heap_free) char *before = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(chdir(scratch_folder), 0);
	assert_int_equal(medark_output_open("here", false, &o, NULL), 0);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("here", "");
}

static void short_and_interrupted_writes_are_continued(void **state)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = begin("a", false);
	struct medark_bytes parts[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		parts[i] = medark_bytes_text(i % 3 == 1 ? "" : "0123456789");
	writev_at_most = 7;
	assert_int_equal(medark_output_write_parts(o, parts, 40, NULL), 0);
	assert_true(medark_output_size(o) == 270);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_content("a", "012345678901234567890123456789012345678901234567890123456789"
			    "012345678901234567890123456789012345678901234567890123456789"
			    "012345678901234567890123456789012345678901234567890123456789"
			    "012345678901234567890123456789012345678901234567890123456789"
			    "012345678901234567890123456789");
}

static void large_files_are_written_back_early(void **state)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = begin("a", false);
	MEDARK_AUTO(medark_heap_free) uint8_t *data = calloc(1, 5 << 20);
	struct stat st;

	(void)state;
	assert_non_null(data);
	for (int i = 0; i < 5; i++)
		assert_int_equal(medark_output_write(o, data, 5 << 20, NULL), 0);
	assert_int_equal(medark_output_finish(o, NULL), 0);
	assert_int_equal(stat(scratch_path("a"), &st), 0);
	assert_int_equal(st.st_size, 25 << 20);
}

static void fill_up(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = begin("a", false);
	struct medark_error err = { 0 };
	char message[700];

	assert_int_equal(medark_output_write(o, "1234", 4, NULL), 0);
	writev_fails = ENOSPC;
	(void)snprintf(message, sizeof(message),
		       "cannot write '%s' after 4 bytes: No space left on device",
		       scratch_path("a"));
	assert_int_equal(medark_output_write(o, "5678", 4, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, message);
	writev_fails = 0;
	fsync_fails = EIO;
	(void)snprintf(message, sizeof(message), "cannot sync '%s': Input/output error",
		       scratch_path("a"));
	assert_int_equal(medark_output_finish(o, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, message);
	medark_output_free(MEDARK_TAKE(o));
	assert_int_equal(scratch_count(), 0);
	fsync_fails = 0;
}

static void a_full_disk_leaves_nothing(void **state)
{
	(void)state;
	both_ways(fill_up);
}

static void link_fails(void)
{
	for (int i = 0; i < 2; i++) {
		struct medark_output *o = begin("a", i == 1);
		struct medark_error err = { 0 };
		char message[700];

		(void)snprintf(message, sizeof(message),
			       "cannot give '%s' its name: Permission denied", scratch_path("a"));
		linkat_fails = EACCES;
		assert_int_equal(medark_output_finish(o, &err), MEDARK_E_SYSTEM);
		assert_string_equal(err.message, message);
		medark_output_free(o);
		assert_int_equal(scratch_count(), 0);
		linkat_fails = 0;
	}
}

static void a_name_that_cannot_be_given_leaves_nothing(void **state)
{
	(void)state;
	link_fails();
}

/* File systems without links (FAT), without renameat2() (NFS), without either. */
static void names_are_given_on_poor_file_systems(void **state)
{
	static const struct {
		int renameat2, linkat;
	} kinds[] = { { 0, EPERM }, { EINVAL, 0 }, { ENOSYS, EPERM }, { EINVAL, ENOTSUP } };

	(void)state;
	unnamed_fails = EOPNOTSUPP;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct medark_output *o = begin("a", false);

		renameat2_fails = kinds[i].renameat2;
		linkat_fails = kinds[i].linkat;
		assert_int_equal(medark_output_write(o, "text", 4, NULL), 0);
		assert_int_equal(medark_output_finish(o, NULL), 0);
		medark_output_free(o);
		assert_content("a", "text");
		assert_int_equal(scratch_count(), 1);
		assert_int_equal(unlink(scratch_path("a")), 0);

		renameat2_fails = linkat_fails = 0;
		o = begin("a", false);
		scratch_write("a", "late", 4);
		renameat2_fails = kinds[i].renameat2;
		linkat_fails = kinds[i].linkat;
		assert_int_equal(medark_output_finish(o, NULL), MEDARK_E_EXISTS);
		medark_output_free(o);
		assert_content("a", "late");
		assert_int_equal(scratch_count(), 1);
		assert_int_equal(unlink(scratch_path("a")), 0);
	}
}

static void make_old(const char *name)
{
	const struct timespec times[2] = { { .tv_sec = time(NULL) - 3700 },
					   { .tv_sec = time(NULL) - 3700 } };

	assert_int_equal(utimensat(AT_FDCWD, scratch_path(name), times, 0), 0);
}

static void what_a_killed_run_left_goes_after_an_hour(void **state)
{
	MEDARK_AUTO(medark_fd_close) int lock = -1;

	(void)state;
	scratch_write(".a.partial-xyz012", "old", 3);
	make_old(".a.partial-xyz012");
	scratch_write(".a.partial-young1", "new", 3);
	scratch_write(".b.partial-xyz012", "other name", 10);
	make_old(".b.partial-xyz012");
	scratch_write(".a.partial-xyz0123", "other form", 10);
	make_old(".a.partial-xyz0123");
	scratch_write(".a.partial-locked", "alive", 5);
	make_old(".a.partial-locked");
	lock = open(scratch_path(".a.partial-locked"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(mkdir(scratch_path(".a.partial-folder"), 0700), 0);
	make_old(".a.partial-folder");
	medark_output_free(begin("a", false));
	assert_int_equal(scratch_count(), 5);
	assert_int_not_equal(access(scratch_path(".a.partial-xyz012"), F_OK), 0);
}

static void a_kill_leaves_no_name_behind(void **state)
{
	pid_t child;
	int status;

	(void)state;
	child = fork();
	if (child == 0) {
		struct medark_output *o = begin("a", false);

		(void)!medark_output_write(o, "half", 4, NULL);
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(scratch_count(), has_unnamed() ? 0 : 1);
}

/* In a child, whose standard output is ours to bend. */
static int with_stdout(int fd, int (*run)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		(void)dup2(fd, STDOUT_FILENO);
		_exit(run());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int write_stdout(void)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;
	struct medark_error err = { 0 };

	(void)signal(SIGPIPE, SIG_IGN);
	if (medark_output_open("-", false, &o, &err) < 0)
		return 1;
	for (int i = 0; i < 100; i++) {
		static const char data[10000];

		if (medark_output_write(o, data, sizeof(data), &err) == 0)
			continue;
		return strncmp(err.message, "cannot write standard output after ", 35) == 0 &&
				       strstr(err.message, ": Broken pipe")
			       ? 3
			       : 2;
	}
	return medark_output_finish(o, &err) < 0 ? 4 : 0;
}

static void standard_output_takes_a_pipe_or_a_file(void **state)
{
	struct stat st;
	int file = open(scratch_path("out"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	/* A fixed command, and what is tested. NOLINTNEXTLINE(cert-env33-c) */
	FILE *pipe = popen("exec dd of=/dev/null bs=1M status=none", "w");

	(void)state;
	assert_int_equal(with_stdout(file, write_stdout), 0);
	assert_int_equal(fstat(file, &st), 0);
	assert_int_equal(st.st_size, 1000000);
	assert_int_equal(close(file), 0);
	/* one that does not wait: the full pipe is waited for by us */
	assert_int_equal(fcntl(fileno(pipe), F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(with_stdout(fileno(pipe), write_stdout), 0);
	assert_int_equal(pclose(pipe), 0);
}

static void a_closed_pipe_ends_the_writing(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(with_stdout(ends[1], write_stdout), 3);
	assert_int_equal(close(ends[1]), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_appears_when_it_is_complete),
		TEST(without_finish_nothing_remains),
		TEST(an_existing_file_is_kept),
		TEST(an_existing_file_is_replaced_at_once_if_asked),
		TEST(only_files_and_links_are_replaced),
		TEST(paths_that_name_no_file_are_refused),
		TEST(the_longest_name_has_room_for_its_temporary_one),
		TEST(a_name_without_a_folder_is_in_this_one),
		TEST(short_and_interrupted_writes_are_continued),
		TEST(large_files_are_written_back_early),
		TEST(a_full_disk_leaves_nothing),
		TEST(a_name_that_cannot_be_given_leaves_nothing),
		TEST(names_are_given_on_poor_file_systems),
		TEST(what_a_killed_run_left_goes_after_an_hour),
		TEST(a_kill_leaves_no_name_behind),
		TEST(standard_output_takes_a_pipe_or_a_file),
		TEST(a_closed_pipe_ends_the_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
