/* SPDX-License-Identifier: Apache-2.0 */
#include "archives.h"

#include "report.h"

#include <medark/archive.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX	     ".medark"
#define STAMP	     "%Y%m%dT%H%M%SZ"
#define STAMP_SIZE   16 /* 20261122T031000Z */
#define ARCHIVES_MAX 100000
#define NAMES_TRIED  60

void cli_archives_clear(struct cli_archives *archives)
{
	if (archives->lock >= 0)
		(void)close(archives->lock);
	if (archives->fd >= 0)
		(void)close(archives->fd);
	archives->lock = archives->fd = -1;
}

static int fail(const struct cli_archives *archives, const char *what, int reason)
{
	return cli_report_error(archives->options, CLI_FAILED, "cannot %s in the folder '%s': %s",
				what, archives->folder, strerror(reason));
}

/* Who can write to it can take the newest archive away, and the chain would go on without it. */
static int check_folder(const struct cli_archives *archives)
{
	struct stat st;

	if (fstat(archives->fd, &st) < 0)
		return fail(archives, "look", errno);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return cli_report_error(archives->options, CLI_FAILED,
					"cannot use the folder '%s' of 'archives': it belongs to "
					"another user (number %lu); run medark as that user",
					archives->folder, (unsigned long)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return cli_report_error(archives->options, CLI_FAILED,
					"cannot use the folder '%s' of 'archives': others can "
					"write to it (mode %04o); chmod go-w it",
					archives->folder, (unsigned)st.st_mode & 07777u);
	if (faccessat(archives->fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return fail(archives, "write", errno);
	return 0;
}

int cli_archives_open(const struct cli_options *options, const char *name, const char *folder,
		      struct cli_archives *out)
{
	out->options = options;
	out->name = name;
	out->folder = folder;
	out->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->fd < 0)
		return cli_report_error(options, CLI_FAILED,
					"cannot open the folder '%s' of 'archives': %s", folder,
					strerror(errno));
	/* Room for the name of an archive, which is longer. */
	if (snprintf(out->next, sizeof(out->next), "%s/%s.next", folder, name) + STAMP_SIZE + 8 >=
	    (int)sizeof(out->next))
		return fail(out, "write", ENAMETOOLONG);
	return check_folder(out);
}

static int open_lock(const struct cli_archives *archives, int flags)
{
	char lock[NAME_MAX + 1];

	(void)snprintf(lock, sizeof(lock), ".%s.lock", archives->name);
	return openat(archives->fd, lock, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int cli_archives_lock(struct cli_archives *archives)
{
	archives->lock = open_lock(archives, O_RDWR | O_CREAT);
	if (archives->lock < 0)
		return fail(archives, "make a lock", errno);
	if (flock(archives->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fail(archives, "take the lock", errno);
	return cli_report_error(archives->options, CLI_FAILED,
				"cannot run '%s': another run of it is under way", archives->name);
}

bool cli_archives_is_locked(const struct cli_archives *archives)
{
	int fd = open_lock(archives, O_RDONLY);
	bool taken = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		(void)close(fd);
	return taken;
}

/* NAME-20261122T031000Z.medark */
static bool is_archive(const struct cli_archives *archives, const char *entry)
{
	static const char form[] = "ddddddddTddddddZ";
	size_t size = strlen(archives->name);

	if (strncmp(entry, archives->name, size) != 0 || entry[size] != '-')
		return false;
	entry += size + 1;
	for (const char *f = form; *f; f++, entry++)
		if (*f == 'd' ? *entry < '0' || *entry > '9' : *entry != *f)
			return false;
	return strcmp(entry, SUFFIX) == 0;
}

/* What a look through the folder has found. */
struct search {
	struct cli_archives *archives;
	size_t count, bad; /* archives; of them those that cannot be read */
	char best[NAME_MAX + 1], twin[NAME_MAX + 1];
	char newest_bad[NAME_MAX + 1]; /* by its name */
	int bad_code;
	struct medark_error bad_err;
};

static void note_bad(struct search *s, const char *entry, int code, const struct medark_error *err)
{
	s->bad++;
	if (strcmp(entry, s->newest_bad) <= 0)
		return;
	(void)snprintf(s->newest_bad, sizeof(s->newest_bad), "%s", entry);
	s->bad_code = code;
	s->bad_err = *err;
}

static int look_at(struct search *s, const char *entry)
{
	struct cli_archives *archives = s->archives;
	struct medark_error err = { 0 };
	struct medark_archive_info info;
	char path[PATH_MAX];
	int code;

	if (++s->count > ARCHIVES_MAX)
		return cli_report_error(archives->options, CLI_FAILED,
					"cannot use the folder '%s' of 'archives': it has more "
					"than %d archives of '%s'",
					archives->folder, ARCHIVES_MAX, archives->name);
	if (snprintf(path, sizeof(path), "%s/%s", archives->folder, entry) >= (int)sizeof(path))
		return fail(archives, "look", ENAMETOOLONG);
	code = medark_archive_inspect(path, &info, &err);
	if (code < 0) {
		note_bad(s, entry, code, &err);
		return 0;
	}
	if (!info.increment && info.sequence > archives->whole)
		archives->whole = info.sequence;
	if (s->best[0] && info.sequence == archives->sequence)
		(void)snprintf(s->twin, sizeof(s->twin), "%s", entry);
	if (s->best[0] && info.sequence <= archives->sequence)
		return 0;
	(void)snprintf(s->best, sizeof(s->best), "%s", entry);
	(void)snprintf(archives->previous, sizeof(archives->previous), "%s", path);
	archives->sequence = info.sequence;
	archives->size = info.size;
	s->twin[0] = '\0';
	return 0;
}

static int look_through(struct search *s)
{
	const struct cli_archives *archives = s->archives;
	DIR *folder = opendir(archives->folder);
	struct dirent *entry;
	int code = 0, reason = 0;

	if (!folder)
		return fail(archives, "look", errno);
	for (;;) {
		errno = 0;
		entry = readdir(folder);
		if (!entry) {
			reason = errno;
			break;
		}
		if (is_archive(archives, entry->d_name))
			code = look_at(s, entry->d_name);
		if (code)
			break;
	}
	(void)closedir(folder);
	return !code && reason ? fail(archives, "look", reason) : code;
}

static int refuse_bad(const struct search *s)
{
	return cli_report_failure(
		s->archives->options,
		&(struct cli_failure) {
			.action = "continue the chain of",
			.file = s->newest_bad,
			.hint = "put a good copy in its place; if there is none, move it out of "
				"the folder, and the chain goes on from the archive before it",
			.code = s->bad_code,
			.err = &s->bad_err });
}

int cli_archives_find_previous(struct cli_archives *archives)
{
	struct search s = { .archives = archives };
	char sentence[256];
	int code = look_through(&s);

	if (code)
		return code;
	if (s.bad && strcmp(s.newest_bad, s.best) > 0)
		return refuse_bad(&s);
	if (s.twin[0])
		return cli_report_error(archives->options, CLI_FAILED,
					"cannot continue the chain in '%s': '%s' and '%s' have the "
					"same number; move the one away that does not belong there",
					archives->folder, s.best, s.twin);
	if (s.bad) {
		(void)snprintf(sentence, sizeof(sentence),
			       "%zu older %s of '%s' cannot be read: medark verify tells of %s",
			       s.bad, s.bad == 1 ? "archive" : "archives", archives->name,
			       s.bad == 1 ? "it" : "them");
		cli_report_warning(archives->options, sentence);
	}
	return 0;
}

/* "2026-11-22T03:10:00Z" */
static bool read_time(const char *text, time_t *out)
{
	struct tm parts = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);

	if (!end || strcmp(end, "Z") != 0)
		return false;
	*out = timegm(&parts);
	return true;
}

static void name_archive(const struct cli_archives *archives, time_t when, char out[NAME_MAX + 1])
{
	char stamp[32] = "";
	struct tm parts;

	if (gmtime_r(&when, &parts))
		(void)strftime(stamp, sizeof(stamp), STAMP, &parts);
	(void)snprintf(out, NAME_MAX + 1, "%s-%s" SUFFIX, archives->name, stamp);
}

/* Moves `from`, or adds a name, if `to` is free. Nobody else writes here. 0 or an errno. */
static int give_name(const struct cli_archives *archives, const char *from, const char *to,
		     bool keeps)
{
	struct stat st;

	if (fstatat(archives->fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EEXIST;
	if (keeps ? linkat(archives->fd, from, archives->fd, to, 0) < 0
		  : renameat(archives->fd, from, archives->fd, to) < 0)
		return errno;
	return fsync(archives->fd) < 0 ? errno : 0;
}

/* The archive's own time is in its name; a second later if that is taken, and so on. */
static int give_time(const struct cli_archives *archives, bool keeps, char out[PATH_MAX])
{
	char from[NAME_MAX + 1], to[NAME_MAX + 1];
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	int code, reason = EEXIST;
	time_t when;

	code = medark_archive_inspect(archives->next, &info, &err);
	if (code < 0 || !read_time(info.created, &when))
		return cli_report_failure(
			archives->options,
			&(struct cli_failure) { .action = "read",
						.file = archives->next,
						.code = code < 0 ? code : MEDARK_E_FORMAT,
						.err = &err });
	(void)snprintf(from, sizeof(from), "%s.next", archives->name);
	for (int i = 0; reason == EEXIST && i < NAMES_TRIED; i++) {
		name_archive(archives, when + i, to);
		reason = give_name(archives, from, to, keeps);
	}
	if (reason)
		return cli_report_error(archives->options, CLI_FAILED,
					"cannot give '%s' the name '%s': %s", archives->next, to,
					strerror(reason));
	(void)snprintf(out, PATH_MAX, "%s/%s", archives->folder, to);
	return 0;
}

/*
 * It keeps its first name as well, until the next archive takes that: an export that finds it there
 * knows that what was fetched for it is not to be taken for new.
 */
int cli_archives_recover(struct cli_archives *archives)
{
	char given[PATH_MAX];
	struct stat st;

	if (stat(archives->next, &st) < 0)
		return errno == ENOENT ? 0 : fail(archives, "look", errno);
	return st.st_nlink > 1 ? 0 : give_time(archives, true, given);
}

int cli_archives_finish(struct cli_archives *archives, char out[PATH_MAX])
{
	return give_time(archives, false, out);
}

uint64_t cli_archives_room(const struct cli_archives *archives)
{
	struct statvfs st;

	return fstatvfs(archives->fd, &st) < 0 ? 0 : (uint64_t)st.f_bavail * st.f_frsize;
}
