/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay: feeds kept inputs to a fuzz target without libFuzzer, so that every build and the
 * ordinary test run check what fuzzing once found. usage: replay FOLDER…
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	uint8_t *data;

	if (!f || fstat(fileno(f), &st) != 0)
		return -1;
	/* Exactly as large as the input: the sanitizer sees a read beyond it. */
	data = malloc(st.st_size ? (size_t)st.st_size : 1);
	if (!data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		return -1;
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	free(data);
	return 0;
}

static int replay_folder(const char *folder, unsigned *count)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[4096];

	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
			    (int)sizeof(path) ||
		    replay_file(path) != 0) {
			(void)fprintf(stderr, "replay: cannot read %s\n", path);
			return -1;
		}
		(*count)++;
	}
	(void)closedir(dir);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++)
		if (replay_folder(argv[i], &count) != 0)
			return 1;
	(void)printf("%u inputs\n", count);
	return count ? 0 : 1; /* an empty corpus tests nothing */
}
