/* SPDX-License-Identifier: Apache-2.0 */
/*
 * medark: finds the verb, reads its options, runs it. Everything else stands in the verbs' files;
 * the work is done by the library, through its public headers.
 */
#include "help.h"
#include "options.h"
#include "report.h"
#include "share_words.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* That may be open at a time, where the system allows it. */
#define FILES 4096

/* A core file would hold records and keys in clear. One byte also stops cores that go to a pipe. */
static void forbid_cores(void)
{
	struct rlimit limit = { .rlim_cur = 1, .rlim_max = RLIM_INFINITY };

	if (getrlimit(RLIMIT_CORE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
		(void)setrlimit(RLIMIT_CORE, &limit);
	}
}

/* A source may have hundreds of files and folders open at a time; soft limits are often lower. */
static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= FILES)
		return;
	limit.rlim_cur = limit.rlim_max < FILES ? limit.rlim_max : FILES;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * With a closed standard stream the next file opened would get its number, and our messages. What
 * stands in opens the wrong way round, so that its use fails instead of being lost.
 */
static void fill_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* The reader of a pipe went away: it knows, and "medark patients … | head" is no mistake. */
static bool reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* What a verb has made by the time that it prints its summary; NULL: nothing but what it prints. */
static const char *made_by(const struct cli_options *options)
{
	switch (options->verb ? options->verb->bit : CLI_HELP) {
	case CLI_RESTORE:
		return options->to;
	case CLI_DRILL:
		return options->report;
	case CLI_EXPORT:
	case CLI_PROVE:
	case CLI_KEY:
		return options->out;
	default:
		return NULL;
	}
}

/* A result that could not be written is no result; but what stands on the disk is there. */
static int finish(const struct cli_options *options, int code)
{
	bool done = code == CLI_DONE || code == CLI_INCOMPLETE;
	const char *made = done && !options->help ? made_by(options) : NULL;
	int failed = ferror(stdout);
	int reason = 0;

	if (fflush(stdout) != 0) {
		failed = 1;
		reason = errno;
	}
	if (!failed)
		return code;
	if (made)
		return cli_report_error(options, code ? code : CLI_FAILED,
					"cannot print the summary: %s; '%s' itself is complete",
					reason ? strerror(reason) : "not everything was taken",
					made);
	if (reader_is_gone())
		return code ? code : CLI_PIPE;
	return cli_report_error(options, code ? code : CLI_FAILED,
				"cannot write to standard output: %s",
				reason ? strerror(reason) : "not everything was taken");
}

static void clear_options(struct cli_options *options)
{
	cli_options_clear(options);
}

static int run(const struct cli_verb *verb, int argc, char **argv)
{
	__attribute__((cleanup(clear_options))) struct cli_options options = { .verb = verb };
	int code = cli_options_parse(&options, verb, argc, argv);

	if (!code)
		code = cli_share_words_take(&options);
	if (code)
		return code;
	if (options.help)
		cli_help_verb(verb);
	else
		code = verb->run(&options);
	return finish(&options, code);
}

static int run_first_option(const struct cli_options *options, const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		cli_help_overview();
		return finish(options, CLI_DONE);
	}
	return cli_report_usage(options,
				"cannot use the option '%.64s' here: the verb comes first, as in "
				"medark VERB [options]",
				word);
}

int main(int argc, char **argv)
{
	const struct cli_options none = { .json = cli_options_want_json(argc, argv) };
	const struct cli_verb *verb;
	const char *word;

	fill_standard_streams();
	/* Only for the width of characters; output is UTF-8 in every locale. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	forbid_cores();
	allow_files();
	cli_signals_install();
	/* A script whose variable is empty must not take the overview for a success. */
	if (argc < 2) {
		cli_help_overview();
		return finish(&none, CLI_USAGE);
	}
	word = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
	if (word[0] == '-')
		return run_first_option(&none, word);
	verb = cli_verb_find(word);
	if (!verb)
		return cli_help_unknown(&none, word);
	return run(verb, argc - 1, argv + 1);
}
