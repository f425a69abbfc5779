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

int cli_state_folder(const struct cli_options *options, bool create, char out[PATH_MAX])
{
	const char *service = getenv("STATE_DIRECTORY");
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int size;

	if (options->state)
		size = snprintf(out, PATH_MAX, "%s", options->state);
	else if (service && *service == '/' && !strchr(service, ':'))
		size = snprintf(out, PATH_MAX, "%s", service);
	else if (state && *state == '/')
		size = snprintf(out, PATH_MAX, "%s/medark", state);
	else if (home && *home == '/')
		size = snprintf(out, PATH_MAX, "%s/.local/state/medark", home);
	else
		return cli_report_usage(options, "cannot %s: --state DIR is missing",
					options->verb->action);
	if (size < 0 || size >= PATH_MAX)
		return cli_report_usage(options,
					"cannot use the state folder: its name is too long");
	if (create && !options->state)
		make_parents(out);
	return 0;
}
