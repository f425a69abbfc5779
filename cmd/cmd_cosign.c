/* SPDX-License-Identifier: Apache-2.0 */
/* medark cosign: one more signature behind each archive. */
#include "access.h"
#include "archive_list.h"
#include "passphrase.h"
#include "progress.h"
#include "report.h"
#include "text.h"

#include <medark/evidence.h>

#include <string.h>

/* One archive that is to be signed; all is borrowed. */
struct cosign {
	const struct cli_options *options;
	const struct cli_access *shared;
	const struct cli_passphrase *opens;
	const struct medark_certificate_info *signer;
	const char *path;
};

static void report_one(const struct cosign *c, bool is_added)
{
	struct cli_json json;

	if (c->options->json) {
		cli_report_json(c->options, &json, "summary");
		cli_json_text(&json, "file", c->path);
		cli_json_bool(&json, "signed", true);
		cli_json_bool(&json, "added", is_added);
		cli_json_end(&json);
	} else if (!c->options->quiet) {
		cli_text_print(stdout, c->path);
		(void)printf(
			is_added ? ": verified and signed\n"
				 : ": was signed with this certificate before; one signature of "
				   "it is enough\n");
		(void)fflush(stdout);
	}
}

/* Has this certificate signed it? That is seen without reading the archive's data. */
static int has_signed(const struct cosign *c, bool *out)
{
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	int code = medark_archive_settle(c->path, &err);

	if (code < 0)
		return cli_access_failed(c->options, "sign", c->path, code, &err);
	code = cli_access_info(c->options, c->shared, c->path, &info);
	if (code)
		return code;
	*out = strcmp(info.signer_fingerprint, c->signer->fingerprint) == 0;
	for (uint32_t i = 0; i < info.signature_count; i++)
		*out |= strcmp(info.signatures[i].fingerprint, c->signer->fingerprint) == 0;
	return 0;
}

static int cosign_one(const struct cosign *c)
{
	const struct medark_cosign_request request = {
		.archive = c->path,
		.trust = c->shared->trust,
		.certificate = c->options->signer,
		.key = c->options->signer_key,
		.passphrase = c->opens->size ? c->opens->bytes : NULL,
		.passphrase_size = c->opens->size,
		.threads = (unsigned)c->options->threads,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	bool is_there = false;
	int code = has_signed(c, &is_there);

	if (code)
		return code;
	if (!is_there) {
		cli_progress_begin(&progress, c->options, c->path);
		code = medark_archive_cosign(&request, &progress.events, &err);
		cli_progress_end(&progress);
	}
	if (code < 0)
		return cli_access_failed(c->options, "sign", c->path, code, &err);
	report_one(c, !is_there);
	return CLI_DONE;
}

int cmd_cosign(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access shared = { 0 };
	CLI_AUTO_ARCHIVE_LIST struct cli_archive_list list = { 0 };
	struct medark_certificate_info signer;
	struct medark_error err = { 0 };
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, !options->signer, "--signer CERT");
	cli_missing_add(&missing, !options->signer_key, "--signer-key KEY");
	if (missing.count)
		return cli_report_missing(options, &missing);
	code = cli_archive_list_fill(options, &list);
	if (!code)
		code = cli_access_trust(options, &shared);
	if (!code)
		code = cli_passphrase_read_for_key(options, options->signer_key,
						   options->signer_key_passphrase_file, &opens);
	if (code)
		return code;
	code = medark_certificate_describe(options->signer, &signer, &err);
	if (code < 0)
		return cli_access_failed(options, "use the certificate", options->signer, code,
					 &err);
	/* One that cannot be signed keeps the others from nothing. */
	for (size_t i = 0; code != CLI_INTERRUPTED && i < list.count; i++) {
		struct cosign each = { options, &shared, &opens, &signer, list.paths[i] };

		code = cli_report_worse(code, cosign_one(&each));
	}
	return code;
}
