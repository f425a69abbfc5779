/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/sandbox.h"

#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

int medark_sandbox_find_user(const char *name, struct medark_sandbox_user *out,
			     struct medark_error *err)
{
	const struct passwd *entry;

	*out = (struct medark_sandbox_user) { .is_root = geteuid() == 0 };
	if (!out->is_root)
		return 0;
	errno = 0;
	entry = getpwnam(name ? name : "nobody");
	if (!entry && errno)
		return medark_error_errno(err, errno, "cannot look up a user");
	if (!entry)
		return medark_error_set(err, MEDARK_E_USAGE, "there is no user '%s'",
					name ? name : "nobody");
	if (entry->pw_uid == 0 || entry->pw_gid == 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the front is to be another user than root");
	out->uid = entry->pw_uid;
	out->gid = entry->pw_gid;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int close_range_of(unsigned first, unsigned last, struct medark_error *err)
{
	if (first <= last && close_range(first, last, 0) < 0)
		return medark_error_errno(err, errno, "cannot close descriptors");
	return 0;
}

int medark_sandbox_close_others(const int *keep, size_t count, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) int *sorted = calloc(count + 1, sizeof(*sorted));
	unsigned first = STDERR_FILENO + 1;
	int null = open("/dev/null", O_RDWR);
	int last = HAS_SANITIZER ? STDOUT_FILENO : STDERR_FILENO;

	if (!sorted)
		return medark_error_memory(err, "a list of descriptors");
	if (null < 0)
		return medark_error_errno(err, errno, "cannot open /dev/null");
	for (int fd = 0; fd <= last; fd++)
		if (fd != null && dup2(null, fd) < 0)
			return medark_error_errno(err, errno, "cannot close descriptors");
	for (size_t i = 0; i < count; i++) {
		assert(keep[i] > STDERR_FILENO);
		sorted[i] = keep[i];
	}
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(close_range_of(first, (unsigned)sorted[i] - 1, err));
		first = (unsigned)sorted[i] + 1;
	}
	return close_range_of(first, ~0u, err);
}

static int limit(int resource, rlim_t value, struct medark_error *err)
{
	const struct rlimit both = { .rlim_cur = value, .rlim_max = value };

	if (setrlimit(resource, &both) < 0)
		return medark_error_errno(err, errno, "cannot lower a limit of the front");
	return 0;
}

static int become(const struct medark_sandbox_user *user, struct medark_error *err)
{
	if (!user->is_root)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return medark_error_errno(err, errno, "the front cannot become another user");
	if (setuid(0) == 0 || setgid(0) == 0)
		return medark_error_set(err, MEDARK_E_SYSTEM, "the front could become root again");
	return 0;
}

static int no_new_privileges(struct medark_error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return medark_error_errno(err, errno, "cannot give up privileges");
	return 0;
}

static int close_memory(struct medark_error *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return medark_error_errno(err, errno, "cannot close this process's memory");
	return 0;
}

int medark_sandbox_drop(const struct medark_sandbox_user *user, unsigned descriptors,
			struct medark_error *err)
{
	if (chdir("/") < 0)
		return medark_error_errno(err, errno, "cannot go to /");
	MEDARK_TRY(limit(RLIMIT_NOFILE, descriptors, err));
	MEDARK_TRY(limit(RLIMIT_CORE, 0, err));
	MEDARK_TRY(limit(RLIMIT_FSIZE, 0, err));
	MEDARK_TRY(become(user, err));
	/* After the change of user, which may set it anew. */
	MEDARK_TRY(close_memory(err));
	return no_new_privileges(err);
}

struct filter {
	scmp_filter_ctx context;
};

static void filter_clear(struct filter *filter)
{
	if (filter->context)
		seccomp_release(filter->context);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct filter, filter_clear)

static int refused(int code, struct medark_error *err)
{
	return medark_error_errno(err, -code, "cannot make a filter of system calls");
}

static int begin(struct filter *filter, uint32_t otherwise, struct medark_error *err)
{
	int code;

	filter->context = seccomp_init(otherwise);
	if (!filter->context)
		return medark_error_memory(err, "a filter of system calls");
	code = seccomp_attr_set(filter->context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	/* Threads that run already, too. */
	if (code == 0)
		code = seccomp_attr_set(filter->context, SCMP_FLTATR_CTL_TSYNC, 1);
	/* Without NO_NEW_PRIVS, which is set by hand, it could not be loaded. */
	return code ? refused(code, err) : 0;
}

/* What this machine's kind of processor does not have is not there to be told. */
static int add(struct filter *filter, uint32_t action, const int *calls, size_t count,
	       struct medark_error *err)
{
	for (size_t i = 0; i < count; i++) {
		int code = seccomp_rule_add(filter->context, action, calls[i], 0);

		if (code)
			return refused(code, err);
	}
	return 0;
}

static int load(struct filter *filter, struct medark_error *err)
{
	int code;

	MEDARK_TRY(no_new_privileges(err));
	code = seccomp_load(filter->context);
	return code ? refused(code, err) : 0;
}

/* Memory, but none that can be run. */
static int add_memory(struct filter *filter, struct medark_error *err)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect) };

	for (size_t i = 0; i < LENGTH(calls); i++) {
		int code = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, calls[i], 1,
					    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

		if (code)
			return refused(code, err);
	}
	return 0;
}

/* A call with one of some values in the place `which`. */
static int add_values(struct filter *filter, int call, unsigned which, const int *values,
		      size_t count, struct medark_error *err)
{
	for (size_t i = 0; i < count; i++) {
		int code = seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, call, 1,
					    SCMP_CMP(which, SCMP_CMP_EQ, (scmp_datum_t)values[i]));

		if (code)
			return refused(code, err);
	}
	return 0;
}

static int add_partly(struct filter *filter, struct medark_error *err)
{
	/* libmicrohttpd sets O_NONBLOCK, and its threads' names as they start. */
	static const int flags[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD };
	static const int names[] = { PR_SET_NAME };

	MEDARK_TRY(add_values(filter, SCMP_SYS(fcntl), 1, flags, LENGTH(flags), err));
	MEDARK_TRY(add_values(filter, SCMP_SYS(fcntl64), 1, flags, LENGTH(flags), err));
	return add_values(filter, SCMP_SYS(prctl), 0, names, LENGTH(names), err);
}

int medark_sandbox_front(struct medark_error *err)
{
	static const int allowed[] = {
		/* Connections and channels. */
		SCMP_SYS(accept4), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
		SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(read), SCMP_SYS(readv),
		SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recv), SCMP_SYS(write),
		SCMP_SYS(writev), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(send),
		SCMP_SYS(shutdown), SCMP_SYS(close),
		/* Waiting. */
		SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(poll),
		SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(futex), SCMP_SYS(futex_time64),
		SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(clock_nanosleep_time64),
		SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
		/* Time, chance, and who am I. */
		SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(clock_getres),
		SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid),
		SCMP_SYS(gettid), SCMP_SYS(getrusage),
		/* Memory, and the beginnings and ends of the threads that there are. */
		SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(sched_getaffinity),
		SCMP_SYS(exit), SCMP_SYS(exit_group)
	};
	/* Files by name: time zones, settings of libraries, messages. */
	static const int denied[] = {
		SCMP_SYS(open),	    SCMP_SYS(openat),	  SCMP_SYS(openat2),
		SCMP_SYS(access),   SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
		SCMP_SYS(stat),	    SCMP_SYS(stat64),	  SCMP_SYS(lstat),
		SCMP_SYS(lstat64),  SCMP_SYS(newfstatat), SCMP_SYS(fstatat64),
		SCMP_SYS(statx),    SCMP_SYS(fstat),	  SCMP_SYS(fstat64),
		SCMP_SYS(readlink), SCMP_SYS(readlinkat)
	};
	MEDARK_AUTO(filter_clear) struct filter filter = { NULL };

	MEDARK_TRY(limit(RLIMIT_NPROC, 0, err));
	MEDARK_TRY(begin(&filter, SCMP_ACT_KILL_PROCESS, err));
	MEDARK_TRY(add(&filter, SCMP_ACT_ALLOW, allowed, LENGTH(allowed), err));
	MEDARK_TRY(add(&filter, SCMP_ACT_ERRNO(EACCES), denied, LENGTH(denied), err));
	MEDARK_TRY(add_memory(&filter, err));
	MEDARK_TRY(add_partly(&filter, err));
	return load(&filter, err);
}

int medark_sandbox_vault(struct medark_error *err)
{
	static const int deadly[] = {
		/* Other programs and processes. */
		SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
		/* The kernel, and the whole machine. */
		SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd),
		SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
		SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(mount), SCMP_SYS(umount2),
		SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns), SCMP_SYS(unshare),
		SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(keyctl),
		SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(open_by_handle_at)
	};
	static const int denied[] = { SCMP_SYS(socket),		SCMP_SYS(connect),
				      SCMP_SYS(bind),		SCMP_SYS(listen),
				      SCMP_SYS(accept),		SCMP_SYS(accept4),
				      SCMP_SYS(io_uring_setup), SCMP_SYS(socketcall) };
	static const int tracing[] = { SCMP_SYS(ptrace) };
	MEDARK_AUTO(filter_clear) struct filter filter = { NULL };

	MEDARK_TRY(begin(&filter, SCMP_ACT_ALLOW, err));
	MEDARK_TRY(add(&filter, SCMP_ACT_KILL_PROCESS, deadly, LENGTH(deadly), err));
	MEDARK_TRY(add(&filter, SCMP_ACT_ERRNO(EACCES), denied, LENGTH(denied), err));
	if (!HAS_SANITIZER) {
		MEDARK_TRY(add(&filter, SCMP_ACT_KILL_PROCESS, tracing, LENGTH(tracing), err));
		MEDARK_TRY(close_memory(err));
	}
	return load(&filter, err);
}
