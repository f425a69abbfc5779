/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The folders that `path` stands in, for the user alone; what fails is told when it is used. */
static void make_parents(const char *path)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return;
	}
}

/* As snprintf(); 0: there is none of these. */
static int name(const struct cli_options *options, char out[PATH_MAX])
{
	const char *service = getenv("STATE_DIRECTORY");
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (options->state)
		return snprintf(out, PATH_MAX, "%s", options->state);
	if (service && *service == '/' && !strchr(service, ':'))
		return snprintf(out, PATH_MAX, "%s", service);
	if (state && *state == '/')
		return snprintf(out, PATH_MAX, "%s/medark", state);
	if (home && *home == '/')
		return snprintf(out, PATH_MAX, "%s/.local/state/medark", home);
	return 0;
}

int cli_state_folder(const struct cli_options *options, bool create, char out[PATH_MAX])
{
	int size = name(options, out);

	if (size == 0)
		return cli_report_usage(options, "cannot %s: --state DIR is missing",
					options->verb->action);
	if (size < 0 || size >= PATH_MAX)
		return cli_report_usage(options,
					"cannot use the state folder: its name is too long");
	if (create && !options->state)
		make_parents(out);
	return 0;
}

static bool has_folder(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int size = snprintf(path, sizeof(path), "%s/%s", folder, name);

	return size > 0 && (size_t)size < sizeof(path) && stat(path, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

bool cli_state_has_log(const struct cli_options *options, const char *own, char out[PATH_MAX])
{
	int size = name(options, out);

	if (size <= 0 || size >= PATH_MAX)
		return false;
	return options->state || has_folder(out, "audit") || has_folder(out, own);
}
