/* SPDX-License-Identifier: Apache-2.0 */
/* medark cosign: one more signature behind each archive. */
#include "access.h"
#include "passphrase.h"
#include "progress.h"
#include "report.h"
#include "text.h"

#include <medark/evidence.h>

static int cosign_one(const struct cli_options *options, const struct cli_access *shared,
		      const struct cli_passphrase *opens, const char *path)
{
	const struct medark_cosign_request request = {
		.archive = path,
		.trust = shared->trust,
		.certificate = options->signer,
		.key = options->signer_key,
		.passphrase = opens->size ? opens->bytes : NULL,
		.passphrase_size = opens->size,
		.threads = (unsigned)options->threads,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	struct cli_json json;
	int code;

	cli_progress_begin(&progress, options, path);
	code = medark_archive_cosign(&request, &progress.events, &err);
	cli_progress_end(&progress);
	if (code < 0)
		return cli_access_failed(options, "sign", path, code, &err);
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", path);
		cli_json_bool(&json, "signed", true);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_text_print(stdout, path);
		(void)printf(": verified and signed\n");
	}
	return CLI_DONE;
}

int cmd_cosign(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access shared = { 0 };
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct cli_missing missing = { 0 };
	int code = 0;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, !options->signer, "--signer CERT");
	cli_missing_add(&missing, !options->signer_key, "--signer-key KEY");
	if (missing.count)
		return cli_report_missing(options, &missing);
	for (size_t i = 0; !code && i < options->operands.count; i++)
		code = cli_access_check_archive(options, options->operands.items[i]);
	if (!code)
		code = cli_access_trust(options, &shared);
	if (!code)
		code = cli_passphrase_read_for_key(options, options->signer_key,
						   options->signer_key_passphrase_file, &opens);
	if (code)
		return code;
	for (size_t i = 0; code != CLI_INTERRUPTED && i < options->operands.count; i++) {
		int one = cosign_one(options, &shared, &opens, options->operands.items[i]);

		code = one > code ? one : code;
	}
	return code;
}
