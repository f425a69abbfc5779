/* SPDX-License-Identifier: Apache-2.0 */
/* scratch: a folder of a test's own that is gone afterwards, and files in it. */
#ifndef MEDARK_TEST_SCRATCH_H
#define MEDARK_TEST_SCRATCH_H

#include "../test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[64];

static inline int scratch_setup(void **state)
{
	(void)state;
	(void)snprintf(scratch_folder, sizeof(scratch_folder), "/tmp/medark-test-XXXXXX");
	return mkdtemp(scratch_folder) ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	(void)state;
	return nftw(scratch_folder, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path in the folder; valid until the fourth call from here. */
static inline const char *scratch_path(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", scratch_folder, name);
	return path;
}

static inline void scratch_write(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(scratch_path(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

/* Reads the whole file; the caller frees. */
static inline uint8_t *scratch_read(const char *name, size_t *out_size)
{
	FILE *f = fopen(scratch_path(name), "rb");
	uint8_t *data;
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_non_null(data);
	*out_size = fread(data, 1, (size_t)st.st_size + 1, f);
	assert_int_equal(*out_size, st.st_size);
	assert_int_equal(fclose(f), 0);
	return data;
}

/* Runs a command in the folder; it must succeed. */
static inline void scratch_run(const char *command)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "cd %s && %s", scratch_folder, command);
	assert_int_equal(system(line), 0);
}

/* How many entries the folder has. */
static inline int scratch_count(void)
{
	char line[128];
	int count = -1;
	FILE *f;

	(void)snprintf(line, sizeof(line), "ls -A %s | wc -l", scratch_folder);
	f = popen(line, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &count), 1);
	assert_int_equal(pclose(f), 0);
	return count;
}

#endif
