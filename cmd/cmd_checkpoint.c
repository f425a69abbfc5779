/* SPDX-License-Identifier: Apache-2.0 */
/* medark checkpoint: what is there, signed, for an auditor to keep elsewhere. */
#include "verify_run.h"

#include "passphrase.h"
#include "report.h"
#include "text.h"

#include <inttypes.h>

static int write_one(const struct cli_options *options, const struct cli_verify_run *run)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase opens = { .size = 0 };
	struct medark_checkpoint_request request = { .path = options->out,
						     .replace = options->force,
						     .certificate = options->signer,
						     .key = options->signer_key };
	struct medark_error err = { 0 };
	struct cli_json json;
	int code = cli_passphrase_read_for_key(options, options->signer_key,
					       options->signer_key_passphrase_file, &opens);

	if (code)
		return code;
	request.passphrase = opens.size ? opens.bytes : NULL;
	request.passphrase_size = opens.size;
	code = medark_checkpoint_write(&run->latest, &request, &err);
	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "write the checkpoint",
								  .file = options->out,
								  .code = code,
								  .err = &err });
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", options->out);
		cli_json_number(&json, "sequence", run->latest.sequence);
		cli_json_text(&json, "archive", run->latest.archive);
		cli_json_text(&json, "manifest", run->latest.manifest);
		cli_json_number(&json, "archives", run->latest.archives);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_text_print(stdout, options->out);
		(void)printf(": up to sequence %" PRIu64 "; keep it where the archives are not\n",
			     run->latest.sequence);
	}
	return CLI_DONE;
}

int cmd_checkpoint(const struct cli_options *options)
{
	CLI_AUTO_VERIFY_RUN struct cli_verify_run run = { .options = options };
	struct cli_missing missing = { 0 };
	int code, written;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, !options->signer, "--signer CERT");
	cli_missing_add(&missing, !options->signer_key, "--signer-key KEY");
	cli_missing_add(&missing, !options->out, "--out FILE");
	if (missing.count)
		return cli_report_missing(options, &missing);
	code = cli_verify_run_begin(&run);
	if (!code)
		code = cli_verify_run(&run);
	/* Of archives that do not verify nothing is vouched for. */
	if (code != CLI_DONE && code != CLI_INCOMPLETE)
		return code;
	/* It names one archive, which holds those before it and no others. */
	if (run.apart > 1)
		return cli_report_usage(
			options,
			"cannot write the checkpoint '%s': the archives are %" PRIu64
			" chains, and a checkpoint is of one; give the archives of "
			"one chain, and make a checkpoint of each",
			options->out, run.apart);
	written = write_one(options, &run);
	return written ? written : code;
}
