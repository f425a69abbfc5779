/* SPDX-License-Identifier: Apache-2.0 */
#include "result_file.h"

#include "inputs.h"
#include "report.h"

#include <string.h>

static int fail(const struct cli_result_file *file, int code, const struct medark_error *err)
{
	return cli_report_failure(file->options, &(struct cli_failure) { .action = "write",
									 .file = file->path,
									 .code = code,
									 .err = err });
}

/* What stdio hands on. Of a write that failed the first sentence is kept. */
static ssize_t write_on(void *cookie, const char *data, size_t size)
{
	struct cli_result_file *file = cookie;

	if (file->code >= 0)
		file->code = medark_output_write(file->output, data, size, &file->err);
	return file->code < 0 ? 0 : (ssize_t)size;
}

int cli_result_file_open(struct cli_result_file *file, const struct cli_options *options,
			 const char *option, const char *path)
{
	int code = 0;

	if (strcmp(path, "-") == 0)
		return cli_report_usage(options, "cannot use '-' for %s: it must be a file",
					option);
	code = cli_inputs_check_file(options, option, path);
	if (!code)
		code = cli_inputs_check_outside(options, option, path);
	if (code)
		return code;
	*file = (struct cli_result_file) { .options = options, .path = path };
	code = medark_output_open(path, options->force, &file->output, &file->err);
	if (code < 0)
		return fail(file, code, &file->err);
	file->f = fopencookie(file, "w", (cookie_io_functions_t) { .write = write_on });
	return file->f ? 0 : cli_report_memory(options);
}

int cli_result_file_finish(struct cli_result_file *file)
{
	bool has_failed;

	if (!file->f)
		return 0;
	has_failed = fclose(file->f) != 0;
	file->f = NULL;
	if (file->code >= 0)
		file->code = has_failed ? MEDARK_E_MEMORY
					: medark_output_finish(file->output, &file->err);
	return file->code < 0 ? fail(file, file->code, &file->err) : 0;
}

void cli_result_file_clear(struct cli_result_file *file)
{
	if (file->f)
		(void)fclose(file->f);
	medark_output_free(file->output);
	file->f = NULL;
	file->output = NULL;
}
