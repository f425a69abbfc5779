/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture: a folder of its own for each test program, files in it, and the stock openssl command as
 * an oracle. Use fixture_set_up and fixture_tear_down as the group's set-up and tear-down.
 */
#ifndef MEDARK_TEST_CRYPTO_FIXTURE_H
#define MEDARK_TEST_CRYPTO_FIXTURE_H

#include "../test.h"

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAYBE_UNUSED __attribute__((unused))

static char fixture_folder[64];

MAYBE_UNUSED static int fixture_set_up(void **state)
{
	(void)state;
	strcpy(fixture_folder, "/tmp/medark-test-XXXXXX");
	return mkdtemp(fixture_folder) ? 0 : -1;
}

static int fixture_remove(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

MAYBE_UNUSED static int fixture_tear_down(void **state)
{
	(void)state;
	return nftw(fixture_folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder; valid until the eighth call after this one. */
MAYBE_UNUSED static const char *in_folder(const char *name)
{
	static char paths[8][160];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", fixture_folder, name);
	return path;
}

/* Runs a shell command in the folder, its output into `log`; gives the exit code. */
MAYBE_UNUSED MEDARK_PRINTF(1, 2) static int run(const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	int used, status;

	used = snprintf(command, sizeof(command), "cd %s && { ", fixture_folder);
	va_start(ap, fmt);
	used += vsnprintf(command + used, sizeof(command) - (size_t)used, fmt, ap);
	va_end(ap);
	assert_true((size_t)used + 32 < sizeof(command));
	strcat(command, "; } >log 2>&1 </dev/null");
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

MAYBE_UNUSED static void must_run(const char *command)
{
	if (run("%s", command) != 0) {
		(void)run("cat log");
		fail_msg("command failed: %s", command);
	}
}

MAYBE_UNUSED static void read_whole(const char *name, struct medark_buffer *out)
{
	FILE *f = fopen(in_folder(name), "rb");
	uint8_t chunk[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		assert_int_equal(medark_buffer_add(out, chunk, n, NULL), 0);
	fclose(f);
}

MAYBE_UNUSED static void write_whole(const char *name, const void *data, size_t size, mode_t mode)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(close(fd), 0);
}

MAYBE_UNUSED static struct medark_bytes view(const struct medark_buffer *b)
{
	return medark_bytes(b->data, b->size);
}

/* For calls that report into a variable `err`. */
#define assert_ok(call)                                                                            \
	do {                                                                                       \
		int code_ = (call);                                                                \
		if (code_ != 0)                                                                    \
			fail_msg("%s: %d, %s", #call, code_, err.message);                         \
	} while (0)

#define assert_fails(call, expected, text)                                                         \
	do {                                                                                       \
		assert_int_equal((call), (expected));                                              \
		assert_int_equal(err.code, (expected));                                            \
		assert_string_equal(err.message, text);                                            \
	} while (0)

#endif
