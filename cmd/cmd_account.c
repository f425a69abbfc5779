/* SPDX-License-Identifier: Apache-2.0 */
/* medark account: the accounts of who may read charts where archives are served. */
#include "passphrase.h"
#include "report.h"
#include "state.h"
#include "subverb.h"
#include "text.h"

#include <medark/desk.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of a list. */
#define NAME_WIDTH 24
#define ROLE_WIDTH 34

struct task {
	const struct cli_options *options;
	struct medark_accounts *accounts;
	const char *name; /* NULL: of a list */
	char state[PATH_MAX];
	unsigned roles;
	struct cli_passphrase password;
	char uri[MEDARK_TOTP_URI_SIZE]; /* what totp made */
	struct medark_error err;
};

static void task_clear(struct task *task)
{
	medark_accounts_free(task->accounts);
	cli_passphrase_clear(&task->password);
	explicit_bzero(task->uri, sizeof(task->uri));
}

/* ---- what the second words do: 0 or a code of the library ---- */

static int add(struct task *t)
{
	struct medark_account account = { .roles = t->roles };
	const char *shown = t->options->shown ? t->options->shown : t->name;

	(void)snprintf(account.name, sizeof(account.name), "%s", t->name);
	(void)snprintf(account.shown, sizeof(account.shown), "%s", shown);
	return medark_accounts_add(t->accounts, &account, t->password.bytes, t->password.size,
				   &t->err);
}

static int set_password(struct task *t)
{
	return medark_accounts_set_password(t->accounts, t->name, t->password.bytes,
					    t->password.size, &t->err);
}

static int set_roles(struct task *t)
{
	return medark_accounts_set_roles(t->accounts, t->name, t->roles, &t->err);
}

static int totp(struct task *t)
{
	const char *issuer = t->options->issuer ? t->options->issuer : "medark";

	if (t->options->off)
		return medark_accounts_drop_totp(t->accounts, t->name, &t->err);
	return medark_accounts_enrol_totp(t->accounts, t->name, issuer, t->uri, &t->err);
}

static int disable(struct task *t)
{
	return medark_accounts_set_disabled(t->accounts, t->name, true, &t->err);
}

static int enable(struct task *t)
{
	return medark_accounts_set_disabled(t->accounts, t->name, false, &t->err);
}

static int take_away(struct task *t)
{
	return medark_accounts_remove(t->accounts, t->name, &t->err);
}

static void json_roles(struct cli_json *json, unsigned roles)
{
	cli_json_open(json, "roles", '[');
	for (unsigned role = 1; role <= MEDARK_MAY_ALL; role <<= 1)
		if (roles & role)
			cli_json_text(json, NULL, medark_account_role_name(role));
	cli_json_close(json, ']');
}

static void print_account(const struct medark_account *a)
{
	char roles[128] = "";
	size_t used = 0;

	for (unsigned role = 1; role <= MEDARK_MAY_ALL; role <<= 1)
		if (a->roles & role)
			used += (size_t)snprintf(roles + used, sizeof(roles) - used, "%s%s",
						 used ? "," : "", medark_account_role_name(role));
	cli_text_print_field(stdout, a->name, NAME_WIDTH);
	(void)fputc(' ', stdout);
	cli_text_print_field(stdout, roles, ROLE_WIDTH);
	(void)printf(" %-4s %-8s ", a->has_totp ? "yes" : "no", a->is_disabled ? "disabled" : "");
	cli_text_print(stdout, a->shown);
	(void)fputc('\n', stdout);
}

static int list(struct task *t)
{
	struct medark_account *all = NULL;
	struct cli_json json;
	size_t count;
	int code = medark_accounts_list(t->accounts, &all, &count, &t->err);

	if (code < 0)
		return code;
	if (count && !t->options->json)
		(void)printf("%-*s %-*s %-4s %-8s %s\n", NAME_WIDTH, "NAME", ROLE_WIDTH, "ROLES",
			     "CODE", "", "SHOWN AS");
	for (size_t i = 0; i < count; i++) {
		if (!t->options->json) {
			print_account(&all[i]);
			continue;
		}
		cli_json_begin(&json, stdout, "account");
		cli_json_text(&json, "name", all[i].name);
		cli_json_text(&json, "shown", all[i].shown);
		json_roles(&json, all[i].roles);
		cli_json_bool(&json, "totp", all[i].has_totp);
		cli_json_bool(&json, "disabled", all[i].is_disabled);
		cli_json_end(&json);
	}
	free(all);
	if (t->options->json) {
		cli_report_json(t->options, &json, "summary");
		cli_json_text(&json, "change", "list");
		cli_json_number(&json, "accounts", count);
		cli_json_end(&json);
	} else if (!t->options->quiet) {
		(void)printf("%zu account%s\n", count, count == 1 ? "" : "s");
	}
	return 0;
}

/* ---- the second word ---- */

/* Options that belong to some second words only. */
enum { PASSWORD = 1, ROLES = 2, SHOWN = 4, CODES = 8 };

static const struct subverb {
	const char *name;
	unsigned takes;	  /* bits of the options above */
	const char *done; /* "account 'jansen' …"; NULL: it names none */
	int (*run)(struct task *task);
} subverbs[] = {
	{ "list", 0, NULL, list },
	{ "add", PASSWORD | ROLES | SHOWN, "was made", add },
	{ "passwd", PASSWORD, "has a new password", set_password },
	{ "roles", ROLES, "has other roles", set_roles },
	{ "totp", CODES, "needs no code any more", totp },
	{ "disable", 0, "is disabled", disable },
	{ "enable", 0, "is enabled", enable },
	{ "remove", 0, "was taken away", take_away },
};
#define SUBVERBS (sizeof(subverbs) / sizeof(subverbs[0]))

static const char *subverb_name(size_t i, const void *context)
{
	(void)context;
	return subverbs[i].name;
}

/* NULL after the mistake was reported. */
static const struct subverb *find(const struct cli_options *options)
{
	int at = cli_subverb_find(options, SUBVERBS, subverb_name,
				  "list, add, passwd, roles, totp, disable, enable or remove");

	return at < 0 ? NULL : &subverbs[at];
}

static int check_options(const struct cli_options *options, const struct subverb *sub)
{
	const struct cli_subverb_option given[] = {
		{ options->passphrase_file, PASSWORD, "--passphrase-file" },
		{ options->passphrase_fd, PASSWORD, "--passphrase-fd" },
		{ options->passphrase_command, PASSWORD, "--passphrase-command" },
		{ options->roles.count, ROLES, "--role" },
		{ options->shown, SHOWN, "--shown" },
		{ options->issuer, CODES, "--issuer" },
		{ options->off, CODES, "--off" },
	};

	if (cli_subverb_check(options, sub->name, sub->takes, given,
			      sizeof(given) / sizeof(given[0])))
		return CLI_USAGE;
	if (options->off && options->issuer)
		return cli_report_usage(options, "cannot use --issuer with --off");
	return 0;
}

static int check_words(const struct cli_options *options, const struct subverb *sub)
{
	struct cli_missing missing = { 0 };
	size_t wanted = sub->done ? 2 : 1;

	cli_missing_add(&missing, options->operands.count < wanted, "a name");
	cli_missing_add(&missing, (sub->takes & ROLES) && !options->roles.count, "--role ROLE");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->operands.count > wanted)
		return cli_report_usage(options,
					"cannot change accounts: '%s' is one word too many",
					options->operands.items[wanted]);
	return check_options(options, sub);
}

static int read_roles(struct task *t)
{
	for (size_t i = 0; i < t->options->roles.count; i++) {
		const char *name = t->options->roles.items[i];
		unsigned role = medark_account_role_find(name);

		if (!role)
			return cli_report_usage(t->options,
						"cannot use '%s' for --role: it must be clinician, "
						"desk, auditor or admin",
						name);
		t->roles |= role;
	}
	return 0;
}

/* What has no room would else be cut. */
static int check_lengths(const struct cli_options *options, const char *name)
{
	if (name && strlen(name) > MEDARK_ACCOUNT_NAME_MAX)
		return cli_report_usage(options,
					"cannot use this name: it has more than %d characters",
					MEDARK_ACCOUNT_NAME_MAX);
	if (options->shown && strlen(options->shown) > MEDARK_ACCOUNT_SHOWN_MAX)
		return cli_report_usage(options, "cannot use --shown: it has more than %d bytes",
					MEDARK_ACCOUNT_SHOWN_MAX);
	return 0;
}

static int read_password(struct task *t)
{
	char question[128];

	(void)snprintf(question, sizeof(question), "New password of '%.64s'", t->name);
	return cli_passphrase_read_new(t->options, question, &t->password);
}

static void print_done(const struct task *t, const struct subverb *sub)
{
	const struct cli_options *options = t->options;
	struct cli_json json;

	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "change", sub->name);
		cli_json_text(&json, "account", t->name);
		if (t->uri[0])
			cli_json_text(&json, "uri", t->uri);
		cli_json_end(&json);
	} else if (t->uri[0]) {
		(void)printf("%s\n", t->uri);
	} else if (!options->quiet) {
		(void)printf("account '%s' %s\n", t->name, sub->done);
	}
}

static int fail(struct task *t, int code)
{
	struct cli_failure failure = { .action = t->name ? "change the account" : "list accounts",
				       .file = t->name,
				       .code = code,
				       .err = &t->err };

	if (code == MEDARK_E_EXISTS)
		failure.hint = "choose another name, or change it: account passwd, account roles";
	else if (code == MEDARK_E_NOT_FOUND && t->accounts)
		failure.hint = "medark account list shows those that there are";
	else if (code == MEDARK_E_NOT_FOUND)
		failure.hint = "medark account add makes it with the first account";
	return cli_report_failure(t->options, &failure);
}

static int run(struct task *t, const struct subverb *sub)
{
	int code = medark_accounts_open(t->state, sub->run == add, &t->accounts, &t->err);

	if (code < 0)
		return fail(t, code);
	if (sub->takes & PASSWORD)
		code = read_password(t);
	if (code)
		return code;
	code = sub->run(t);
	if (code < 0)
		return fail(t, code);
	if (sub->done)
		print_done(t, sub);
	return CLI_DONE;
}

int cmd_account(const struct cli_options *options)
{
	__attribute__((cleanup(task_clear))) struct task task = { .options = options };
	const struct subverb *sub = find(options);
	int code = sub ? check_words(options, sub) : CLI_USAGE;
	bool is_new;

	if (!code)
		code = read_roles(&task);
	if (code)
		return code;
	task.name = sub->done ? options->operands.items[1] : NULL;
	code = check_lengths(options, task.name);
	if (code)
		return code;
	code = cli_state_folder(options, sub->run == add, task.state);
	if (code)
		return code;
	is_new = access(task.state, F_OK) < 0;
	code = run(&task, sub);
	/* A failure leaves nothing behind. */
	if (code && is_new)
		(void)rmdir(task.state);
	return code;
}
