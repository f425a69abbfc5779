/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit_folder.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind the last number that a file has: twelve digits. */
#define NUMBERS_END UINT64_C(1000000000000)

void medark_audit_file_name(uint64_t number, char out[MEDARK_AUDIT_NAME_SIZE])
{
	(void)snprintf(out, MEDARK_AUDIT_NAME_SIZE, "audit-%06" PRIu64 ".log", number);
}

/* The number of a file of the log; 0 if it is none. One form for each number. */
static uint64_t file_number(const char *name)
{
	static const char prefix[] = "audit-";
	char again[MEDARK_AUDIT_NAME_SIZE];
	uint64_t number;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	number = strtoull(name + sizeof(prefix) - 1, NULL, 10);
	if (number >= NUMBERS_END)
		return 0;
	medark_audit_file_name(number, again);
	return strcmp(again, name) == 0 ? number : 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int list(DIR *dir, const char *folder, struct medark_buffer *out, struct medark_error *err)
{
	const struct dirent *entry;

	while (errno = 0, (entry = readdir(dir)) != NULL) {
		uint64_t number = file_number(entry->d_name);

		if (number)
			MEDARK_TRY(medark_buffer_add(out, &number, sizeof(number), err));
	}
	return errno ? medark_error_errno(err, errno, "cannot read the folder '%s'", folder) : 0;
}

int medark_audit_folder_list(const char *folder, struct medark_buffer *out,
			     struct medark_error *err)
{
	DIR *dir = opendir(folder);
	int code;

	if (!dir && errno == ENOENT)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "there is no folder '%s'", folder);
	if (!dir)
		return medark_error_errno(err, errno, "cannot read the folder '%s'", folder);
	code = list(dir, folder, out, err);
	(void)closedir(dir);
	if (code == 0 && out->size)
		qsort(out->data, out->size / sizeof(uint64_t), sizeof(uint64_t), by_number);
	return code;
}

char *medark_audit_file_path(const char *folder, uint64_t number)
{
	char name[MEDARK_AUDIT_NAME_SIZE], *path;

	medark_audit_file_name(number, name);
	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}
