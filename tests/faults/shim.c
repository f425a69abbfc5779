/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shim: loaded in front of the C library (LD_PRELOAD), it counts the calls of a kind and lets one
 * of them fail. Environment:
 *
 *	FAULT_KIND    alloc, own, map, thread, write, read, sync, name, remove, room, meta, open,
 *	              tmpfile, list, stat or lock (see below); any: every one of them
 *	FAULT_AT      the call that fails, from 1; 0: none, they are only counted
 *	FAULT_ERRNO   what it says; 0: a write or read does half of what was asked
 *	FAULT_REST    1: all later ones fail too
 *	FAULT_SIGNAL  instead of failing, the process gets this signal before the call
 *	FAULT_COUNT   a file that gets the number of calls at the end
 *
 * What does not fail is done; only a sync succeeds without being done: no test pulls the plug, and
 * thousands of them would wait for a disk that others use.
 *
 * Standard input, output and error are left alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): they are glibc's own names. */

/* What is replaced here: dlsym() itself allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

/* What it makes of an open without a mode in a hardened build. */
int __open64_2(const char *path, int flags);
int __openat64_2(int fd, const char *path, int flags);

/* NOLINTEND(bugprone-reserved-identifier) */

static struct {
	bool active;
	char kind[8];
	long at;
	int number;
	bool rest;
	int signal;
	uintptr_t program, program_end;
	const char *count_path;
	atomic_long calls;
} fault;

static long number_of(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

/*
 * OpenSSL 3.0 itself falls over some failed allocations (EVP_KDF_CTX_new). That is told apart from
 * a fall of the program: exit code 99.
 */
static void on_fall(int number, siginfo_t *info, void *context)
{
	const ucontext_t *where = context;
	Dl_info object = { 0 };

	(void)info;
#if defined(__x86_64__)
	(void)dladdr((void *)(uintptr_t)where->uc_mcontext.gregs[REG_RIP], &object);
#elif defined(__aarch64__)
	(void)dladdr((void *)(uintptr_t)where->uc_mcontext.pc, &object);
#endif
	if (object.dli_fname && strstr(object.dli_fname, "libcrypto"))
		_exit(99);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static void catch_falls(void)
{
	struct sigaction action = { .sa_sigaction = on_fall, .sa_flags = SA_SIGINFO | SA_NODEFER };

	(void)sigaction(SIGSEGV, &action, NULL);
}

/* The first object is the program itself. */
static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
			continue;
		fault.program = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		fault.program_end = fault.program + info->dlpi_phdr[i].p_memsz;
	}
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *kind = getenv("FAULT_KIND");

	if (!kind)
		return;
	(void)snprintf(fault.kind, sizeof(fault.kind), "%s", kind);
	fault.at = number_of("FAULT_AT");
	fault.number = (int)number_of("FAULT_ERRNO");
	fault.rest = number_of("FAULT_REST") != 0;
	fault.signal = (int)number_of("FAULT_SIGNAL");
	(void)dl_iterate_phdr(find_program, NULL);
	fault.count_path = getenv("FAULT_COUNT");
	if (strcmp(kind, "alloc") == 0)
		catch_falls();
	fault.active = true;
}

__attribute__((destructor)) static void end(void)
{
	FILE *f;

	fault.active = false;
	f = fault.count_path ? fopen(fault.count_path, "w") : NULL;
	if (!f)
		return;
	(void)fprintf(f, "%ld\n", atomic_load(&fault.calls));
	(void)fclose(f);
}

/* Counts a call of `kind`; does it fail? */
static bool fails(const char *kind)
{
	long call;

	if (!fault.active || (strcmp(kind, fault.kind) != 0 && strcmp("any", fault.kind) != 0))
		return false;
	call = atomic_fetch_add(&fault.calls, 1) + 1;
	if (!fault.at || call < fault.at || (call > fault.at && !fault.rest))
		return false;
	if (fault.signal) {
		(void)kill(getpid(), fault.signal);
		return false;
	}
	errno = fault.number;
	return true;
}

/* The C library's function behind this one. */
#define REAL(name)                                                                                 \
	({                                                                                         \
		static __typeof__(&(name)) real_;                                                  \
		if (!real_)                                                                        \
			*(void **)&real_ = dlsym(RTLD_NEXT, #name);                                \
		real_;                                                                             \
	})

/* ---- alloc: memory; own: what the program itself asks for, not its libraries ---- */

static bool alloc_fails(const void *caller)
{
	uintptr_t from = (uintptr_t)caller;
	bool own = from >= fault.program && from < fault.program_end;

	return fails("alloc") || (own && fails("own"));
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	return alloc_fails(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return alloc_fails(CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
	return alloc_fails(CALLER) ? NULL : __libc_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	return alloc_fails(CALLER) ? NULL : REAL(reallocarray)(p, count, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return fails("map") ? MAP_FAILED : REAL(mmap)(at, size, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
	return fails("map") ? MAP_FAILED : REAL(mmap64)(at, size, protection, flags, fd, offset);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
		   void *arg)
{
	return fails("thread") ? errno : REAL(pthread_create)(thread, attributes, run, arg);
}

/* ---- read and write ---- */

static bool is_standard(int fd)
{
	return fd >= STDIN_FILENO && fd <= STDERR_FILENO;
}

/* What a call that fails does with a run of `size` bytes: -1, or some of them. */
#define TRANSFER(kind, fd, name, size, ...)                                                        \
	do {                                                                                       \
		size_t some_ = (size);                                                             \
		if (!is_standard(fd) && fails(kind)) {                                             \
			if (fault.number)                                                          \
				return -1;                                                         \
			some_ = some_ > 1 ? some_ / 2 : some_;                                     \
		}                                                                                  \
		return REAL(name)(fd, __VA_ARGS__);                                                \
	} while (0)

ssize_t write(int fd, const void *data, size_t size)
{
	TRANSFER("write", fd, write, size, data, some_);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	TRANSFER("write", fd, pwrite, size, data, some_, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	TRANSFER("write", fd, pwrite64, size, data, some_, offset);
}

ssize_t read(int fd, void *data, size_t size)
{
	TRANSFER("read", fd, read, size, data, some_);
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
	TRANSFER("read", fd, pread, size, data, some_, offset);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t offset)
{
	TRANSFER("read", fd, pread64, size, data, some_, offset);
}

/* Of a vector, a short transfer does half of the first part only. */
#define VECTOR(kind, fd, parts, count, plain, vector, ...)                                         \
	do {                                                                                       \
		if (is_standard(fd) || !fails(kind))                                               \
			return REAL(vector)(fd, parts, count, ##__VA_ARGS__);                      \
		if (fault.number)                                                                  \
			return -1;                                                                 \
		return REAL(plain)(fd, (parts)->iov_base,                                          \
				   (parts)->iov_len > 1 ? (parts)->iov_len / 2 : (parts)->iov_len, \
				   ##__VA_ARGS__);                                                 \
	} while (0)

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	VECTOR("write", fd, parts, count, write, writev);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	VECTOR("write", fd, parts, count, pwrite, pwritev, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
	VECTOR("write", fd, parts, count, pwrite64, pwritev64, offset);
}

/* ---- sync: fsync, syncfs ---- */

int fsync(int fd)
{
	(void)fd;
	return fails("sync") ? -1 : 0;
}

int syncfs(int fd)
{
	(void)fd;
	return fails("sync") ? -1 : 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return fails("sync") ? -1 : 0;
}

/* ---- name: what gives or takes names ---- */

int rename(const char *from, const char *to)
{
	return fails("name") ? -1 : REAL(rename)(from, to);
}

int renameat(int a, const char *from, int b, const char *to)
{
	return fails("name") ? -1 : REAL(renameat)(a, from, b, to);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	return fails("name") ? -1 : REAL(renameat2)(a, from, b, to, flags);
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
	return fails("name") ? -1 : REAL(linkat)(a, from, b, to, flags);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
	return fails("name") ? -1 : REAL(mkdirat)(fd, path, mode);
}

/* ---- remove: what takes names away ---- */

int unlink(const char *path)
{
	return fails("remove") ? -1 : REAL(unlink)(path);
}

int unlinkat(int fd, const char *path, int flags)
{
	return fails("remove") ? -1 : REAL(unlinkat)(fd, path, flags);
}

/* ---- room: what asks for space ---- */

int ftruncate(int fd, off_t size)
{
	return fails("room") ? -1 : REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
	return fails("room") ? -1 : REAL(ftruncate64)(fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
	return fails("room") ? -1 : REAL(fallocate)(fd, mode, offset, size);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t size)
{
	return fails("room") ? -1 : REAL(fallocate64)(fd, mode, offset, size);
}

/* ---- meta: modes and times ---- */

int fchmod(int fd, mode_t mode)
{
	return fails("meta") ? -1 : REAL(fchmod)(fd, mode);
}

int futimens(int fd, const struct timespec times[2])
{
	return fails("meta") ? -1 : REAL(futimens)(fd, times);
}

int utimensat(int fd, const char *path, const struct timespec times[2], int flags)
{
	return fails("meta") ? -1 : REAL(utimensat)(fd, path, times, flags);
}

/* ---- open; tmpfile: files without a name ---- */

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

static bool open_fails(int flags)
{
	return fails("open") || ((flags & O_TMPFILE) == O_TMPFILE && fails("tmpfile"));
}

#define OPEN(name, ...)                                                                            \
	do {                                                                                       \
		va_list ap_;                                                                       \
		mode_t mode_;                                                                      \
		va_start(ap_, flags);                                                              \
		mode_ = mode_of(flags, ap_);                                                       \
		va_end(ap_);                                                                       \
		return open_fails(flags) ? -1 : REAL(name)(__VA_ARGS__, mode_);                    \
	} while (0)

int open(const char *path, int flags, ...)
{
	OPEN(open, path, flags);
}

int open64(const char *path, int flags, ...)
{
	OPEN(open64, path, flags);
}

int openat(int fd, const char *path, int flags, ...)
{
	OPEN(openat, fd, path, flags);
}

int openat64(int fd, const char *path, int flags, ...)
{
	OPEN(openat64, fd, path, flags);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

int __openat64_2(int fd, const char *path, int flags)
{
	return openat64(fd, path, flags);
}

/* ---- lock ---- */

int flock(int fd, int operation)
{
	return fails("lock") ? -1 : REAL(flock)(fd, operation);
}

/* ---- list: the entries of a folder ---- */

struct dirent *readdir(DIR *dir)
{
	return fails("list") ? NULL : REAL(readdir)(dir);
}

struct dirent64 *readdir64(DIR *dir)
{
	return fails("list") ? NULL : REAL(readdir64)(dir);
}

/* ---- stat ---- */

int stat(const char *path, struct stat *st)
{
	return fails("stat") ? -1 : REAL(stat)(path, st);
}

int stat64(const char *path, struct stat64 *st)
{
	return fails("stat") ? -1 : REAL(stat64)(path, st);
}

int lstat(const char *path, struct stat *st)
{
	return fails("stat") ? -1 : REAL(lstat)(path, st);
}

int lstat64(const char *path, struct stat64 *st)
{
	return fails("stat") ? -1 : REAL(lstat64)(path, st);
}

int fstat(int fd, struct stat *st)
{
	return fails("stat") ? -1 : REAL(fstat)(fd, st);
}

int fstat64(int fd, struct stat64 *st)
{
	return fails("stat") ? -1 : REAL(fstat64)(fd, st);
}

int fstatat(int fd, const char *path, struct stat *st, int flags)
{
	return fails("stat") ? -1 : REAL(fstatat)(fd, path, st, flags);
}

int fstatat64(int fd, const char *path, struct stat64 *st, int flags)
{
	return fails("stat") ? -1 : REAL(fstatat64)(fd, path, st, flags);
}
