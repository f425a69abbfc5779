/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

#include "verbs.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Lock-free, hence legal in a handler, and seen by the thread that reports progress. */
static atomic_int stopped;
static atomic_int status_wanted;

static void on_stop(int number)
{
	(void)number;
	if (atomic_exchange(&stopped, 1))
		_exit(CLI_INTERRUPTED);
}

static void on_status(int number)
{
	(void)number;
	atomic_store(&status_wanted, 1);
}

static void install(int number, void (*handler)(int), int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(number, &action, NULL);
}

/* A signal that nohup or a shell's background job has set to "ignore" stays ignored. */
static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void cli_signals_install(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	/* No SA_RESTART: a read that waits for a pipe must come back to be stopped. */
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (!is_ignored(stops[i]))
			install(stops[i], on_stop, 0);
	install(SIGUSR1, on_status, SA_RESTART);
	install(SIGPIPE, SIG_IGN, 0);
	/* A write beyond the limit on files' sizes then fails, and is told like every other. */
	install(SIGXFSZ, SIG_IGN, 0);
}

bool cli_signals_stopped(void)
{
	return atomic_load(&stopped) != 0;
}

bool cli_signals_take_status(void)
{
	return atomic_exchange(&status_wanted, 0) != 0;
}
