/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include "report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Looks at one input; `what` is its option, or what an operand is. Non-zero stops. */
typedef int look_fn(void *context, const char *what, const char *path);

static int each_of(const struct cli_list *list, const char *what, look_fn *look, void *context)
{
	int code = 0;

	for (size_t i = 0; !code && i < list->count; i++)
		code = look(context, what, list->items[i]);
	return code;
}

static int each_input(const struct cli_options *options, look_fn *look, void *context)
{
	const struct {
		const char *what, *path;
	} files[] = {
		{ "--signer", options->signer },
		{ "--signer-key", options->signer_key },
		{ "--signer-key-passphrase-file", options->signer_key_passphrase_file },
		{ "--passphrase-file", options->passphrase_file },
		{ "--previous", options->previous },
		{ "--auth", options->auth },
		{ "MEDARK_TRUST", getenv("MEDARK_TRUST") },
		{ "MEDARK_IDENTITY", getenv("MEDARK_IDENTITY") },
		{ "MEDARK_PASSPHRASE_FILE", getenv("MEDARK_PASSPHRASE_FILE") },
	};
	bool exports = options->verb->bit & (CLI_EXPORT | CLI_RUN);
	const char *operands = exports ? "a source" : "the archive";
	int code = 0;

	for (size_t i = 0; !code && i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i].path && *files[i].path)
			code = look(context, files[i].what, files[i].path);
	if (!code)
		code = each_of(&options->recipients, "--recipient", look, context);
	if (!code)
		code = each_of(&options->escrows, "--escrow", look, context);
	if (!code)
		code = each_of(&options->trust, "--trust", look, context);
	if (!code)
		code = each_of(&options->identities, "--identity", look, context);
	if (!code)
		code = each_of(&options->signers, "--signed-by", look, context);
	if (!code)
		code = each_of(&options->olds, "--old", look, context);
	if (!code)
		code = each_of(&options->news, "--new", look, context);
	if (!code && options->verb->bit != CLI_KEY)
		code = each_of(&options->operands, operands, look, context);
	return code;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Is `path`, which is absolute and without links, in the folder, however deep? */
static bool stands_in(const char *path, const struct stat *folder)
{
	char parent[PATH_MAX];
	struct stat st;
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", path);
	while ((slash = strrchr(parent, '/'))) {
		slash[slash == parent] = '\0';
		if (stat(parent, &st) == 0 && is_same(&st, folder))
			return true;
		if (slash == parent)
			break;
	}
	return false;
}

struct output {
	const struct cli_options *options;
	const char *option, *path;
	char resolved[PATH_MAX]; /* of a file; empty: not known */
	struct stat st;
};

static const char *leaf_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The folder that a file's name stands in; false if there is none. */
static bool find_folder(const char *path, struct stat *out)
{
	char folder[PATH_MAX];
	size_t size = (size_t)(leaf_of(path) - path);

	if (size + 1 > sizeof(folder))
		return false;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)size, path);
	return stat(size ? folder : ".", out) == 0;
}

bool cli_inputs_is_same_place(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return is_same(&x, &y);
	return strcmp(leaf_of(a), leaf_of(b)) == 0 && find_folder(a, &x) && find_folder(b, &y) &&
	       is_same(&x, &y);
}

static int look_file(void *context, const char *what, const char *path)
{
	const struct output *out = context;
	bool is_stdin = out->options->verb->bit == CLI_EXPORT && strcmp(path, "-") == 0;
	struct stat st;

	if ((is_stdin ? fstat(STDIN_FILENO, &st) : stat(path, &st)) < 0)
		return 0;
	if (S_ISREG(st.st_mode) && is_same(&st, &out->st))
		return cli_report_usage(out->options,
					"cannot write to '%s' of %s: the same file is read (%s)",
					out->path, out->option, what);
	if (S_ISDIR(st.st_mode) && out->resolved[0] && stands_in(out->resolved, &st))
		return cli_report_usage(out->options,
					"cannot write to '%s' of %s: it stands in the source "
					"'%s' and would be read, too",
					out->path, out->option, path);
	return 0;
}

int cli_inputs_check_file(const struct cli_options *options, const char *option, const char *output)
{
	struct output out = { .options = options, .option = option, .path = output };

	if (strcmp(output, "-") == 0 || stat(output, &out.st) < 0)
		return 0;
	if (!realpath(output, out.resolved))
		out.resolved[0] = '\0';
	return each_input(options, look_file, &out);
}

static int look_outside(void *context, const char *what, const char *path)
{
	const struct output *out = context;
	struct stat st;

	(void)what;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode) || !stands_in(out->resolved, &st))
		return 0;
	return cli_report_usage(out->options,
				"cannot write to '%s' of %s: it stands in the source '%s' and "
				"would be read, too",
				out->path, out->option, path);
}

int cli_inputs_check_outside(const struct cli_options *options, const char *option,
			     const char *output)
{
	struct output out = { .options = options, .option = option, .path = output };
	size_t size = (size_t)(leaf_of(output) - output);
	char folder[PATH_MAX];

	if (size + 1 > sizeof(folder))
		return 0;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)size, output);
	if (!realpath(size ? folder : ".", out.resolved))
		return 0;
	size = strlen(out.resolved);
	if (size + sizeof("/x") > sizeof(out.resolved))
		return 0;
	memcpy(out.resolved + size, "/x", sizeof("/x")); /* whatever it will be called */
	return each_of(&options->operands, "a source", look_outside, &out);
}

static int look_folder(void *context, const char *what, const char *path)
{
	const struct output *out = context;
	char resolved[PATH_MAX];

	if (!realpath(path, resolved) || !stands_in(resolved, &out->st))
		return 0;
	return cli_report_usage(out->options,
				"cannot restore to '%s': the file '%s' of %s stands in it and "
				"could be overwritten",
				out->path, path, what);
}

static int look_archives(void *context, const char *what, const char *path)
{
	const struct output *out = context;
	struct stat st;

	(void)what;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	if (!is_same(&st, &out->st) && !stands_in(out->resolved, &st))
		return 0;
	return cli_report_usage(out->options,
				"cannot write archives to '%s': it stands in the source '%s', and "
				"each archive would hold those before it",
				out->path, path);
}

int cli_inputs_check_archives(const struct cli_options *options, const char *folder)
{
	struct output out = { .options = options, .path = folder };

	if (stat(folder, &out.st) < 0 || !realpath(folder, out.resolved))
		return 0;
	return each_of(&options->operands, "a source", look_archives, &out);
}

int cli_inputs_check_folder(const struct cli_options *options, const char *output)
{
	struct output out = { .options = options, .path = output };

	if (stat(output, &out.st) < 0 || !S_ISDIR(out.st.st_mode))
		return 0;
	return each_input(options, look_folder, &out);
}
