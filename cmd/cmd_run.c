/* SPDX-License-Identifier: Apache-2.0 */
/* medark run: an export that nobody watches, as a configuration says. */
#include "archives.h"
#include "cmd_export.h"
#include "conf.h"
#include "inputs.h"
#include "metrics.h"
#include "report.h"
#include "text.h"

#include <medark/key.h>
#include <medark/server.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME_LONGEST 64

/* What one run needs, and what came of it. */
struct run {
	const struct cli_options *options; /* of the command line */
	const char *name;
	struct cli_conf conf;
	struct cli_archives archives;
	struct medark_export *e;
	struct medark_export_result result;
	struct cli_remarks remarks;
	char archive[PATH_MAX]; /* that was made; empty: none */
	bool increment;		/* only what has changed */
	bool owns;		/* this run has the lock: the textfile is its own */
	time_t start;
	double began;
	int code; /* exit code */
};

static void run_clear(struct run *r)
{
	medark_export_free(r->e);
	cli_archives_clear(&r->archives);
	cli_conf_clear(&r->conf);
}

/* It becomes a part of files' names, and of a unit's. */
static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t size = strlen(name);

	return size && size <= NAME_LONGEST && strspn(name, allowed) == size &&
	       !strchr("._-", *name);
}

static int find_name(struct run *r)
{
	const struct cli_list *words = &r->options->operands;

	if (words->count != 1)
		return cli_report_usage(r->options, "cannot run: give one name, as in medark run "
						    "NAME");
	if (!is_name(words->items[0]))
		return cli_report_usage(r->options,
					"cannot run '%s': a name has 1 to %d letters, digits, "
					"dots, hyphens and underscores, and begins with a letter "
					"or digit",
					words->items[0], NAME_LONGEST);
	r->name = words->items[0];
	return 0;
}

/* All at once, so that nobody has to try five times. */
static int check_keys(const struct run *r)
{
	const struct cli_options *o = &r->conf.options;
	const struct {
		bool is_missing;
		const char *key;
	} needed[] = {
		{ !o->operands.count, "source" },
		{ !r->conf.archives, "archives" },
		{ !o->recipients.count && !o->escrows.count && !o->passphrase_file, "recipient" },
		{ !o->signer, "signer" },
		{ !o->signer_key, "signer-key" },
	};
	char list[128] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i].is_missing)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s'%s'",
						 used ? ", " : "", needed[i].key);
	if (used)
		return cli_report_usage(o, "cannot use '%s': missing: %s", r->conf.path, list);
	for (size_t i = 0; i < o->operands.count; i++)
		if (strcmp(o->operands.items[i], "-") == 0)
			return cli_report_usage(o,
						"cannot use '%s': a run has no standard input to "
						"take for a source",
						r->conf.path);
	if (o->full_every > 1 &&
	    (o->operands.count != 1 || !medark_is_server(o->operands.items[0])))
		return cli_report_usage(o,
					"cannot use '%s': 'full-every' is for one source, a FHIR "
					"server",
					r->conf.path);
	if (o->full_every > 1 && (o->group || o->patients_file))
		return cli_report_usage(o,
					"cannot use '%s': 'full-every' is for all patients of a "
					"server, not for a group or a list: of those who have "
					"joined it since, the rest would not come",
					r->conf.path);
	return cli_export_check_sources(o);
}

static int check_outputs(const struct run *r)
{
	const struct cli_options *o = &r->conf.options;
	int code = cli_inputs_check_archives(o, r->conf.archives);

	if (!code && o->report)
		code = cli_inputs_check_file(o, "report", o->report);
	if (!code && r->conf.textfile)
		code = cli_inputs_check_file(o, "textfile", r->conf.textfile);
	if (!code && o->report && r->conf.textfile &&
	    cli_inputs_is_same_place(o->report, r->conf.textfile))
		code = cli_report_usage(o, "cannot use '%s': 'report' and 'textfile' are one file",
					r->conf.path);
	return code;
}

/* Reads every key and certificate, and checks the signature of the archive before. */
static int configure(struct run *r)
{
	struct cli_options *o = &r->conf.options;
	struct medark_error err = { 0 };
	int code;

	o->previous = r->archives.previous[0] ? r->archives.previous : NULL;
	o->out = r->archives.next;
	o->force = true; /* the report of the last run, and what was killed at its very end */
	code = medark_export_new(&r->e, &err);
	if (code >= 0) {
		code = cli_export_configure(o, r->e);
		if (code)
			return code;
		code = medark_export_check_servers(r->e, &err);
	}
	if (code < 0)
		return cli_report_failure(o, &(struct cli_failure) { .action = "run",
								     .file = r->name,
								     .hint = "see: man medark-run",
								     .code = code,
								     .err = &err });
	return 0;
}

/* Whether this archive is to hold only what has changed: now that the one before is known. */
static void choose_increment(struct run *r)
{
	const struct cli_options *o = &r->conf.options;
	const struct cli_archives *a = &r->archives;
	bool is_due = o->full_every > 1 && o->previous && a->whole &&
		      a->sequence + 1 - a->whole < o->full_every;

	r->increment = is_due && medark_export_can_increment(r->e);
	medark_export_set_increment(r->e, r->increment);
	if (is_due && !r->increment)
		cli_report_warning(o,
				   "the archive before does not say as of when it has all of this "
				   "source: this one holds everything");
}

static int export(struct run *r)
{
	struct cli_options *o = &r->conf.options;
	int code = cli_archives_recover(&r->archives);

	if (!code)
		code = cli_archives_find_previous(&r->archives);
	if (!code)
		code = configure(r);
	if (code)
		return code;
	choose_increment(r);
	if (!o->previous)
		cli_report_warning(o, "there is no archive of this name in the folder of "
				      "'archives': this one begins a chain");
	code = cli_export_run(o, r->e, &r->result, &r->remarks);
	if (!code)
		code = cli_archives_finish(&r->archives, r->archive);
	if (code)
		return code;
	o->out = r->archive;
	return r->result.complete ? CLI_DONE : CLI_INCOMPLETE;
}

static double seconds(const struct run *r)
{
	return cli_report_clock() - r->began;
}

/* Whoever watches must be able to rely on it: a run whose figures nobody gets is no success. */
static void write_metrics(struct run *r)
{
	const struct cli_metrics metrics = {
		.name = r->name,
		.start = r->start,
		.duration = seconds(r),
		.exit_code = r->code,
		.result = r->archive[0] ? &r->result : NULL,
	};
	int code;

	if (!r->conf.textfile || !r->owns)
		return;
	code = cli_metrics_write(&r->conf.options, r->conf.textfile, &metrics);
	if (code && (r->code == CLI_DONE || r->code == CLI_INCOMPLETE))
		r->code = code;
}

static const char *state_of(const struct run *r)
{
	return !r->archive[0] ? "failed" : r->result.complete ? "ok" : "incomplete";
}

static void print_json(struct run *r)
{
	struct cli_json json;

	cli_report_json(r->options, &json, "summary");
	cli_json_text(&json, "name", r->name);
	cli_json_text(&json, "state", state_of(r));
	cli_json_number(&json, "exit_code", (uint64_t)r->code);
	cli_json_real(&json, "run_seconds", seconds(r));
	if (r->archive[0])
		cli_export_json(&json, &r->conf.options, &r->result, &r->remarks);
	cli_json_end(&json);
}

static void print_line(const struct run *r)
{
	const struct medark_export_result *made = &r->result;
	char word[PATH_MAX + 16];

	(void)printf("medark run %s: %s exit=%d", r->name, state_of(r), r->code);
	if (r->archive[0])
		(void)printf(" complete=%s records=%" PRIu64 " patients=%" PRIu64
			     " quarantined=%" PRIu64 " skipped=%" PRIu64 " missing=%" PRIu64
			     " sequence=%" PRIu64 " bytes=%" PRIu64,
			     made->complete ? "true" : "false", made->records, made->patients,
			     made->quarantined, made->skipped, made->missing, made->sequence,
			     made->archive_bytes);
	(void)printf(" seconds=%.2f", seconds(r));
	if (r->archive[0]) {
		(void)fputs(" archive=", stdout);
		cli_text_print(stdout, cli_text_quote(r->archive, word, sizeof(word)));
	}
	(void)putchar('\n');
}

/* ---- only looking ---- */

static int check_room(const struct run *r, uint64_t *out)
{
	*out = cli_archives_room(&r->archives);
	if (*out >= r->archives.size)
		return 0;
	return cli_report_error(r->options, CLI_FAILED,
				"cannot run '%s': there is room for %" PRIu64 " bytes in '%s', and "
				"the last archive has %" PRIu64,
				r->name, *out, r->conf.archives, r->archives.size);
}

static int check_place(const struct run *r, const char *key, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	char folder[PATH_MAX];

	if (!path)
		return 0;
	(void)snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		       slash ? path : ".");
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0)
		return 0;
	return cli_report_error(r->options, CLI_FAILED, "cannot write '%s' of '%s': %s", path, key,
				strerror(errno));
}

static void print_list(struct cli_json *json, const char *key, const struct cli_list *list)
{
	cli_json_open(json, key, '[');
	for (size_t i = 0; i < list->count; i++)
		cli_json_text(json, NULL, list->items[i]);
	cli_json_close(json, ']');
}

static void print_ready_json(const struct run *r, const struct medark_certificate_info *signer,
			     uint64_t room)
{
	const struct cli_options *o = &r->conf.options;
	struct cli_json json;

	cli_report_json(r->options, &json, "summary");
	cli_json_text(&json, "name", r->name);
	cli_json_text(&json, "state", "ready");
	cli_json_number(&json, "exit_code", CLI_DONE);
	cli_json_text(&json, "config", r->conf.path);
	print_list(&json, "sources", &o->operands);
	cli_json_text(&json, "archives", r->conf.archives);
	cli_json_text_or_null(&json, "previous", r->archives.previous);
	cli_json_number(&json, "sequence", r->archives.sequence + 1);
	cli_json_bool(&json, "increment", r->increment);
	cli_json_text(&json, "signer", signer->subject);
	print_list(&json, "recipients", &o->recipients);
	print_list(&json, "escrows", &o->escrows);
	cli_json_number(&json, "room", room);
	cli_json_text_or_null(&json, "textfile", r->conf.textfile);
	cli_json_end(&json);
}

static void print_ready(const struct run *r, const struct medark_certificate_info *signer,
			uint64_t room)
{
	const struct cli_options *o = &r->conf.options;

	cli_report_row(stdout, "configuration", r->conf.path);
	for (size_t i = 0; i < o->operands.count; i++)
		cli_report_row(stdout, i ? "" : "source", o->operands.items[i]);
	cli_report_row(stdout, "archives", r->conf.archives);
	cli_report_row(stdout, "previous",
		       r->archives.previous[0] ? r->archives.previous
					       : "none: the next archive begins a chain");
	cli_report_row_number(stdout, "sequence", r->archives.sequence + 1);
	cli_report_row(stdout, "what", r->increment ? "what has changed" : "everything");
	cli_report_row(stdout, "signer", signer->subject);
	for (size_t i = 0; i < o->recipients.count; i++)
		cli_report_row(stdout, i ? "" : "recipient", o->recipients.items[i]);
	for (size_t i = 0; i < o->escrows.count; i++)
		cli_report_row(stdout, i ? "" : "escrow", o->escrows.items[i]);
	if (o->passphrase_file)
		cli_report_row(stdout, "passphrase", o->passphrase_file);
	cli_report_row_bytes(stdout, "room", room);
	if (r->conf.textfile)
		cli_report_row(stdout, "textfile", r->conf.textfile);
	(void)printf("%s: ready; nothing was exported, no server was asked\n", r->name);
}

static int look(struct run *r)
{
	struct medark_certificate_info signer;
	struct medark_error err = { 0 };
	uint64_t room = 0;
	int code;

	if (cli_archives_is_locked(&r->archives))
		cli_report_warning(r->options, "another run of this name is under way");
	code = cli_archives_find_previous(&r->archives);
	if (!code)
		code = configure(r);
	if (!code)
		code = check_room(r, &room);
	if (!code)
		code = check_place(r, "report", r->conf.options.report);
	if (!code)
		code = check_place(r, "textfile", r->conf.textfile);
	if (code)
		return code;
	choose_increment(r);
	code = medark_certificate_describe(r->conf.options.signer, &signer, &err);
	if (code < 0)
		return cli_report_failure(r->options,
					  &(struct cli_failure) { .action = "use the signer",
								  .file = r->conf.options.signer,
								  .code = code,
								  .err = &err });
	if (r->options->json)
		print_ready_json(r, &signer, room);
	else if (!r->options->quiet)
		print_ready(r, &signer, room);
	return CLI_DONE;
}

/* Until the lock is taken nothing is written, not even that it failed. */
static int begin(struct run *r)
{
	int code = cli_conf_read(r->options, r->name, &r->conf);

	if (!code)
		code = check_keys(r);
	if (!code)
		code = cli_export_take_profile(&r->conf.options);
	if (!code)
		code = cli_archives_open(&r->conf.options, r->name, r->conf.archives, &r->archives);
	if (!code)
		code = check_outputs(r);
	if (!code && !r->options->check)
		code = cli_archives_lock(&r->archives);
	r->owns = !code;
	return code;
}

int cmd_run(const struct cli_options *options)
{
	__attribute__((cleanup(run_clear))) struct run r = {
		.options = options,
		.archives = { .fd = -1, .lock = -1 },
		.start = time(NULL),
		.began = cli_report_clock(),
	};

	r.code = find_name(&r);
	if (r.code)
		return r.code;
	r.code = begin(&r);
	if (options->check)
		return r.code ? r.code : look(&r);
	if (!r.code)
		r.code = export(&r);
	write_metrics(&r);
	if (options->json)
		print_json(&r);
	else if (!options->quiet)
		print_line(&r);
	return r.code;
}
