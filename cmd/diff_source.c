/* SPDX-License-Identifier: Apache-2.0 */
#include "diff.h"
#include "inputs.h"
#include "progress.h"
#include "scratch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder for its owner alone, with a signer that nobody keeps, and the archive. */
struct scratch {
	char folder[PATH_MAX], prefix[PATH_MAX], cert[PATH_MAX], key[PATH_MAX], archive[PATH_MAX];
	char passphrase[MEDARK_PASSPHRASE_SIZE];
};

static void scratch_clear(struct scratch *s)
{
	explicit_bzero(s->passphrase, sizeof(s->passphrase));
	if (!s->folder[0])
		return;
	(void)unlink(s->cert);
	(void)unlink(s->key);
	(void)unlink(s->archive);
	(void)rmdir(s->folder);
}

void cli_diff_source_clear(struct cli_diff_source *source)
{
	medark_archive_free(source->archive);
	medark_identity_free(source->identity);
	medark_trust_free(source->trust);
}

static int fail(const struct cli_options *options, const char *path, int code,
		const struct medark_error *err)
{
	return cli_access_failed(options, "read", path, code, err);
}

static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
	int size = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return size > 0 && size < PATH_MAX;
}

static int make_folder(const struct cli_options *options, struct scratch *out)
{
	char folder[PATH_MAX];

	if (join(folder, cli_scratch_folder(), "medark-diff") &&
	    cli_inputs_check_outside(options, "TMPDIR", folder) != 0)
		return CLI_USAGE;
	if (!join(folder, cli_scratch_folder(), "medark-diff-XXXXXX") || !mkdtemp(folder))
		return cli_report_error(options, CLI_FAILED,
					"cannot make a temporary folder in '%s': %s",
					cli_scratch_folder(), strerror(errno));
	if (!join(out->prefix, folder, "signer") || !join(out->cert, folder, "signer.cert.pem") ||
	    !join(out->key, folder, "signer.key.pem") ||
	    !join(out->archive, folder, "new.medark")) {
		(void)rmdir(folder);
		return cli_report_error(options, CLI_FAILED,
					"cannot make a temporary folder in '%s': its name is too "
					"long",
					cli_scratch_folder());
	}
	memcpy(out->folder, folder, sizeof(folder));
	return 0;
}

static int configure(const struct cli_options *options, struct medark_export *e, const char *path,
		     struct scratch *s, struct medark_error *err)
{
	const struct medark_key_request signer = { .role = MEDARK_ROLE_SIGNER,
						   .common_name = "medark diff",
						   .prefix = s->prefix };
	int code = medark_passphrase_new(s->passphrase, err);

	if (code >= 0)
		code = medark_key_create(&signer, err);
	if (code >= 0)
		code = medark_export_add_source(e, path, err);
	if (code >= 0)
		code = medark_export_add_passphrase(e, s->passphrase, strlen(s->passphrase), err);
	if (code >= 0)
		code = medark_export_set_signer(e, s->cert, s->key, NULL, 0, err);
	if (code >= 0)
		code = medark_export_set_auth(e, options->auth, err);
	if (code >= 0)
		code = medark_export_set_threads(e, (unsigned)options->threads, err);
	return code;
}

static int export_source(const struct cli_options *options, const char *path, struct scratch *s,
			 struct cli_diff_source *out, struct medark_error *err)
{
	struct medark_export *e = NULL;
	struct cli_progress progress;
	int code = medark_export_new(&e, err);

	if (code >= 0)
		code = configure(options, e, path, s, err);
	if (code >= 0) {
		cli_progress_begin(&progress, options, path);
		code = medark_export_run(e, s->archive, false, &progress.events, &out->result, err);
		cli_progress_end(&progress);
	}
	medark_export_free(e);
	return code;
}

static int open_archive(const struct scratch *s, struct cli_diff_source *out,
			struct medark_error *err)
{
	int code = medark_trust_new(&out->trust, err);

	if (code >= 0)
		code = medark_trust_add_file(out->trust, s->cert, err);
	if (code >= 0)
		code = medark_identity_new(&out->identity, err);
	if (code >= 0)
		code = medark_identity_add_passphrase(out->identity, s->passphrase,
						      strlen(s->passphrase), err);
	if (code >= 0)
		code = medark_archive_open(s->archive, out->trust, out->identity, &out->archive,
					   err);
	return code;
}

int cli_diff_source_open(const struct cli_options *options, const char *path,
			 struct cli_diff_source *out)
{
	__attribute__((cleanup(scratch_clear))) struct scratch scratch = { .folder = "" };
	struct medark_error err = { 0 };
	int code = make_folder(options, &scratch);

	if (code)
		return code;
	code = export_source(options, path, &scratch, out, &err);
	if (code >= 0)
		code = open_archive(&scratch, out, &err);
	if (code < 0)
		return fail(options, path, code, &err);
	if (out->result.archives)
		return cli_report_usage(options,
					"cannot compare '%s': it holds an archive of medark; name "
					"the archive itself",
					path);
	return 0;
}
