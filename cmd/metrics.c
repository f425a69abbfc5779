/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EARLIER_MAX  (64 * 1024)
#define LAST_SUCCESS "medark_run_last_success_seconds"

/* Of the file that this run replaces; 0 if there is none, or it says nothing of the kind. */
static int64_t earlier_success(const char *path, const char *name)
{
	FILE *f = fopen(path, "re");
	char start[160], line[512];
	size_t size, left = EARLIER_MAX;
	int64_t found = 0;

	if (!f)
		return 0;
	size = (size_t)snprintf(start, sizeof(start), LAST_SUCCESS "{name=\"%s\"} ", name);
	while (!found && left && fgets(line, sizeof(line), f)) {
		if (strncmp(line, start, size) == 0)
			found = strtoll(line + size, NULL, 10);
		left -= strlen(line) < left ? strlen(line) : left;
	}
	(void)fclose(f);
	return found > 0 ? found : 0;
}

static void print_head(FILE *f, const char *key, const char *help)
{
	(void)fprintf(f, "# HELP medark_run_%s %s\n# TYPE medark_run_%s gauge\n", key, help, key);
}

static void print(FILE *f, const struct cli_metrics *m, const char *key, const char *help,
		  uint64_t value)
{
	print_head(f, key, help);
	(void)fprintf(f, "medark_run_%s{name=\"%s\"} %" PRIu64 "\n", key, m->name, value);
}

static void print_all(FILE *f, const struct cli_metrics *m, int64_t success)
{
	const struct medark_export_result none = { 0 };
	const struct medark_export_result *r = m->result ? m->result : &none;

	print(f, m, "last_start_seconds", "When the last run began, in seconds since 1970.",
	      (uint64_t)m->start);
	print(f, m, "last_success_seconds",
	      "When the last run that made an archive began, in seconds since 1970; 0: none has.",
	      (uint64_t)success);
	print(f, m, "exit_code", "Of the last run; 0: done, 6: done, but incomplete.",
	      (uint64_t)m->exit_code);
	print(f, m, "complete", "1 if the last run made an archive and nothing is missing in it.",
	      r->complete);
	print_head(f, "duration_seconds", "How long the last run took.");
	(void)fprintf(f, "medark_run_duration_seconds{name=\"%s\"} %.3f\n", m->name, m->duration);
	print(f, m, "sequence", "Number in its chain of the last run's archive; 0: it made none.",
	      r->sequence);
	print(f, m, "increment", "1 if the last run's archive holds only what has changed.",
	      r->increment);
	print(f, m, "records", "Records in the last run's archive.", r->records);
	print(f, m, "patients", "Patients in the last run's archive.", r->patients);
	print(f, m, "archive_bytes", "Size of the last run's archive.", r->archive_bytes);
	print(f, m, "quarantined", "What the last run's archive has in quarantine.",
	      r->quarantined);
	print(f, m, "skipped", "What the last run did not read.", r->skipped);
	print(f, m, "missing", "What a server has, and did not give to the last run.", r->missing);
}

static int fail(const struct cli_options *options, const char *path, int reason)
{
	return cli_report_error(options, CLI_FAILED, "cannot write the textfile '%s': %s", path,
				strerror(reason));
}

/* Its name does not end in .prom: half of it is not collected. */
static int write_partial(const char *partial, const struct cli_metrics *m, int64_t success)
{
	int fd, reason;
	bool failed;
	FILE *f;

	(void)unlink(partial);
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	f = fdopen(fd, "w");
	if (!f) {
		reason = errno;
		(void)close(fd);
		return reason;
	}
	print_all(f, m, success);
	/* The umask of a service that writes archives takes the right to read away. */
	failed = fflush(f) != 0 || fchmod(fd, 0644) < 0 || fsync(fd) < 0;
	reason = failed ? errno : 0;
	if (fclose(f) != 0 && !failed)
		reason = errno;
	return reason;
}

int cli_metrics_write(const struct cli_options *options, const char *path,
		      const struct cli_metrics *metrics)
{
	int64_t success =
		metrics->result ? (int64_t)metrics->start : earlier_success(path, metrics->name);
	char partial[PATH_MAX];
	int reason;

	if (snprintf(partial, sizeof(partial), "%s.part", path) >= (int)sizeof(partial))
		return fail(options, path, ENAMETOOLONG);
	reason = write_partial(partial, metrics, success);
	if (!reason && rename(partial, path) < 0)
		reason = errno;
	if (!reason)
		return CLI_DONE;
	(void)unlink(partial);
	return fail(options, path, reason);
}
