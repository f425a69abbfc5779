/* SPDX-License-Identifier: Apache-2.0 */
#include "conf.h"

#include "closest.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF_MAX   (64 * 1024) /* bytes of a file */
#define KEYS_MAX   64
#define FOLDER	   "/etc/medark"
#define CREDENTIAL "$CREDENTIALS_DIRECTORY/"

/* The keys that are no option of export. */
static const struct cli_option own_keys[] = {
	{ .name = "source", .kind = CLI_LIST, .offset = offsetof(struct cli_options, operands) },
	{ .name = "archives", .kind = CLI_TEXT },
	{ .name = "textfile", .kind = CLI_TEXT },
	{ .name = "full-every",
	  .kind = CLI_NUMBER,
	  .offset = offsetof(struct cli_options, full_every),
	  .min = 1,
	  .max = 1000 },
};
#define OWN (sizeof(own_keys) / sizeof(own_keys[0]))

/* Options of export that are no keys, and why. */
static const struct {
	const char *name, *why;
} refused[] = {
	{ "out", "the archive gets its name from NAME and the time, in the folder of 'archives'" },
	{ "previous", "the newest archive in the folder of 'archives' is continued" },
	{ "since", "'full-every' says which archives hold only what has changed" },
	{ "passphrase", "nobody is there to be asked; 'passphrase-file' names a file" },
	{ "passphrase-fd", "secrets come from files: 'passphrase-file' names one" },
	{ "passphrase-command", "secrets come from files: 'passphrase-file' names one" },
	{ "force", "a run never replaces an archive" },
	{ "json", "it is for the command line" },
	{ "quiet", "it is for the command line" },
	{ "verbose", "it is for the command line" },
	{ "help", "it is for the command line" },
};
#define REFUSED (sizeof(refused) / sizeof(refused[0]))

/* One reading of a file. */
struct reader {
	struct cli_conf *conf;
	const struct cli_option *keys[KEYS_MAX];
	bool seen[KEYS_MAX];
	size_t count;
	unsigned line; /* from 1 */
};

static const char *why_refused(const char *name)
{
	for (size_t i = 0; i < REFUSED; i++)
		if (strcmp(refused[i].name, name) == 0)
			return refused[i].why;
	return NULL;
}

static void list_keys(struct reader *r)
{
	for (size_t i = 0; i < OWN; i++)
		r->keys[r->count++] = &own_keys[i];
	for (size_t i = 0; i < cli_option_count && r->count < KEYS_MAX; i++)
		if ((cli_option_table[i].verbs & CLI_EXPORT) &&
		    !why_refused(cli_option_table[i].name))
			r->keys[r->count++] = &cli_option_table[i];
}

static const char *key_name(size_t i, const void *context)
{
	return ((const struct reader *)context)->keys[i]->name;
}

static int refuse(const struct reader *r, const char *why)
{
	return cli_report_usage(&r->conf->options, "cannot use '%s': line %u: %s", r->conf->path,
				r->line, why);
}

static int refuse_key(const struct reader *r, const char *key)
{
	const char *why = why_refused(key), *near;
	char sentence[512];

	if (why) {
		(void)snprintf(sentence, sizeof(sentence), "'%s' is no key here: %s", key, why);
		return refuse(r, sentence);
	}
	near = cli_closest(key, r->count, key_name, r);
	(void)snprintf(sentence, sizeof(sentence), "the key '%.64s' is unknown%s%s%s", key,
		       near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return refuse(r, sentence);
}

/*
 * systemd gives a service its credentials in a folder of its own, which only a variable names. The
 * value is replaced by a copy that the options own.
 */
static int expand(const struct reader *r, char **value)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct cli_list *owned = &r->conf->options.hidden;
	const char **items;
	char *path = NULL;

	if (strncmp(*value, CREDENTIAL, strlen(CREDENTIAL)) != 0)
		return 0;
	if (!folder || *folder != '/')
		return refuse(r, "CREDENTIALS_DIRECTORY is not set: systemd sets it for a service "
				 "with LoadCredential=");
	items = realloc(owned->items, (owned->count + 1) * sizeof(*items));
	if (items)
		owned->items = items;
	if (!items || asprintf(&path, "%s/%s", folder, *value + strlen(CREDENTIAL)) < 0)
		return cli_report_memory(&r->conf->options);
	owned->items[owned->count++] = path;
	*value = path;
	return 0;
}

static int take(struct reader *r, const char *key, char *value)
{
	struct cli_conf *conf = r->conf;
	char shown[PATH_MAX + 128];
	size_t i = 0;
	int code;

	while (i < r->count && strcmp(r->keys[i]->name, key) != 0)
		i++;
	if (i == r->count)
		return refuse_key(r, key);
	code = expand(r, &value);
	if (code)
		return code;
	(void)snprintf(shown, sizeof(shown), "'%s' in '%s', line %u", key, conf->path, r->line);
	if (r->keys[i] != &own_keys[1] && r->keys[i] != &own_keys[2])
		return cli_option_apply(&conf->options, r->keys[i], value, shown, &r->seen[i]);
	if (r->seen[i])
		return cli_report_usage(&conf->options, "cannot use %s: it is given twice", shown);
	if (!*value)
		return cli_report_usage(&conf->options, "cannot use %s: its value is empty", shown);
	r->seen[i] = true;
	*(r->keys[i] == &own_keys[1] ? &conf->archives : &conf->textfile) = value;
	return 0;
}

static char *trim(char *text)
{
	size_t size;

	text += strspn(text, " \t");
	size = strlen(text);
	while (size && strchr(" \t\r", text[size - 1]))
		size--;
	text[size] = '\0';
	return text;
}

static int read_line(struct reader *r, char *line)
{
	char *equals;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	for (const char *p = line; *p; p++)
		if ((unsigned char)*p < 0x20 && *p != '\t')
			return refuse(r, "it holds a control character");
	equals = strchr(line, '=');
	if (!equals || equals == line)
		return refuse(r, "it is no 'key = value'");
	*equals = '\0';
	return take(r, trim(line), trim(equals + 1));
}

static int read_lines(struct cli_conf *conf)
{
	struct reader r = { .conf = conf };
	char *line = conf->text;
	int code = 0;

	list_keys(&r);
	while (!code && *line) {
		char *end = line + strcspn(line, "\n");
		char *next = end + (*end == '\n');

		*end = '\0';
		r.line++;
		code = read_line(&r, line);
		line = next;
	}
	return code;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* Whoever can write to it chooses who can open the archives. */
static int check_file(const struct cli_options *options, const char *path, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return cli_report_error(options, CLI_FAILED,
					"cannot use '%s': it is no regular file", path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot use '%s': the file belongs to another user", path);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return cli_report_error(options, CLI_FAILED,
					"cannot use '%s': others can write to it (mode %04o); "
					"chmod go-w it",
					path, (unsigned)st->st_mode & 07777u);
	return 0;
}

static int read_text(const struct cli_options *options, struct cli_conf *conf)
{
	__attribute__((cleanup(close_fd))) int fd =
		open(conf->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t size = 0;
	ssize_t n;
	int code;

	if (fd < 0 && errno == ENOENT)
		return cli_report_usage(options,
					"cannot run it: there is no '%s': write it, or name its "
					"folder with --config",
					conf->path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return cli_report_error(options, CLI_FAILED, "cannot read '%s': %s", conf->path,
					strerror(errno));
	code = check_file(options, conf->path, &st);
	if (code)
		return code;
	conf->text = malloc(CONF_MAX + 2);
	if (!conf->text)
		return cli_report_memory(options);
	do {
		n = read(fd, conf->text + size, CONF_MAX + 1 - size);
		size += n > 0 ? (size_t)n : 0;
	} while (n > 0 && size <= CONF_MAX);
	if (n < 0)
		return cli_report_error(options, CLI_FAILED, "cannot read '%s': %s", conf->path,
					strerror(errno));
	conf->text[size] = '\0';
	if (size > CONF_MAX)
		return cli_report_usage(options, "cannot use '%s': it is larger than %d bytes",
					conf->path, CONF_MAX);
	if (strlen(conf->text) != size)
		return cli_report_usage(options, "cannot use '%s': it holds a NUL", conf->path);
	return 0;
}

static bool name_file(const char *folder, const char *below, const char *name, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s%s/%s.conf", folder, below, name) < PATH_MAX;
}

/* The first of --config, MEDARK_CONFIG, the user's own folder if it has the file, /etc/medark. */
static bool find(const struct cli_options *options, const char *name, char out[PATH_MAX])
{
	const char *given = options->config ? options->config : getenv("MEDARK_CONFIG");
	const char *own = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (given && *given)
		return name_file(given, "", name, out);
	if (own && *own == '/' && name_file(own, "/medark", name, out) && access(out, F_OK) == 0)
		return true;
	if (!(own && *own == '/') && home && *home == '/' &&
	    name_file(home, "/.config/medark", name, out) && access(out, F_OK) == 0)
		return true;
	return name_file(FOLDER, "", name, out);
}

static int enter_folder(const struct cli_conf *conf)
{
	char folder[PATH_MAX];
	size_t size = (size_t)(strrchr(conf->path, '/') - conf->path);

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(size ? size : 1), conf->path);
	if (chdir(folder) == 0)
		return 0;
	return cli_report_error(&conf->options, CLI_FAILED, "cannot go into the folder '%s': %s",
				folder, strerror(errno));
}

int cli_conf_read(const struct cli_options *options, const char *name, struct cli_conf *out)
{
	int code;

	out->options = (struct cli_options) { .verb = options->verb,
					      .json = options->json,
					      .quiet = options->quiet,
					      .verbose = options->verbose };
	if (!find(options, name, out->path))
		return cli_report_usage(options,
					"cannot run '%s': the name of its file is too "
					"long",
					name);
	code = read_text(options, out);
	if (!code)
		code = read_lines(out);
	out->options.config_file = out->path;
	return code ? code : enter_folder(out);
}

void cli_conf_clear(struct cli_conf *conf)
{
	cli_options_clear(&conf->options);
	free(conf->text);
}
