/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool cli_terminal_is(FILE *f)
{
	return isatty(fileno(f)) == 1;
}

size_t cli_terminal_columns(FILE *f)
{
	struct winsize size;

	if (ioctl(fileno(f), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col < 20 ? 20 : size.ws_col;
}

static bool has_color(FILE *f)
{
	const char *refused = getenv("NO_COLOR");
	const char *kind = getenv("TERM");

	return !(refused && *refused) && kind && strcmp(kind, "dumb") != 0 && cli_terminal_is(f);
}

const char *cli_terminal_color(FILE *f, enum cli_color color, char *out)
{
	if (!has_color(f))
		return "";
	(void)snprintf(out, CLI_COLOR_MAX, "\x1b[%dm", (int)color);
	return out;
}

const char *cli_terminal_plain(FILE *f)
{
	return has_color(f) ? "\x1b[0m" : "";
}
