/* SPDX-License-Identifier: Apache-2.0 */
#include "passphrase.h"

#include "report.h"
#include "signals.h"

#include <medark/key.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define KEY_FILE_MAX (64 * 1024)

void cli_passphrase_clear(struct cli_passphrase *passphrase)
{
	explicit_bzero(passphrase, sizeof(*passphrase));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define AUTO_FD __attribute__((cleanup(close_fd)))

/*
 * Takes off one line end and refuses what cannot be meant, or what the stock tools would read as
 * another passphrase (F-10). `whence` is for the sentence.
 */
static int finish(const struct cli_options *options, const char *whence, struct cli_passphrase *out)
{
	if (out->size && out->bytes[out->size - 1] == '\n')
		out->size--;
	if (out->size && out->bytes[out->size - 1] == '\r')
		out->size--;
	if (out->size == 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot read the passphrase from %s: it is empty", whence);
	if (out->size > CLI_PASSPHRASE_MAX)
		return cli_report_error(
			options, CLI_USAGE,
			"cannot use the passphrase from %s: it is longer than %d bytes", whence,
			CLI_PASSPHRASE_MAX);
	if (memchr(out->bytes, '\n', out->size) || memchr(out->bytes, '\0', out->size) ||
	    out->bytes[out->size - 1] == '\r')
		return cli_report_error(options, CLI_USAGE,
					"cannot use the passphrase from %s: it is more than one "
					"line, or holds a NUL",
					whence);
	return 0;
}

/* Reads to the end, at most as much as there is room for. */
static int read_fd(const struct cli_options *options, int fd, const char *whence,
		   struct cli_passphrase *out)
{
	out->size = 0;
	while (out->size < sizeof(out->bytes)) {
		ssize_t n = read(fd, out->bytes + out->size, sizeof(out->bytes) - out->size);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR && !cli_signals_stopped())
			continue;
		if (n < 0)
			return cli_report_error(
				options, cli_signals_stopped() ? CLI_INTERRUPTED : CLI_FAILED,
				"cannot read the passphrase from %s: %s", whence, strerror(errno));
		out->size += (size_t)n;
	}
	return 0;
}

/*
 * As of a key's file: what others can read is no secret, and whoever owns the file chooses what is
 * in it, which at an export opens the archive. A pipe is judged alike, a terminal is not: it is
 * open to its group.
 */
static int check_file(const struct cli_options *options, const char *whence, int fd,
		      const struct stat *status)
{
	if (S_ISCHR(status->st_mode))
		return 0;
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return cli_report_error(
			options, CLI_FAILED,
			"cannot use the passphrase in %s: the file belongs to another user",
			whence);
	if ((status->st_mode & (S_IRWXG | S_IRWXO)) && !medark_acl_is_own(fd))
		return cli_report_error(options, CLI_FAILED,
					"cannot use the passphrase in %s: the file is open to "
					"others (mode %04o); chmod 600 it",
					whence, (unsigned)status->st_mode & 07777u);
	return 0;
}

static int read_file(const struct cli_options *options, const char *path,
		     struct cli_passphrase *out)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;
	char whence[512];
	int code;

	(void)snprintf(whence, sizeof(whence), "'%s'", path);
	if (fd < 0 || fstat(fd, &status) != 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot read the passphrase from %s: %s", whence,
					strerror(errno));
	code = check_file(options, whence, fd, &status);
	if (!code)
		code = read_fd(options, fd, whence, out);
	return code ? code : finish(options, whence, out);
}

static int read_numbered(const struct cli_options *options, struct cli_passphrase *out)
{
	const char *text = options->passphrase_fd;
	char *end = NULL;
	char whence[64];
	long fd;
	int code;

	errno = 0;
	fd = strtol(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || fd > 65535)
		return cli_report_usage(options,
					"cannot use '%s' for --passphrase-fd: it is no file "
					"descriptor's number",
					text);
	(void)snprintf(whence, sizeof(whence), "file descriptor %ld", fd);
	code = read_fd(options, (int)fd, whence, out);
	return code ? code : finish(options, whence, out);
}

/*
 * Starts a shell whose output goes to `write_end`; 0 or an errno. The signals that medark ignores
 * are as usual in it: a pipe in the command must end when its reader does.
 */
static int spawn(char *command, int write_end, pid_t *out)
{
	char shell[] = "sh", option[] = "-c";
	char *const args[] = { shell, option, command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t usual;
	int reason;

	(void)sigemptyset(&usual);
	(void)sigaddset(&usual, SIGPIPE);
	(void)sigaddset(&usual, SIGXFSZ);
	reason = posix_spawn_file_actions_init(&actions);
	if (reason)
		return reason;
	reason = posix_spawnattr_init(&attributes);
	if (reason == 0) {
		reason = posix_spawn_file_actions_adddup2(&actions, write_end, STDOUT_FILENO);
		(void)posix_spawnattr_setsigdefault(&attributes, &usual);
		(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
		if (reason == 0)
			reason = posix_spawn(out, "/bin/sh", &actions, &attributes, args, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return reason;
}

/* The exit code of a child; -1 if it has none. */
static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_command(const struct cli_options *options, struct cli_passphrase *out)
{
	char *command = strdup(options->passphrase_command);
	int ends[2] = { -1, -1 };
	int code, reason = !command ? ENOMEM : pipe2(ends, O_CLOEXEC) < 0 ? errno : 0;
	pid_t child;

	if (!reason)
		reason = spawn(command, ends[1], &child);
	free(command);
	close_fd(&ends[1]);
	if (reason) {
		close_fd(&ends[0]);
		return cli_report_error(options, CLI_FAILED,
					"cannot run the passphrase command: %s", strerror(reason));
	}
	/* The descriptor is read directly: a stream would keep a copy that nobody wipes. */
	code = read_fd(options, ends[0], "the passphrase command", out);
	close_fd(&ends[0]);
	reason = wait_for(child);
	if (code)
		return code;
	if (reason)
		return cli_report_error(
			options, CLI_FAILED,
			"cannot use the passphrase command: it failed (exit code %d)", reason);
	return finish(options, "the passphrase command", out);
}

/* poll() comes back at any signal, so that the terminal is always put right again. */
static ssize_t read_line(int tty, struct cli_passphrase *out)
{
	struct pollfd wait = { .fd = tty, .events = POLLIN };

	while (poll(&wait, 1, -1) < 0)
		if (errno != EINTR || cli_signals_stopped())
			return -1;
	return read(tty, out->bytes, sizeof(out->bytes));
}

static int ask(const struct cli_options *options, int tty, const char *question,
	       struct cli_passphrase *out)
{
	struct termios before, silent;
	ssize_t n;

	if (tcgetattr(tty, &before) != 0)
		return cli_report_error(options, CLI_FAILED, "cannot ask for a passphrase: %s",
					strerror(errno));
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	silent.c_cc[VSUSP] = _POSIX_VDISABLE; /* no shell may be left without echo */
	(void)dprintf(tty, "%s: ", question);
	if (tcsetattr(tty, TCSAFLUSH, &silent) != 0)
		return cli_report_error(options, CLI_FAILED, "cannot ask for a passphrase: %s",
					strerror(errno));
	n = read_line(tty, out);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	(void)dprintf(tty, "\n");
	if (cli_signals_stopped())
		return cli_report_error(options, CLI_INTERRUPTED,
					"cannot ask for a passphrase: interrupted");
	out->size = n > 0 ? (size_t)n : 0;
	return finish(options, "the terminal", out);
}

static const char other_options[] = "--passphrase-file, --passphrase-fd or --passphrase-command";

/* `instead` names the options that give the same without a terminal. */
static int prompt(const struct cli_options *options, const char *question, const char *instead,
		  bool twice, struct cli_passphrase *out)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase again = { .size = 0 };
	AUTO_FD int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int code;

	if (tty < 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot ask for a passphrase: there is no terminal; use %s",
					instead);
	code = ask(options, tty, question, out);
	if (code || !twice)
		return code;
	code = ask(options, tty, "The same again", &again);
	if (code)
		return code;
	if (again.size != out->size || memcmp(again.bytes, out->bytes, out->size) != 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot use the passphrase: the two are not the same");
	return 0;
}

bool cli_passphrase_is_asked(const struct cli_options *options)
{
	return options->passphrase || options->passphrase_file || options->passphrase_fd ||
	       options->passphrase_command;
}

/* From an option but --passphrase; `out` stays empty without one. */
static int read_given(const struct cli_options *options, struct cli_passphrase *out)
{
	int given = !!options->passphrase_file + !!options->passphrase_fd +
		    !!options->passphrase_command;

	if (given > 1)
		return cli_report_usage(options, "cannot use more than one of --passphrase-file, "
						 "--passphrase-fd and --passphrase-command");
	if (options->passphrase_file)
		return read_file(options, options->passphrase_file, out);
	if (options->passphrase_fd)
		return read_numbered(options, out);
	if (options->passphrase_command)
		return read_command(options, out);
	return 0;
}

int cli_passphrase_read(const struct cli_options *options, struct cli_passphrase *out)
{
	bool is_export = options->verb->bit & (CLI_EXPORT | CLI_RUN);
	const char *file = getenv("MEDARK_PASSPHRASE_FILE");
	int code = read_given(options, out);

	if (code || out->size)
		return code;
	if (file && *file && (options->passphrase || !is_export))
		return read_file(options, file, out);
	if (!options->passphrase)
		return 0;
	return prompt(options, is_export ? "New passphrase of the archive" : "Passphrase",
		      other_options, is_export, out);
}

int cli_passphrase_read_new(const struct cli_options *options, const char *question,
			    struct cli_passphrase *out)
{
	int code = read_given(options, out);

	return code || out->size ? code : prompt(options, question, other_options, true, out);
}

/* Nowhere else than on the terminal: standard output may go into a file or a log. */
static int draw_for_zip(const struct cli_options *options, struct cli_passphrase *out)
{
	AUTO_FD int tty = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	struct medark_error err = { 0 };
	int code;

	_Static_assert(sizeof(out->bytes) >= MEDARK_PASSPHRASE_SIZE, "it has to have room");
	if (tty < 0)
		return cli_report_usage(options,
					"cannot show a new passphrase for the ZIP file: "
					"there is no terminal; give --zip-passphrase-file");
	code = medark_passphrase_new(out->bytes, &err);
	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "draw a passphrase",
								  .code = code,
								  .err = &err });
	out->size = strlen(out->bytes);
	if (dprintf(tty,
		    "passphrase of the ZIP file, shown this once; keep it apart from the file:\n"
		    "  %s\n",
		    out->bytes) < 0)
		return cli_report_error(options, CLI_FAILED, "cannot show the passphrase: %s",
					strerror(errno));
	return 0;
}

int cli_passphrase_for_zip(const struct cli_options *options, struct cli_passphrase *out)
{
	int code;

	if (options->zip_passphrase && options->zip_passphrase_file)
		return cli_report_usage(options, "cannot use more than one of --zip-passphrase and "
						 "--zip-passphrase-file");
	if (options->zip_passphrase_file)
		code = read_file(options, options->zip_passphrase_file, out);
	else if (options->zip_passphrase)
		code = prompt(options, "New passphrase of the ZIP file", "--zip-passphrase-file",
			      true, out);
	else
		code = draw_for_zip(options, out);
	if (!code)
		out->bytes[out->size] = '\0';
	return code;
}

/* PKCS#8 and the older PEM form both say so in clear. */
static bool is_encrypted(const char *key)
{
	AUTO_FD int fd = open(key, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	char *text;
	ssize_t n;
	bool found;

	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	text = calloc(1, KEY_FILE_MAX + 1);
	if (!text)
		return false;
	n = read(fd, text, KEY_FILE_MAX);
	found = n > 0 && (strstr(text, "BEGIN ENCRYPTED PRIVATE KEY") ||
			  strstr(text, "Proc-Type: 4,ENCRYPTED"));
	explicit_bzero(text, KEY_FILE_MAX);
	free(text);
	return found;
}

int cli_passphrase_is_pin(const struct cli_options *options, const char *key)
{
	struct medark_error err = { 0 };
	int is_pin = medark_key_needs_pin(key, &err);

	/* The URI is not quoted: it may hold what it must not. */
	if (is_pin < 0)
		(void)cli_report_usage(options, "cannot use the key in a token: %s", err.message);
	return is_pin;
}

int cli_passphrase_read_for_key(const struct cli_options *options, const char *key,
				const char *path, struct cli_passphrase *out)
{
	bool is_export = options->verb->bit == CLI_EXPORT;
	int in_token = cli_passphrase_is_pin(options, key);
	char question[256];

	if (in_token < 0)
		return CLI_USAGE;
	if (!in_token && !is_encrypted(key))
		return 0;
	if (path)
		return read_file(options, path, out);
	/* By hand it would work, and at night it would not. */
	if (options->verb->bit == CLI_RUN)
		return cli_report_usage(options,
					"cannot use the key '%s': it is %s, and "
					"'signer-key-passphrase-file' is missing",
					key, in_token ? "in a token" : "encrypted");
	(void)snprintf(question, sizeof(question), "%s of the key '%.160s'",
		       in_token ? "PIN" : "Passphrase", key);
	/* At an export --passphrase-file would add a passphrase to the archive instead. */
	return prompt(options, question, is_export ? "--signer-key-passphrase-file" : other_options,
		      false, out);
}
