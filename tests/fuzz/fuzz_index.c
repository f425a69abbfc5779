/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile signer's index and segments (forge.h): searched, and restored from whole and by
 * patient. Part `?` is the query. Nothing is written beside the target, and a restore that is
 * refused leaves nothing.
 */
#include "forge.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define QUERY_MAX 256

static int read_row(void *context, const struct medark_patient_row *row)
{
	size_t *sum = context;

	*sum += strlen(row->id) + strlen(row->family) + strlen(row->given) + strlen(row->prefix) +
		strlen(row->text) + strlen(row->birth_date) + strlen(row->gender) +
		strlen(row->deceased_date) + strlen(row->first) + strlen(row->last) +
		strlen(row->json);
	return 0;
}

static void restore(struct medark_archive *a, const char *patient)
{
	struct medark_restore_request request = { .threads = 1 };
	struct medark_restore_result result;
	const char *folder = forge_folder();
	struct dirent *entry;
	char target[128];
	DIR *dir;
	int code;

	(void)snprintf(target, sizeof(target), "%s/out", folder);
	request.target = target;
	request.patients = &patient;
	request.patient_count = patient != NULL;
	code = medark_archive_restore(a, &request, NULL, &result, NULL);
	dir = opendir(folder);
	forge_expect(dir != NULL);
	while ((entry = readdir(dir)))
		forge_expect(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			     (code == 0 && strcmp(entry->d_name, "out") == 0));
	(void)closedir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = NULL;
	struct forge_parts parts;
	struct medark_bytes text;
	char query[QUERY_MAX] = "";
	struct medark_index *index;
	size_t sum = 0;

	forge_split(medark_bytes(data, size), &parts);
	text = forge_get(&parts, '?');
	if (text.size)
		memcpy(query, text.data, text.size < QUERY_MAX ? text.size : QUERY_MAX - 1);
	a = forge_archive(&parts);
	if (!a || medark_archive_index(a, &index, NULL) < 0)
		return 0;
	(void)medark_archive_patients(a, NULL, 0, read_row, &sum, NULL);
	(void)medark_archive_patients(a, query, 0, read_row, &sum, NULL);
	restore(a, query);
	restore(a, NULL);
	return sum == SIZE_MAX; /* never; the strings must be read */
}
