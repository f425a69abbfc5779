/* SPDX-License-Identifier: Apache-2.0 */
/* Each test gives things up in a child, whose end tells how that went. */
#include "../test.h"

#include "serve/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its exit code, or the signal that it died of as a negative number. */
static int in_child(int (*run)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int in_front(int (*run)(void))
{
	return medark_sandbox_front(NULL) < 0 ? 100 : run();
}

static int in_vault(int (*run)(void))
{
	return medark_sandbox_vault(NULL) < 0 ? 100 : run();
}

static int open_file(void)
{
	return open("/dev/null", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
}

static int front_opens(void)
{
	return in_front(open_file);
}

static int old_open(void)
{
#ifdef SYS_open
	return syscall(SYS_open, "/dev/null", O_RDONLY) < 0 && errno == EACCES ? 0 : 1;
#else
	return 0;
#endif
}

static int front_opens_as_of_old(void)
{
	return in_front(old_open);
}

static int run_program(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
	return 1;
}

static int front_runs(void)
{
	return in_front(run_program);
}

static int vault_runs(void)
{
	return in_vault(run_program);
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES ? 0 : 1;
}

static int front_makes_socket(void)
{
	return in_front(make_socket);
}

static int vault_makes_socket(void)
{
	return in_vault(make_socket);
}

static int copy_itself(void)
{
	return fork() == 0 ? 1 : 2;
}

static int front_forks(void)
{
	return in_front(copy_itself);
}

static int trace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL) + 1;
}

static int front_traces(void)
{
	return in_front(trace);
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? 2
		       : 1;
}

static int front_makes_code(void)
{
	return in_front(make_code);
}

static int work(void)
{
	char byte;
	int pair[2];
	void *memory = malloc(1 << 20);

	free(memory);
	return pipe(pair) < 0 ? 1 : (int)read(pair[0], &byte, 0);
}

static int vault_works(void)
{
	int fd = medark_sandbox_vault(NULL) < 0 ? -1 : open("/dev/null", O_RDONLY);

	return fd < 0 ? 1 : work();
}

static void no_file_is_opened_in_the_front(void **state)
{
	(void)state;
	assert_int_equal(in_child(front_opens), 0);
	assert_int_equal(in_child(front_opens_as_of_old), 0);
}

static void other_calls_end_the_front(void **state)
{
	(void)state;
	assert_int_equal(in_child(front_runs), -SIGSYS);
	assert_int_equal(in_child(front_makes_socket), -SIGSYS);
	assert_int_equal(in_child(front_forks), -SIGSYS);
	assert_int_equal(in_child(front_traces), -SIGSYS);
	assert_int_equal(in_child(front_makes_code), -SIGSYS);
}

static void the_vault_keeps_files_alone(void **state)
{
	(void)state;
	assert_int_equal(in_child(vault_works), 0);
	assert_int_equal(in_child(vault_runs), -SIGSYS);
	assert_int_equal(in_child(vault_makes_socket), 0);
}

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void *open_later(void *result)
{
	pthread_mutex_lock(&turn);
	*(int *)result = open_file();
	pthread_mutex_unlock(&turn);
	return NULL;
}

static int front_has_a_thread(void)
{
	pthread_t thread;
	int result = 2;

	pthread_mutex_lock(&turn);
	if (pthread_create(&thread, NULL, open_later, &result) || medark_sandbox_front(NULL) < 0)
		return 100;
	pthread_mutex_unlock(&turn);
	(void)pthread_join(thread, NULL);
	return result;
}

static void threads_that_run_are_held_too(void **state)
{
	(void)state;
	assert_int_equal(in_child(front_has_a_thread), 0);
}

static int closes_others(void)
{
	int keep[2], other = open("/dev/null", O_RDONLY), pair[2];

	if (other < 0 || pipe(pair) < 0)
		return 100;
	keep[0] = pair[1];
	keep[1] = pair[0];
	if (medark_sandbox_close_others(keep, 2, NULL) < 0)
		return 101;
	for (int fd = 3; fd < 256; fd++)
		if ((fcntl(fd, F_GETFD) >= 0) != (fd == pair[0] || fd == pair[1]))
			return fd;
	return 0;
}

static void descriptors_of_others_are_closed(void **state)
{
	(void)state;
	assert_int_equal(in_child(closes_others), 0);
}

static int drops(void)
{
	struct medark_sandbox_user user;
	struct rlimit files, size;
	char folder[8];

	if (medark_sandbox_find_user(NULL, &user, NULL) < 0 ||
	    medark_sandbox_drop(&user, 64, NULL) < 0)
		return 100;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || getrlimit(RLIMIT_FSIZE, &size) < 0)
		return 101;
	if (files.rlim_max != 64 || size.rlim_max != 0)
		return 1;
	if (!getcwd(folder, sizeof(folder)) || strcmp(folder, "/") != 0)
		return 2;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 3;
	return geteuid() == 0 || (user.is_root && geteuid() != user.uid) || setuid(0) == 0 ? 4 : 0;
}

static void what_is_given_up_is_gone(void **state)
{
	(void)state;
	assert_int_equal(in_child(drops), 0);
}

static void nobody_becomes_root(void **state)
{
	struct medark_sandbox_user user;
	struct medark_error err;

	(void)state;
	if (geteuid() != 0)
		skip(); /* whoever is not root stays who it is */
	assert_int_equal(medark_sandbox_find_user("root", &user, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "the front is to be another user than root");
	assert_int_equal(medark_sandbox_find_user("no-such-user", &user, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "there is no user 'no-such-user'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_is_opened_in_the_front),
		cmocka_unit_test(other_calls_end_the_front),
		cmocka_unit_test(the_vault_keeps_files_alone),
		cmocka_unit_test(threads_that_run_are_held_too),
		cmocka_unit_test(descriptors_of_others_are_closed),
		cmocka_unit_test(what_is_given_up_is_gone),
		cmocka_unit_test(nobody_becomes_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
