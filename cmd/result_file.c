/* SPDX-License-Identifier: Apache-2.0 */
#include "result_file.h"

#include "inputs.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const struct cli_result_file *file, int reason)
{
	struct medark_error err = { 0 };

	(void)snprintf(err.message, sizeof(err.message), "%s", strerror(reason));
	return cli_report_failure(
		file->options, &(struct cli_failure) { .action = "write",
						       .file = file->path,
						       .code = reason == EEXIST ? MEDARK_E_EXISTS
										: MEDARK_E_SYSTEM,
						       .err = &err });
}

/* What is no regular file, as a device, is never replaced. */
static bool is_taken(const struct cli_options *options, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (!options->force || !S_ISREG(st.st_mode));
}

int cli_result_file_open(struct cli_result_file *file, const struct cli_options *options,
			 const char *option, const char *path)
{
	int code = cli_inputs_check_file(options, option, path), fd, size;

	if (!code)
		code = cli_inputs_check_outside(options, option, path);
	if (code)
		return code;
	*file = (struct cli_result_file) { .options = options, .option = option, .path = path };
	if (is_taken(options, path))
		return fail(file, EEXIST);
	size = snprintf(file->partial, sizeof(file->partial), "%s.medark-partial-XXXXXX", path);
	if (size < 0 || (size_t)size >= sizeof(file->partial)) {
		file->partial[0] = '\0';
		return fail(file, ENAMETOOLONG);
	}
	fd = mkstemp(file->partial); /* for its owner alone */
	if (fd < 0) {
		file->partial[0] = '\0';
		return fail(file, errno);
	}
	file->f = fdopen(fd, "w");
	if (file->f)
		return 0;
	code = errno;
	(void)close(fd);
	return fail(file, code);
}

int cli_result_file_finish(struct cli_result_file *file)
{
	FILE *f = file->f;
	int reason = 0;

	if (!f)
		return 0;
	file->f = NULL;
	errno = EIO; /* of a write that failed before */
	if (ferror(f) || fflush(f) != 0 || fsync(fileno(f)) < 0)
		reason = errno;
	errno = 0;
	if (fclose(f) != 0 && !reason)
		reason = errno;
	if (!reason && file->options->force && rename(file->partial, file->path) < 0)
		reason = errno;
	if (!reason && !file->options->force && link(file->partial, file->path) < 0)
		reason = errno;
	if (reason)
		return fail(file, reason);
	(void)unlink(file->partial); /* its second name, where it has one */
	file->partial[0] = '\0';
	return 0;
}

void cli_result_file_clear(struct cli_result_file *file)
{
	if (file->f)
		(void)fclose(file->f);
	if (file->partial[0])
		(void)unlink(file->partial);
	file->f = NULL;
	file->partial[0] = '\0';
}
