/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "report.h"
#include "signals.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_MAX 256
#define DRAW_EVERY 0.1 /* seconds */
#define JSON_EVERY 1.0

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

	if (!now->bytes_total || !now->bytes || spent < 1)
		return -1;
	if (now->bytes >= now->bytes_total)
		return 0;
	return spent * (double)(now->bytes_total - now->bytes) / (double)now->bytes;
}

/* Bytes per second; 0 if nothing moves, as while an index is written, or if nobody can know yet. */
static double rate_of(const struct cli_progress *progress, double clock)
{
	double spent = clock - progress->phase_began;

	if (progress->rate > 0 || spent < 0.01)
		return progress->rate;
	return (double)(progress->now.bytes - progress->phase_bytes) / spent;
}

static void add(char *line, const char *text)
{
	size_t used = strlen(line);

	(void)snprintf(line + used, STATUS_MAX - used, "%s%s", used ? "  " : "", text);
}

/* "verifying  42.1 %  1.2 GiB of 3.0 GiB  81233 records  item 17  310.0 MiB/s  0:06 left" */
static void describe(const struct cli_progress *progress, double clock, char *line)
{
	const struct medark_progress *now = &progress->now;
	char text[96], a[CLI_BYTES_MAX], b[CLI_BYTES_MAX];
	int done = permille(now);
	double left = seconds_left(progress, clock), rate = rate_of(progress, clock);

	line[0] = '\0';
	add(line, now->phase ? now->phase : "working");
	if (done >= 0) {
		(void)snprintf(text, sizeof(text), "%d.%d %%", done / 10, done % 10);
		add(line, text);
		(void)snprintf(text, sizeof(text), "%s of %s",
			       cli_text_bytes((double)now->bytes, a),
			       cli_text_bytes((double)now->bytes_total, b));
		add(line, text);
	} else {
		add(line, cli_text_bytes((double)now->bytes, a));
	}
	if (now->records) {
		(void)snprintf(text, sizeof(text), "%" PRIu64 " records", now->records);
		add(line, text);
	}
	(void)snprintf(text, sizeof(text), "item %" PRIu64, now->item);
	add(line, text);
	if (rate >= 1) {
		(void)snprintf(text, sizeof(text), "%s/s", cli_text_bytes(rate, a));
		add(line, text);
	}
	if (left >= 0) {
		unsigned long s = (unsigned long)left;

		if (s >= 3600)
			(void)snprintf(text, sizeof(text), "%lu:%02lu:%02lu left", s / 3600,
				       s / 60 % 60, s % 60);
		else
			(void)snprintf(text, sizeof(text), "%lu:%02lu left", s / 60, s % 60);
		add(line, text);
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

	describe(progress, clock, line);
	(void)fprintf(stderr, "\r%-*.*s", width, width, line);
	(void)fflush(stderr);
	progress->drawn = true;
}

static void print_line(struct cli_progress *progress, double clock)
{
	char line[STATUS_MAX];

	describe(progress, clock, line);
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

/* A second of smoothing keeps the figure readable and still shows a source that stalls. */
static void measure(struct cli_progress *progress, double clock)
{
	double spent = clock - progress->rate_at;
	double rate;

	if (spent < 0.5)
		return;
	rate = (double)(progress->now.bytes - progress->rate_bytes) / spent;
	progress->rate = progress->rate > 0 ? (progress->rate + rate) / 2 : rate;
	progress->rate_at = clock;
	progress->rate_bytes = progress->now.bytes;
}

static void begin_phase(struct cli_progress *progress, const char *phase, double clock)
{
	const struct cli_options *options = progress->options;

	progress->phase_began = progress->rate_at = clock;
	progress->rate_bytes = progress->phase_bytes = progress->now.bytes;
	progress->rate = 0;
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
	if (!phase || !now->phase || strcmp(phase, now->phase) != 0 ||
	    now->bytes < progress->rate_bytes)
		begin_phase(progress, now->phase, clock);
	measure(progress, clock);
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
		.rate_at = clock,
		.shown = clock,
	};
}

void cli_progress_end(struct cli_progress *progress)
{
	erase(progress);
	tell_unreadable(progress);
	(void)fflush(stderr);
}
