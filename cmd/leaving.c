/* SPDX-License-Identifier: Apache-2.0 */
#include "leaving.h"

#include "forms.h"
#include "state.h"

#include <medark/desk.h>

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The operating system's user who does it. */
static void name_user(char out[64])
{
	const struct passwd *user = getpwuid(getuid());

	if (user && *user->pw_name)
		(void)snprintf(out, 64, "%s", user->pw_name);
	else
		(void)snprintf(out, 64, "uid %ld", (long)getuid());
}

int cli_leaving_begin(const struct cli_options *options, const struct cli_access *access,
		      size_t patients, struct cli_leaving *out)
{
	char state[PATH_MAX];
	int size = 0;

	*out = (struct cli_leaving) { .options = options, .access = access, .patients = patients };
	name_user(out->account);
	if (options->audit_log)
		size = snprintf(out->folder, sizeof(out->folder), "%s", options->audit_log);
	else if (cli_state_has_log(options, MEDARK_AUDIT_RESTORES, state))
		size = snprintf(out->folder, sizeof(out->folder), "%s/" MEDARK_AUDIT_RESTORES,
				state);
	if (size < 0 || (size_t)size >= sizeof(out->folder))
		return cli_report_usage(options, "cannot use the audit log: its name is too long");
	if (!options->audit_log && options->state && mkdir(options->state, 0700) < 0 &&
	    errno != EEXIST)
		return cli_report_error(options, CLI_FAILED, "cannot make the folder '%s': %s",
					options->state, strerror(errno));
	return 0;
}

static int write_row(const struct cli_leaving *l, bool has_failed, struct medark_error *err)
{
	const struct medark_audit_export note = {
		.identity = l->access->identity,
		.auditors = l->options->auditors.items,
		.auditor_count = l->options->auditors.count,
		.archive = l->archive,
		.account = l->account,
		.detail = l->detail,
		.has_failed = has_failed,
	};

	return medark_audit_note_export(l->folder, &note, err);
}

/* How much, and in which form; of a chain the index of one archive does not know how many. */
static void describe(struct cli_leaving *l, const struct medark_archive_info *info,
		     uint64_t archives)
{
	uint64_t patients = l->patients ? l->patients : info->patients;
	int used =
		snprintf(l->detail, sizeof(l->detail), "exported %s: %s, ",
			 cli_forms_is_sealed(l->options) ? "under a passphrase" : "to clear text",
			 cli_forms_name(l->options));

	if (archives > 1 && !l->patients)
		(void)snprintf(l->detail + used, sizeof(l->detail) - (size_t)used,
			       "all patients of a chain of %" PRIu64 " archives", archives);
	else
		(void)snprintf(l->detail + used, sizeof(l->detail) - (size_t)used,
			       "%s%" PRIu64 " patient%s", l->patients ? "" : "all, ", patients,
			       patients == 1 ? "" : "s");
	(void)snprintf(l->archive, sizeof(l->archive), "%s", info->archive);
}

int cli_leaving_note(void *context, const struct medark_restore_result *plan,
		     struct medark_error *err)
{
	struct cli_leaving *l = context;
	struct medark_archive_info info;
	int code;

	if (!*l->folder)
		return 0;
	code = medark_archive_info(l->access->all[plan->latest], &info, err);
	if (code < 0)
		return code;
	describe(l, &info, plan->archives);
	code = write_row(l, false, err);
	l->is_noted = code >= 0;
	l->has_failed = code < 0;
	return code;
}

/* The row of what was described, about the one archive. */
static int note_one(struct cli_leaving *l, struct medark_error *err)
{
	int code = write_row(l, false, err);

	l->is_noted = code >= 0;
	l->has_failed = code < 0;
	return code;
}

int cli_leaving_note_list(struct cli_leaving *l, const struct medark_archive_info *info,
			  const char *what, struct medark_error *err)
{
	if (!*l->folder || l->is_noted)
		return 0;
	(void)snprintf(l->archive, sizeof(l->archive), "%s", info->archive);
	(void)snprintf(l->detail, sizeof(l->detail),
		       "exported to clear text: %s, of at most %" PRIu64 " patient%s", what,
		       info->patients, info->patients == 1 ? "" : "s");
	return note_one(l, err);
}

int cli_leaving_note_proof(void *context, const struct medark_prove_result *plan,
			   struct medark_error *err)
{
	struct cli_leaving *l = context;
	struct medark_archive_info info;
	int code, used;

	if (!*l->folder)
		return 0;
	code = medark_archive_info(l->access->archive, &info, err);
	if (code < 0)
		return code;
	(void)snprintf(l->archive, sizeof(l->archive), "%s", info.archive);
	used = snprintf(l->detail, sizeof(l->detail),
			"exported to clear text: proof, %" PRIu64 " record%s", plan->records,
			plan->records == 1 ? "" : "s");
	if (plan->patients)
		(void)snprintf(l->detail + used, sizeof(l->detail) - (size_t)used,
			       " of %" PRIu64 " patient%s", plan->patients,
			       plan->patients == 1 ? "" : "s");
	return note_one(l, err);
}

int cli_leaving_note_drill(void *context, const struct medark_restore_result *plan,
			   struct medark_error *err)
{
	struct cli_leaving *l = context;
	struct medark_archive_info info;
	int code;

	(void)plan;
	if (!*l->folder)
		return 0;
	code = medark_archive_info(l->access->archive, &info, err);
	if (code < 0)
		return code;
	(void)snprintf(l->archive, sizeof(l->archive), "%s", info.archive);
	(void)snprintf(l->detail, sizeof(l->detail),
		       "rehearsed in clear text, in a folder that is removed: all, %" PRIu64
		       " patient%s",
		       info.patients, info.patients == 1 ? "" : "s");
	return note_one(l, err);
}

int cli_leaving_failed(const struct cli_leaving *l, int code, const struct medark_error *err)
{
	struct cli_failure failure = {
		.action = "write the audit log", .file = l->folder, .code = code, .err = err
	};

	if (code == MEDARK_E_USAGE)
		failure.hint = "give --auditor CERT: the certificate of who may read the log";
	else if (code == MEDARK_E_EXISTS)
		failure.hint = "--audit-log names another folder for it";
	else
		failure.hint = "nothing was written, as what leaves has to be in the log first";
	return cli_report_failure(l->options, &failure);
}

void cli_leaving_give_up(struct cli_leaving *l)
{
	struct medark_error err = { 0 };
	char sentence[MEDARK_ERROR_MAX + 96];

	if (!l->is_noted || write_row(l, true, &err) >= 0)
		return;
	(void)snprintf(sentence, sizeof(sentence),
		       "the audit log does not say that the %s failed: %s", l->options->verb->name,
		       err.message);
	cli_report_warning(l->options, sentence);
}

void cli_leaving_print(const struct cli_leaving *l)
{
	cli_report_row(stdout, "audit log",
		       *l->folder ? l->folder : "none was kept of this (--state DIR keeps one)");
}

void cli_leaving_json(const struct cli_leaving *l, struct cli_json *json)
{
	cli_json_text_or_null(json, "audit_log", l->folder);
}
