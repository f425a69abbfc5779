/* SPDX-License-Identifier: Apache-2.0 */
/* medark stamp: a time stamp behind each archive, and revocation lists beside it. */
#include "access.h"
#include "archive_list.h"
#include "info.h"
#include "progress.h"
#include "report.h"
#include "text.h"

#include <medark/evidence.h>

#include <string.h>

/* `is_new`: it was stamped now. */
static int report_one(const struct cli_options *options, const struct cli_access *shared,
		      const char *path, bool is_new)
{
	struct medark_archive_info info;
	struct cli_json json;
	int code = cli_access_info(options, shared, path, &info);

	if (code)
		return code;
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", path);
		cli_json_number(&json, "stamps", info.stamp_count);
		cli_json_number(&json, "revocation_lists", info.crl_count);
		cli_json_text_or_null(&json, "proven_at", info.proven_at);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_text_print(stdout, path);
		if (is_new)
			(void)printf(": stamped; it was signed before %s\n", info.proven_at);
		else
			(void)printf(": it has %u revocation %s now\n", info.crl_count,
				     cli_text_number(info.crl_count, "list", "lists"));
		(void)fflush(stdout);
	}
	return CLI_DONE;
}

/* What the library says of one. */
#define AUTHORITY "the time stamping authority "

/* Does it have a stamp that is trusted, and will be for some time? */
static int has_stamp(const struct cli_options *options, const struct cli_access *shared,
		     const char *path, bool *out)
{
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	int code;

	*out = false;
	code = medark_archive_settle(path, &err);
	if (code < 0)
		return cli_access_failed(options, "stamp", path, code, &err);
	if (!options->tsa || options->force)
		return 0;
	code = cli_access_info(options, shared, path, &info);
	if (code)
		return code;
	*out = cli_info_stamp_lasts(&info);
	if (*out && !options->crls.count && !options->quiet && !options->json) {
		cli_text_print(stdout, path);
		(void)printf(": has a time stamp until %s; --force stamps it again\n",
			     info.stamped_until);
	}
	return 0;
}

/* Beside the signer's anchor an authority needs its own. */
static int failed(const struct cli_options *options, const char *path, int code,
		  const struct medark_error *err)
{
	bool is_authority = code == MEDARK_E_UNTRUSTED &&
			    strncmp(err->message, AUTHORITY, sizeof(AUTHORITY) - 1) == 0;

	return cli_report_failure(
		options,
		&(struct cli_failure) {
			.action = "stamp",
			.file = path,
			.hint = is_authority
					? "its trust anchor goes with --tsa-trust FILE, which may "
					  "be given several times"
					: NULL,
			.code = code,
			.err = err });
}

static int stamp_one(const struct cli_options *options, const struct cli_access *shared,
		     const char *path)
{
	struct medark_stamp_request request = {
		.archive = path,
		.trust = shared->trust,
		.url = options->tsa,
		.ca_file = options->tsa_ca,
		.crls = options->crls.items,
		.crl_count = options->crls.count,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	bool is_stamped;
	int code = has_stamp(options, shared, path, &is_stamped);

	if (code)
		return code;
	if (is_stamped)
		request.url = NULL;
	if (!request.url && !request.crl_count)
		return options->json ? report_one(options, shared, path, false) : CLI_DONE;
	cli_progress_begin(&progress, options, path);
	code = medark_archive_stamp(&request, &progress.events, &err);
	cli_progress_end(&progress);
	if (code < 0)
		return failed(options, path, code, &err);
	return report_one(options, shared, path, request.url != NULL);
}

int cmd_stamp(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access shared = { 0 };
	CLI_AUTO_ARCHIVE_LIST struct cli_archive_list list = { 0 };
	struct cli_missing missing = { 0 };
	int code;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, !options->tsa && !options->crls.count,
			"--tsa URL (or --crl FILE)");
	if (missing.count)
		return cli_report_missing(options, &missing);
	code = cli_archive_list_fill(options, &list);
	if (!code)
		code = cli_access_trust(options, &shared);
	if (code)
		return code;
	/* One that cannot be stamped keeps the others from nothing. */
	for (size_t i = 0; code != CLI_INTERRUPTED && i < list.count; i++)
		code = cli_report_worse(code, stamp_one(options, &shared, list.paths[i]));
	return code;
}
