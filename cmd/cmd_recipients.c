/* SPDX-License-Identifier: Apache-2.0 */
/* medark recipients add|list: who can open archives that are there already. */
#include "access.h"
#include "archive_list.h"
#include "asked.h"
#include "info.h"
#include "passphrase.h"
#include "report.h"
#include "signals.h"
#include "subverb.h"
#include "text.h"

#include <medark/recipients.h>

#include <inttypes.h>
#include <string.h>

/* What all archives share. */
struct task {
	const struct cli_options *options; /* its operands are the archives */
	struct cli_access access;
	struct cli_passphrase opens; /* the signer's key */
	struct medark_certificate_info *asked;
	struct cli_archive_list list;
};

static void task_clear(struct task *t)
{
	cli_archive_list_clear(&t->list);
	cli_asked_free(&t->asked);
	cli_passphrase_clear(&t->opens);
	cli_access_clear(&t->access);
}

/* ---- add ---- */

static void print_added(const struct task *t, const char *path,
			const struct medark_recipients_result *result)
{
	struct cli_json json;

	if (t->options->json) {
		cli_report_json(t->options, &json, "summary");
		cli_json_text(&json, "file", path);
		cli_json_number(&json, "added", result->added);
		cli_json_number(&json, "present", result->present);
		cli_json_number(&json, "recipients", result->total);
		cli_json_number(&json, "revision", result->revision);
		cli_json_number(&json, "dropped", result->dropped);
		cli_json_end(&json);
		return;
	}
	if (t->options->quiet)
		return;
	cli_text_print(stdout, path);
	if (result->added)
		(void)printf(": %" PRIu32 " added, it has %" PRIu32 " recipients now\n",
			     result->added, result->total);
	else
		(void)fputs(": nothing to add, they are recipients already\n", stdout);
}

static int add_one(struct task *t, const char *path)
{
	const struct cli_options *options = t->options;
	const struct medark_recipients_request request = {
		.archive = path,
		.trust = t->access.trust,
		.identity = t->access.identity,
		.recipients = options->recipients.items,
		.recipient_count = options->recipients.count,
		.certificate = options->signer,
		.key = options->signer_key,
		.passphrase = t->opens.size ? t->opens.bytes : NULL,
		.passphrase_size = t->opens.size,
		.drop = options->force,
	};
	struct medark_recipients_result result;
	struct medark_error err = { 0 };
	int code = medark_archive_add_recipients(&request, &result, &err);

	if (code < 0)
		return cli_access_failed(options, "add recipients to", path, code, &err);
	print_added(t, path, &result);
	return CLI_DONE;
}

static void add_missing(const struct cli_options *options, struct cli_missing *missing)
{
	cli_access_missing(options, true, missing);
	cli_missing_add(missing, options->recipients.count == 0, "--recipient CERT");
	cli_missing_add(missing, !options->signer, "--signer CERT");
	cli_missing_add(missing, !options->signer_key, "--signer-key KEY");
}

static int add_prepare(struct task *t)
{
	const struct cli_options *options = t->options;
	int code = cli_access_identity(options, &t->access);

	return code ? code
		    : cli_passphrase_read_for_key(options, options->signer_key,
						  options->signer_key_passphrase_file, &t->opens);
}

/* ---- list ---- */

/* The file of --recipient whose certificate has this id. */
static const char *name_of(void *context, const char *id)
{
	const struct task *t = context;

	for (size_t i = 0; i < t->options->recipients.count; i++)
		if (strcmp(t->asked[i].recipient_id, id) == 0)
			return t->options->recipients.items[i];
	return NULL;
}

static void print_revision(struct task *t, const struct medark_archive_info *info,
			   uint32_t revision)
{
	for (uint32_t i = 0; i < info->recipient_count; i++) {
		const char *name = name_of(t, info->recipients[i].id);

		if (info->recipients[i].revision != revision)
			continue;
		(void)printf("  %-12s ", info->recipients[i].kind);
		cli_text_print(stdout, info->recipients[i].id);
		if (name) {
			(void)printf("\n  %-12s ", "");
			cli_text_print(stdout, name);
		}
		(void)fputc('\n', stdout);
	}
}

static void print_list(struct task *t, const char *path, const struct medark_archive_info *info)
{
	cli_text_print(stdout, path);
	(void)printf(": %" PRIu32 " %s\n", info->recipient_count,
		     cli_text_number(info->recipient_count, "recipient", "recipients"));
	print_revision(t, info, 1);
	for (uint32_t i = 0; i < info->revision_count; i++) {
		(void)printf("  added %s (claimed) by ", info->revisions[i].signed_at);
		cli_text_print(stdout, info->revisions[i].signer);
		if (!info->revisions[i].trusted) {
			(void)fputs(", who is not trusted:\n  ", stdout);
			cli_text_print(stdout, info->revisions[i].why);
		}
		(void)fputs(":\n", stdout);
		print_revision(t, info, i + 2);
	}
}

static int list_one(struct task *t, const char *path)
{
	const struct cli_options *options = t->options;
	struct medark_archive_info info;
	struct cli_json json;
	int code = cli_access_info(options, &t->access, path, &info);

	if (code)
		return code;
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "file", path);
		cli_info_json_recipients(&json, &info, name_of, t);
		cli_json_end(&json);
	} else if (!options->quiet) {
		print_list(t, path, &info);
	}
	return CLI_DONE;
}

static void list_missing(const struct cli_options *options, struct cli_missing *missing)
{
	cli_access_missing(options, false, missing);
}

static int list_prepare(struct task *t)
{
	int code = 0;

	t->asked = cli_asked_describe(t->options, &code);
	return code;
}

/* ---- the second word ---- */

static const struct subverb {
	const char *name, *action, *plain; /* with and without what it is done to */
	bool changes;			   /* takes the options of who signs, and of who opens it */
	void (*missing)(const struct cli_options *options, struct cli_missing *missing);
	int (*prepare)(struct task *t);
	int (*run)(struct task *t, const char *path);
} subverbs[] = {
	{ "add", "add recipients to", "add recipients", true, add_missing, add_prepare, add_one },
	{ "list", "list the recipients of", "list recipients", false, list_missing, list_prepare,
	  list_one },
};
#define SUBVERBS (sizeof(subverbs) / sizeof(subverbs[0]))

static const char *subverb_name(size_t i, const void *context)
{
	(void)context;
	return subverbs[i].name;
}

/* What many look for; it would not be true. */
static int refuse_removal(const struct cli_options *options)
{
	return cli_report_usage(
		options,
		"cannot remove a recipient: whoever could open an archive may have a copy of it, "
		"or of its key; export anew without them, or restore it and export that");
}

static bool asks_for_removal(const struct cli_options *options)
{
	const char *word = options->operands.count ? options->operands.items[0] : "";

	return strcmp(word, "remove") == 0 || strcmp(word, "rm") == 0 ||
	       strcmp(word, "delete") == 0;
}

static int check_options(const struct cli_options *options, const struct subverb *sub)
{
	const struct cli_subverb_option given[] = {
		{ options->identities.count, 1, "--identity" },
		{ cli_passphrase_is_asked(options), 1, "a passphrase" },
		{ options->force, 1, "--force" },
		{ options->signer, 1, "--signer" },
		{ options->signer_key, 1, "--signer-key" },
		{ options->signer_key_passphrase_file, 1, "--signer-key-passphrase-file" },
	};

	return cli_subverb_check(options, sub->name, sub->changes, given,
				 sizeof(given) / sizeof(given[0]));
}

static int run_all(struct task *t, const struct subverb *sub)
{
	int code = 0;

	for (size_t i = 0; i < t->list.count; i++) {
		int one = cli_signals_stopped() ? CLI_INTERRUPTED : sub->run(t, t->list.paths[i]);

		code = cli_report_worse(code, one);
		if (one == CLI_INTERRUPTED)
			break;
	}
	return code;
}

int cmd_recipients(const struct cli_options *options)
{
	__attribute__((cleanup(task_clear))) struct task t = { 0 };
	struct cli_options rest = *options;
	struct cli_verb verb = *options->verb;
	struct cli_missing missing = { 0 };
	int at, code;

	if (asks_for_removal(options))
		return refuse_removal(options);
	at = cli_subverb_find(options, SUBVERBS, subverb_name, "add or list");
	if (at < 0)
		return CLI_USAGE;
	verb.action = subverbs[at].action;
	rest.verb = &verb;
	/* Borrowed: what is behind the second word. */
	rest.operands.items++;
	rest.operands.count--;
	t.options = &rest;
	code = check_options(&rest, &subverbs[at]);
	if (code)
		return code;
	subverbs[at].missing(&rest, &missing);
	missing.action = subverbs[at].plain;
	if (missing.count)
		return cli_report_missing(&rest, &missing);
	code = cli_archive_list_fill(&rest, &t.list);
	if (!code)
		code = cli_access_trust(&rest, &t.access);
	if (!code)
		code = subverbs[at].prepare(&t);
	return code ? code : run_all(&t, &subverbs[at]);
}
