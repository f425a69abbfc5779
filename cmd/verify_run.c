/* SPDX-License-Identifier: Apache-2.0 */
#include "verify_run.h"

#include "info.h"
#include "inputs.h"
#include "progress.h"
#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <medark/verify.h>

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So many archives are told in a line each. */
#define LINES_FROM   9
#define SENTENCE_MAX 1024

void cli_verify_run_clear(struct cli_verify_run *run)
{
	free(run->numbers);
	medark_chain_free(run->chain);
	cli_verify_page_clear(&run->page);
	cli_archive_list_clear(&run->list);
	cli_access_clear(&run->shared);
}

/* What would fail at the end is found at the beginning: a year takes its time. */
static int check_outputs(const struct cli_options *options)
{
	const char *path = options->verb->bit == CLI_CHECKPOINT ? options->out : options->report;
	char signature[PATH_MAX];
	int code;

	if (!path)
		return 0;
	if (options->report && strcmp(path, "-") == 0)
		return cli_report_usage(options, "cannot use '-' for --report: it must be a file");
	/* With --force, too: an archive is no report. */
	code = cli_inputs_check_file(options, options->report ? "--report" : "--out", path);
	if (code || options->force)
		return code;
	(void)snprintf(signature, sizeof(signature), "%s.p7s", path);
	if (access(path, F_OK) == 0 ||
	    (options->report && options->signer && access(signature, F_OK) == 0))
		return cli_report_error(options, CLI_FAILED,
					"cannot write '%s': it is there already; choose another "
					"name, or give --force",
					access(path, F_OK) == 0 ? path : signature);
	return 0;
}

static int read_checkpoint(struct cli_verify_run *run)
{
	const struct cli_options *options = run->options;
	struct medark_error err = { 0 };
	int code;

	if (!options->checkpoint)
		return 0;
	code = medark_checkpoint_read(options->checkpoint, run->shared.trust, &run->page.checkpoint,
				      &err);
	run->page.has_checkpoint = code >= 0;
	if (code >= 0)
		return 0;
	return cli_report_failure(
		options,
		&(struct cli_failure) {
			.action = "use the checkpoint",
			.file = options->checkpoint,
			.hint = code == MEDARK_E_UNTRUSTED
					? "the certificate of who made it goes with --trust FILE, "
					  "beside the anchor of the archives"
					: NULL,
			.code = code,
			.err = &err });
}

int cli_verify_run_begin(struct cli_verify_run *run)
{
	const struct cli_options *options = run->options;
	struct medark_error err = { 0 };
	int code = check_outputs(options);

	if (!code)
		code = cli_archive_list_fill(options, &run->list);

	run->page.options = options;
	run->page.policy = &run->policy;
	if (!code)
		code = cli_access_trust(options, &run->shared);
	if (!code)
		code = cli_policy_read(options, &run->policy);
	if (!code)
		code = read_checkpoint(run);
	if (code)
		return code;
	code = medark_chain_new(&run->chain, &err);
	if (code < 0)
		return cli_access_failed(options, "verify", NULL, code, &err);
	medark_chain_set_ordered(run->chain, run->list.has_folder);
	return 0;
}

/* ---- one archive ---- */

static void print_json(const struct cli_options *options, const char *path,
		       const struct medark_archive_info *info, double seconds)
{
	struct cli_json json;

	cli_report_json(options, &json, "summary");
	cli_json_text(&json, "file", path);
	cli_json_bool(&json, "verified", true);
	cli_report_json_judged(&json, info->judged_at);
	cli_info_json(&json, info);
	cli_json_real(&json, "seconds", seconds);
	cli_json_end(&json);
	(void)fflush(stdout);
}

static void print_verified(const char *path, const struct medark_archive_info *info, bool in_line,
			   bool is_broken)
{
	char color[CLI_COLOR_MAX];

	(void)fputs(cli_terminal_color(stdout, is_broken ? CLI_YELLOW : CLI_GREEN, color), stdout);
	cli_text_print(stdout, path);
	(void)fputs(": verified", stdout);
	if (in_line)
		(void)printf(", sequence %" PRIu64 ", signed %s (%s), %" PRIu64 " %s%s",
			     info->sequence, info->proven_at[0] ? info->proven_at : info->signed_at,
			     info->proven_at[0] ? "proven" : "claimed", info->records,
			     cli_text_number(info->records, "record", "records"),
			     info->complete ? "" : ", incomplete");
	(void)fprintf(stdout, "%s%s\n", is_broken ? ", but breaks the policy" : "",
		      cli_terminal_plain(stdout));
	(void)fflush(stdout);
}

/* Those that were there at the checkpoint, if they are there still. */
static int note_number(struct cli_verify_run *run, uint64_t sequence)
{
	const struct medark_checkpoint *c = &run->page.checkpoint;
	uint64_t *numbers;

	if (!run->page.has_checkpoint || sequence < c->first || sequence > c->sequence)
		return 0;
	numbers = realloc(run->numbers, (run->number_count + 1) * sizeof(*numbers));
	if (!numbers)
		return cli_report_memory(run->options);
	run->numbers = numbers;
	numbers[run->number_count++] = sequence;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* How many different ones. */
static uint64_t count_numbers(struct cli_verify_run *run)
{
	uint64_t count = 0;

	if (run->number_count)
		qsort(run->numbers, run->number_count, sizeof(*run->numbers), by_number);
	for (size_t i = 0; i < run->number_count; i++)
		count += i == 0 || run->numbers[i] != run->numbers[i - 1];
	return count;
}

static void note_latest(struct cli_verify_run *run, const struct medark_archive_info *info)
{
	struct medark_checkpoint *latest = &run->latest;

	if (run->page.has_checkpoint && info->sequence == run->page.checkpoint.sequence &&
	    strcmp(run->at_checkpoint, run->page.checkpoint.manifest) != 0)
		memcpy(run->at_checkpoint, info->manifest, sizeof(run->at_checkpoint));
	if (info->sequence < latest->sequence)
		return;
	latest->sequence = info->sequence;
	memcpy(latest->archive, info->archive, sizeof(latest->archive));
	memcpy(latest->manifest, info->manifest, sizeof(latest->manifest));
	memcpy(run->newest, info->created, sizeof(run->newest));
}

/* Of one archive it is told at once; of many, once for all. */
static void note_stamp(struct cli_verify_run *run, const char *path,
		       const struct medark_archive_info *info)
{
	if (run->list.count == 1 || !info->stamped_until[0] || cli_info_stamp_lasts(info))
		return;
	if (run->ending++ && strcmp(run->ends, info->stamped_until) <= 0)
		return;
	memcpy(run->ends, info->stamped_until, sizeof(run->ends));
	(void)snprintf(run->ends_path, sizeof(run->ends_path), "%s", path);
}

static int take(struct cli_verify_run *run, const char *path,
		const struct medark_archive_info *info, double seconds)
{
	const struct cli_options *options = run->options;
	bool in_lines = run->list.count >= LINES_FROM && !options->verbose;
	struct medark_error err = { 0 };
	char broken[SENTENCE_MAX];
	int broken_code =
		cli_policy_check(&run->policy, options, path, info, broken, sizeof(broken));
	int code;

	if (options->json && options->verb->bit == CLI_VERIFY)
		print_json(options, path, info, seconds);
	else if (!options->json && !options->quiet && options->verb->bit == CLI_VERIFY) {
		if (!in_lines)
			cli_info_print(options, info);
		print_verified(path, info, in_lines, broken_code != 0);
	}
	note_latest(run, info);
	note_stamp(run, path, info);
	code = note_number(run, info->sequence);
	if (code)
		return code;
	code = medark_chain_add(run->chain, path, info, &err);
	if (code < 0)
		return cli_access_failed(options, "verify", path, code, &err);
	cli_verify_page_add(&run->page, path, info, broken);
	return broken_code;
}

/* With progress, and with what helps on if it fails. */
static int verify_alone(struct cli_verify_run *run, const char *path)
{
	CLI_AUTO_ACCESS struct cli_access own = { 0 };
	const struct cli_options *options = run->options;
	/* The trust anchors serve all files and are freed by the caller. */
	struct cli_access with = { .trust = run->shared.trust };
	struct medark_archive_info info;
	struct medark_error err = { 0 };
	struct cli_progress progress;
	double began = cli_report_clock();
	int code = cli_access_open(options, &with, path);

	if (code) {
		/* The sentence was printed; for the page it is asked for again. */
		if (medark_archive_open(path, with.trust, NULL, &own.archive, &err) < 0)
			cli_verify_page_fail(&run->page, path, err.message);
		return code;
	}
	own.archive = with.archive;
	cli_progress_begin(&progress, options, path);
	code = medark_archive_verify(own.archive, (unsigned)options->threads, &progress.events,
				     &err);
	cli_progress_end(&progress);
	if (code >= 0)
		code = medark_archive_info(own.archive, &info, &err);
	if (code < 0) {
		cli_verify_page_fail(&run->page, path, err.message);
		return cli_access_failed(options, "verify", path, code, &err);
	}
	return take(run, path, &info, cli_report_clock() - began);
}

/* One that failed is looked at again by itself, for the whole of what there is to say. */
static int each(void *context, const struct medark_verify_result *result)
{
	struct cli_verify_run *run = context;
	const char *path = run->list.paths[result->number];
	int code;

	if (cli_signals_stopped())
		return CLI_INTERRUPTED;
	if (result->code >= 0) {
		run->worst = cli_report_worse(run->worst,
					      take(run, path, result->info, result->seconds));
		return 0;
	}
	code = verify_alone(run, path);
	run->worst = cli_report_worse(run->worst, code);
	return run->worst == CLI_INTERRUPTED ? CLI_INTERRUPTED : 0;
}

static int verify_many(struct cli_verify_run *run)
{
	const struct cli_options *options = run->options;
	const struct medark_verify_request request = {
		.paths = (const char *const *)run->list.paths,
		.count = run->list.count,
		.trust = run->shared.trust,
		.threads = (unsigned)options->threads,
		.each = each,
		.context = run,
	};
	struct medark_error err = { 0 };
	struct cli_progress progress;
	int code;

	cli_progress_begin(&progress, options, NULL);
	code = medark_archives_verify(&request, &progress.events, &err);
	cli_progress_end(&progress);
	if (code > 0)
		return code;
	return code < 0 ? cli_access_failed(options, "verify", NULL, code, &err) : CLI_DONE;
}

/* ---- all of them ---- */

static int find(struct cli_verify_run *run, const char *sentence, int code)
{
	struct cli_json json;

	cli_verify_page_find(&run->page, sentence);
	if (run->options->json) {
		cli_report_json(run->options, &json, "status");
		cli_json_text(&json, "warning", sentence);
		cli_json_end(&json);
	} else {
		cli_report_warning(run->options, sentence);
	}
	return code;
}

static int check_checkpoint(struct cli_verify_run *run)
{
	const struct medark_checkpoint *c = &run->page.checkpoint;
	char sentence[SENTENCE_MAX];
	uint64_t there = count_numbers(run);

	if (!run->page.has_checkpoint)
		return CLI_DONE;
	/* Each names the one before it, so that the latest holds all; but they can be deleted. */
	if (strcmp(run->at_checkpoint, c->manifest) == 0 && there < c->archives) {
		(void)snprintf(
			sentence, sizeof(sentence),
			"%" PRIu64 " of the %" PRIu64
			" archives that were there at the checkpoint of %s (sequence %" PRIu64
			" to %" PRIu64 ") are gone, or do not verify",
			c->archives - there, c->archives, c->created, c->first, c->sequence);
		return find(run, sentence, CLI_INCOMPLETE);
	}
	if (strcmp(run->at_checkpoint, c->manifest) == 0) {
		if (!run->options->json && !run->options->quiet)
			(void)printf(
				"the archives go on from the checkpoint of %s (sequence %" PRIu64
				")\n",
				c->created, c->sequence);
		return CLI_DONE;
	}
	if (run->at_checkpoint[0])
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain was replaced: the archive with sequence %" PRIu64
			       " is another one than that of the checkpoint of %s",
			       c->sequence, c->created);
	else if (run->latest.sequence + 1 == c->sequence)
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain was rolled back: the archive with sequence %" PRIu64
			       ", which was there at the checkpoint of %s, is gone",
			       c->sequence, c->created);
	else if (run->latest.sequence < c->sequence)
		(void)snprintf(sentence, sizeof(sentence),
			       "the chain was rolled back: the archives with sequence %" PRIu64
			       " to %" PRIu64
			       ", which were there at the checkpoint of %s, are gone",
			       run->latest.sequence + 1, c->sequence, c->created);
	else
		(void)snprintf(sentence, sizeof(sentence),
			       "the archive with sequence %" PRIu64
			       ", the latest at the checkpoint of %s, is gone",
			       c->sequence, c->created);
	return find(run, sentence, CLI_INCOMPLETE);
}

/* How old is the newest archive? */
static int check_age(struct cli_verify_run *run)
{
	char sentence[SENTENCE_MAX];
	struct tm tm = { 0 };
	double hours;

	if (!run->policy.newest_hours || !run->newest[0])
		return CLI_DONE;
	if (!strptime(run->newest, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return CLI_DONE;
	hours = difftime(time(NULL), timegm(&tm)) / 3600;
	if (hours >= -1 && hours <= (double)run->policy.newest_hours)
		return CLI_DONE;
	(void)snprintf(sentence, sizeof(sentence),
		       "the policy is broken: the newest archive is of %s, %.0f hours ago; %" PRIu64
		       " are allowed",
		       run->newest, hours, run->policy.newest_hours);
	return find(run, sentence, CLI_INCOMPLETE);
}

static void check_stamps(struct cli_verify_run *run)
{
	char sentence[SENTENCE_MAX];

	if (!run->ending)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the time stamp%s of %" PRIu64
		       " %s hold%s for less than 30 days, until %.10s "
		       "that of '%s': stamp again before (medark stamp)",
		       run->ending == 1 ? "" : "s", run->ending,
		       cli_text_number(run->ending, "archive", "archives"),
		       run->ending == 1 ? "s" : "", run->ends, run->ends_path);
	(void)find(run, sentence, CLI_DONE);
}

void cli_verify_run_verdict(const struct cli_verify_run *run)
{
	const struct cli_options *options = run->options;
	bool has_more = run->list.count > 1 || options->policy || run->page.has_checkpoint;
	char color[CLI_COLOR_MAX];

	if (run->worst == CLI_DONE || !has_more || options->json || options->quiet ||
	    options->verb->bit != CLI_VERIFY)
		return;
	(void)fputs(cli_terminal_color(stdout, CLI_YELLOW, color), stdout);
	(void)fprintf(stdout,
		      "NOT as it should be: what was found is said above (exit code %d)%s\n",
		      run->worst, cli_terminal_plain(stdout));
}

int cli_verify_run(struct cli_verify_run *run)
{
	struct cli_chain_sink sink = { .add = cli_verify_page_find,
				       .context = &run->page,
				       .allowed = run->policy.missing };
	int code;

	if (run->list.count == 1)
		code = verify_alone(run, run->list.paths[0]);
	else
		code = verify_many(run);
	run->worst = cli_report_worse(run->worst, code);
	if (run->worst == CLI_INTERRUPTED)
		return run->worst;
	run->worst =
		cli_report_worse(run->worst, cli_chain_report(run->options, run->chain, &sink));
	run->latest.first = sink.result.first;
	run->latest.archives = sink.result.archives;
	run->apart = sink.apart;
	run->worst = cli_report_worse(run->worst, check_checkpoint(run));
	run->worst = cli_report_worse(run->worst, check_age(run));
	check_stamps(run);
	return run->worst;
}
