/* SPDX-License-Identifier: Apache-2.0 */
/* medark verify: every file is checked and reported; the exit code is the worst of all. */
#include "verify_run.h"

#include "report.h"

int cmd_verify(const struct cli_options *options)
{
	CLI_AUTO_VERIFY_RUN struct cli_verify_run run = { .options = options };
	struct cli_missing missing = { 0 };
	int code, written;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, options->signer && !options->signer_key, "--signer-key KEY");
	cli_missing_add(&missing, options->signer_key && !options->signer, "--signer CERT");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->signer && !options->report)
		return cli_report_usage(options,
					"cannot verify: --signer is for --report, which is "
					"missing");
	code = cli_verify_run_begin(&run);
	if (code)
		return code;
	code = cli_verify_run(&run);
	if (code == CLI_INTERRUPTED)
		return code;
	written = cli_verify_page_write(&run.page, code);
	cli_verify_run_verdict(&run);
	return cli_report_worse(written, code);
}
