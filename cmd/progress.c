/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PART_MAX     96
#define STATUS_MAX   (PARTS * PART_MAX)
#define DRAW_EVERY   0.1 /* seconds */
#define JSON_EVERY   1.0
#define SAMPLE_EVERY 0.5

/* What a line is made of, in this order. */
enum part { PHASE, PERCENT, AMOUNT, RECORDS, ITEM, RATE, LEFT, PARTS };

struct status {
	char parts[PARTS][PART_MAX]; /* empty: there is none */
};

/* Files that cannot be read: so many are told one by one. */
#define UNREADABLE_TOLD 10
#define SENTENCE_MAX	5000 /* the longest path, and a reason */

/* Done in 1/1000; negative if the whole is not known. */
static int permille(const struct medark_progress *now)
{
	if (!now->bytes_total)
		return -1;
	if (now->bytes >= now->bytes_total)
		return 1000;
	return (int)((double)now->bytes * 1000 / (double)now->bytes_total);
}

/* Seconds to go; negative if nobody can know. */
static double seconds_left(const struct cli_progress *progress, double clock)
{
	const struct medark_progress *now = &progress->now;
	double spent = clock - progress->phase_began;

	if (!now->bytes_total || now->bytes <= progress->phase_bytes || spent < 1)
		return -1;
	if (now->bytes >= now->bytes_total)
		return 0;
	return spent * (double)(now->bytes_total - now->bytes) /
	       (double)(now->bytes - progress->phase_bytes);
}

/* Bytes per second over the last seconds; 0 if nothing moves, as while an index is written. */
static double rate_of(const struct cli_progress *progress, double clock)
{
	const struct cli_sample *oldest = &progress->samples[0];
	double spent = clock - oldest->clock;

	if (!progress->sample_count || spent < 0.01)
		return 0;
	return (double)(progress->now.bytes - oldest->bytes) / spent;
}

static void describe_left(double seconds, char *out)
{
	unsigned long s = (unsigned long)seconds;

	if (s >= 3600)
		(void)snprintf(out, PART_MAX, "%lu:%02lu:%02lu left", s / 3600, s / 60 % 60,
			       s % 60);
	else
		(void)snprintf(out, PART_MAX, "%lu:%02lu left", s / 60, s % 60);
}

static void describe(const struct cli_progress *progress, double clock, struct status *out)
{
	const struct medark_progress *now = &progress->now;
	char a[CLI_BYTES_MAX], b[CLI_BYTES_MAX];
	int done = permille(now);
	double left = seconds_left(progress, clock), rate = rate_of(progress, clock);

	memset(out, 0, sizeof(*out));
	(void)snprintf(out->parts[PHASE], PART_MAX, "%s", now->phase ? now->phase : "working");
	if (done >= 0) {
		(void)snprintf(out->parts[PERCENT], PART_MAX, "%d.%d %%", done / 10, done % 10);
		(void)snprintf(out->parts[AMOUNT], PART_MAX, "%s of %s",
			       cli_text_bytes((double)now->bytes, a),
			       cli_text_bytes((double)now->bytes_total, b));
	} else {
		(void)snprintf(out->parts[AMOUNT], PART_MAX, "%s",
			       cli_text_bytes((double)now->bytes, a));
	}
	if (now->records)
		(void)snprintf(out->parts[RECORDS], PART_MAX, "%" PRIu64 " records", now->records);
	(void)snprintf(out->parts[ITEM], PART_MAX, "item %" PRIu64, now->item);
	if (rate >= 1)
		(void)snprintf(out->parts[RATE], PART_MAX, "%s/s", cli_text_bytes(rate, a));
	if (left >= 0)
		describe_left(left, out->parts[LEFT]);
}

/*
 * "verifying  42.1 %  1.2 GiB of 3.0 GiB  81233 records  item 17  310.0 MiB/s  0:06 left", of which
 * what matters least is left out until it fits the width. The time left stays: it is what somebody
 * looks for.
 */
static void compose(struct status *status, size_t width, char line[STATUS_MAX])
{
	static const enum part least[] = { ITEM, RECORDS, RATE, AMOUNT, PHASE, PERCENT };
	size_t dropped = 0, used;

	for (;;) {
		used = 0;
		line[0] = '\0';
		for (int i = 0; i < PARTS; i++)
			if (status->parts[i][0])
				used += (size_t)snprintf(line + used, STATUS_MAX - used, "%s%s",
							 used ? "  " : "", status->parts[i]);
		if (used <= width || dropped == sizeof(least) / sizeof(least[0]))
			return;
		status->parts[least[dropped++]][0] = '\0';
	}
}

/* Spaces instead of an escape sequence: every terminal knows them. */
static void erase(struct cli_progress *progress)
{
	if (!progress->drawn)
		return;
	(void)fprintf(stderr, "\r%*s\r", (int)cli_terminal_columns(stderr) - 1, "");
	progress->drawn = false;
}

static void draw(struct cli_progress *progress, double clock)
{
	int width = (int)cli_terminal_columns(stderr) - 1;
	char line[STATUS_MAX];
	struct status status;

	describe(progress, clock, &status);
	compose(&status, (size_t)width, line);
	(void)fprintf(stderr, "\r%-*.*s", width, width, line);
	(void)fflush(stderr);
	progress->drawn = true;
}

static void print_line(struct cli_progress *progress, double clock)
{
	char line[STATUS_MAX];
	struct status status;

	describe(progress, clock, &status);
	compose(&status, sizeof(line), line);
	erase(progress);
	(void)fputs("medark: ", stderr);
	if (progress->file) {
		cli_text_print(stderr, progress->file);
		(void)fputs(": ", stderr);
	}
	(void)fprintf(stderr, "%s\n", line);
}

static void print_json(const struct cli_progress *progress, double clock)
{
	const struct medark_progress *now = &progress->now;
	double left = seconds_left(progress, clock);
	struct cli_json json;

	cli_report_json(progress->options, &json, "status");
	if (progress->file)
		cli_json_text(&json, "file", progress->file);
	cli_json_text(&json, "phase", now->phase ? now->phase : "working");
	if (now->bytes_total)
		cli_json_real(&json, "percent", permille(now) / 10.0);
	cli_json_number(&json, "bytes", now->bytes);
	if (now->bytes_total)
		cli_json_number(&json, "bytes_total", now->bytes_total);
	cli_json_number(&json, "records", now->records);
	cli_json_number(&json, "item", now->item);
	cli_json_number(&json, "bytes_per_second", (uint64_t)rate_of(progress, clock));
	cli_json_real(&json, "seconds", clock - progress->began);
	if (left >= 0)
		cli_json_real(&json, "seconds_left", left);
	cli_json_end(&json);
	(void)fflush(json.out);
}

static void add_sample(struct cli_progress *progress, double clock)
{
	struct cli_sample *samples = progress->samples;

	if (progress->sample_count == CLI_SAMPLES)
		memmove(samples, samples + 1, --progress->sample_count * sizeof(*samples));
	samples[progress->sample_count++] =
		(struct cli_sample) { .clock = clock, .bytes = progress->now.bytes };
}

static void begin_phase(struct cli_progress *progress, const char *phase, double clock)
{
	const struct cli_options *options = progress->options;

	progress->phase_began = clock;
	progress->phase_bytes = progress->now.bytes;
	progress->sample_count = 0;
	add_sample(progress, clock);
	if (!options->verbose || options->quiet || options->json || !phase)
		return;
	erase(progress);
	(void)fprintf(stderr, "medark: %s (after %.1f s)\n", phase, clock - progress->began);
}

static int on_progress(void *context, const struct medark_progress *now)
{
	struct cli_progress *progress = context;
	const struct cli_options *options = progress->options;
	const char *phase = progress->now.phase;
	double clock = cli_report_clock();

	progress->now = *now;
	if (!phase || !now->phase || strcmp(phase, now->phase) != 0)
		begin_phase(progress, now->phase, clock);
	else if (clock - progress->samples[progress->sample_count - 1].clock >= SAMPLE_EVERY)
		add_sample(progress, clock);
	if (cli_signals_take_status()) {
		if (options->json)
			print_json(progress, clock);
		else
			print_line(progress, clock);
	}
	if (options->json && !options->quiet && clock - progress->shown >= JSON_EVERY) {
		print_json(progress, clock);
		progress->shown = clock;
	} else if (progress->draws && clock - progress->shown >= DRAW_EVERY) {
		draw(progress, clock);
		progress->shown = clock;
	}
	return cli_signals_stopped();
}

static void on_warning(void *context, const char *sentence)
{
	struct cli_progress *progress = context;

	erase(progress);
	cli_report_warning(progress->options, sentence);
}

static void on_unreadable(void *context, const struct medark_unreadable *what)
{
	struct cli_progress *progress = context;
	char sentence[SENTENCE_MAX];

	if (progress->unreadable++ >= UNREADABLE_TOLD || progress->options->json)
		return;
	if (cli_terminal_is(stderr))
		(void)snprintf(sentence, sizeof(sentence), "'%s': %s", what->path, what->reason);
	else
		(void)snprintf(sentence, sizeof(sentence), "%s %" PRIu64 ": %s",
			       what->is_item ? "item" : "a file or folder before item", what->item,
			       what->reason);
	on_warning(progress, sentence);
}

/* With --json the count alone: whoever reads it has the report for the rest. */
static void tell_unreadable(const struct cli_progress *progress)
{
	const struct cli_options *options = progress->options;
	char sentence[SENTENCE_MAX];
	struct cli_json json;

	if (options->json && progress->unreadable) {
		cli_report_json(options, &json, "status");
		cli_json_text(&json, "warning", "files or folders of the sources cannot be read");
		cli_json_number(&json, "unreadable", progress->unreadable);
		cli_json_end(&json);
	}
	if (options->json || progress->unreadable <= UNREADABLE_TOLD)
		return;
	(void)snprintf(sentence, sizeof(sentence), "and %" PRIu64 " more; %s%s lists all",
		       progress->unreadable - UNREADABLE_TOLD,
		       options->report ? "" : "--report FILE",
		       options->report ? options->report : "");
	cli_report_warning(options, sentence);
}

void cli_progress_begin(struct cli_progress *progress, const struct cli_options *options,
			const char *file)
{
	double clock = cli_report_clock();

	*progress = (struct cli_progress) {
		.options = options,
		.file = file,
		.events = { .context = progress,
			    .progress = on_progress,
			    .warning = on_warning,
			    .unreadable = on_unreadable },
		.draws = !options->quiet && !options->json && cli_terminal_is(stderr),
		.began = clock,
		.phase_began = clock,
		.shown = clock,
	};
}

void cli_progress_end(struct cli_progress *progress)
{
	erase(progress);
	tell_unreadable(progress);
	(void)fflush(stderr);
}
