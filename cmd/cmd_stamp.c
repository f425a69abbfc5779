/* SPDX-License-Identifier: Apache-2.0 */
/* medark stamp: a time stamp behind each archive, and revocation lists beside it. */
#include "access.h"
#include "progress.h"
#include "report.h"
#include "text.h"

#include <medark/evidence.h>

#include <string.h>
#include <time.h>

static int report_one(const struct cli_options *options, const struct cli_access *shared,
		      const char *path)
{
	CLI_AUTO_ACCESS struct cli_access own = { 0 };
	struct cli_access with = { .trust = shared->trust };
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	struct cli_json json;
	int code = cli_access_open(options, &with, path);

	if (code)
		return code;
	own.archive = with.archive;
	code = medark_archive_info(own.archive, &info, &err);
	if (code < 0)
		return cli_access_failed(options, "stamp", path, code, &err);
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", path);
		cli_json_number(&json, "stamps", info.stamp_count);
		cli_json_number(&json, "revocation_lists", info.crl_count);
		cli_json_text_or_null(&json, "proven_at", info.proven_at);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_text_print(stdout, path);
		if (options->tsa)
			(void)printf(": stamped; it was signed before %s\n", info.proven_at);
		else
			(void)printf(": it has %u revocation lists now\n", info.crl_count);
	}
	return CLI_DONE;
}

/* A stamp that is good for so long needs no other one. */
#define ENOUGH_SECONDS (30 * 86400.0)

/* Does it have a stamp that is trusted, and will be for some time? */
static int has_stamp(const struct cli_options *options, const struct cli_access *shared,
		     const char *path, bool *out)
{
	CLI_AUTO_ACCESS struct cli_access own = { 0 };
	struct cli_access with = { .trust = shared->trust };
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	struct tm tm = { 0 };
	int code;

	*out = false;
	code = medark_archive_settle(path, &err);
	if (code < 0)
		return cli_access_failed(options, "stamp", path, code, &err);
	if (!options->tsa || options->force)
		return 0;
	code = cli_access_open(options, &with, path);
	if (code)
		return code;
	own.archive = with.archive;
	code = medark_archive_info(own.archive, &info, &err);
	if (code < 0)
		return cli_access_failed(options, "stamp", path, code, &err);
	*out = strptime(info.stamped_until, "%Y-%m-%dT%H:%M:%SZ", &tm) &&
	       difftime(timegm(&tm), time(NULL)) > ENOUGH_SECONDS;
	if (*out && !options->quiet && !options->json) {
		cli_text_print(stdout, path);
		(void)printf(": has a time stamp until %s; --force stamps it again\n",
			     info.stamped_until);
	}
	return 0;
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
		return options->json ? report_one(options, shared, path) : CLI_DONE;
	cli_progress_begin(&progress, options, path);
	code = medark_archive_stamp(&request, &progress.events, &err);
	cli_progress_end(&progress);
	if (code < 0)
		return cli_access_failed(options, "stamp", path, code, &err);
	return report_one(options, shared, path);
}

int cmd_stamp(const struct cli_options *options)
{
	CLI_AUTO_ACCESS struct cli_access shared = { 0 };
	struct cli_missing missing = { 0 };
	int code = 0;

	cli_access_missing(options, false, &missing);
	cli_missing_add(&missing, !options->tsa && !options->crls.count,
			"--tsa URL (or --crl FILE)");
	if (missing.count)
		return cli_report_missing(options, &missing);
	for (size_t i = 0; !code && i < options->operands.count; i++)
		code = cli_access_check_archive(options, options->operands.items[i]);
	if (!code)
		code = cli_access_trust(options, &shared);
	if (code)
		return code;
	/* One that cannot be stamped keeps the others from nothing. */
	for (size_t i = 0; code != CLI_INTERRUPTED && i < options->operands.count; i++) {
		int one = stamp_one(options, &shared, options->operands.items[i]);

		code = one > code ? one : code;
	}
	return code;
}
