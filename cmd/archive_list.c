/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_list.h"

#include "access.h"
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SUFFIX ".medark"

void cli_archive_list_clear(struct cli_archive_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	*list = (struct cli_archive_list) { 0 };
}

/* Takes `path`, also if it fails. */
static int add(const struct cli_options *options, struct cli_archive_list *list, char *path)
{
	char **paths = realloc(list->paths, (list->count + 1) * sizeof(*paths));

	if (!paths || !path) {
		list->paths = paths ? paths : list->paths;
		free(path);
		return cli_report_memory(options);
	}
	list->paths = paths;
	list->paths[list->count++] = path;
	return 0;
}

static int is_archive(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name), end = sizeof(SUFFIX) - 1;

	return entry->d_name[0] != '.' && size > end &&
	       strcmp(entry->d_name + size - end, SUFFIX) == 0;
}

/* By bytes: the same everywhere. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static char *join(const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	bool has_slash = *folder && folder[strlen(folder) - 1] == '/';
	char *path = malloc(size);

	if (path)
		(void)snprintf(path, size, "%s%s%s", folder, has_slash ? "" : "/", name);
	return path;
}

static int add_folder(const struct cli_options *options, struct cli_archive_list *list,
		      const char *folder)
{
	struct dirent **found;
	int count = scandir(folder, &found, is_archive, by_name), code = 0;

	if (count < 0)
		return cli_report_error(options, CLI_FAILED, "cannot read the folder '%s': %s",
					folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (!code)
			code = add(options, list, join(folder, found[i]->d_name));
		free(found[i]);
	}
	free((void *)found);
	list->has_folder = true;
	if (!code && !count)
		code = cli_report_usage(
			options, "cannot %s '%s': there is no archive (*" SUFFIX ") in this folder",
			options->verb->action, folder);
	return code;
}

int cli_archive_list_fill(const struct cli_options *options, struct cli_archive_list *out)
{
	for (size_t i = 0; i < options->operands.count; i++) {
		const char *operand = options->operands.items[i];
		struct stat st;
		int code;

		if (stat(operand, &st) == 0 && S_ISDIR(st.st_mode)) {
			code = add_folder(options, out, operand);
		} else {
			code = cli_access_check_archive(options, operand);
			if (!code)
				code = add(options, out, strdup(operand));
		}
		if (code)
			return code;
	}
	return 0;
}
