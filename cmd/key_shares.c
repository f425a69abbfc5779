/* SPDX-License-Identifier: Apache-2.0 */
#include "key_shares.h"

#include "inputs.h"
#include "passphrase.h"
#include "report.h"
#include "text.h"

#include <medark/share.h>

#include <string.h>

/* Of a prefix, with an ending. */
#define PATH_SIZE 4200

static int read_request(const struct cli_options *options, struct medark_split_request *out)
{
	const char *type = options->key_type ? options->key_type : "p256";
	struct cli_missing missing = { .action = "split a key" };

	cli_missing_add(&missing, !options->threshold, "--threshold M");
	cli_missing_add(&missing, !options->shares, "--shares N");
	cli_missing_add(&missing, !options->name, "--name TEXT");
	cli_missing_add(&missing, !options->out, "--out PREFIX");
	cli_missing_add(&missing, options->key && !options->recipients.count, "--recipient CERT");
	if (missing.count)
		return cli_report_missing(options, &missing);
	if (options->threshold > options->shares)
		return cli_report_usage(options,
					"cannot use '%u' for --threshold: there are only %u shares",
					(unsigned)options->threshold, (unsigned)options->shares);
	if (strcmp(type, "p256") != 0 && strcmp(type, "p384") != 0)
		return cli_report_usage(
			options,
			"cannot use '%s' for --type: a key that is split is p256 or "
			"p384",
			type);
	if (options->recipients.count && !options->key)
		return cli_report_usage(options, "cannot use --recipient without --key: a new key "
						 "gets a new certificate");
	if (options->recipients.count > 1 || (options->key && options->key_type))
		return cli_report_usage(options, "cannot use %s with --key: it has a %s already",
					options->key_type ? "--type" : "two --recipient",
					options->key_type ? "type" : "certificate");
	*out = (struct medark_split_request) {
		.type = strcmp(type, "p384") == 0 ? MEDARK_KEY_P384 : MEDARK_KEY_P256,
		.threshold = (unsigned)options->threshold,
		.count = (unsigned)options->shares,
		.name = options->name,
		.prefix = options->out,
		.key = options->key,
		.certificate = options->key ? options->recipients.items[0] : NULL,
	};
	return 0;
}

/* A share that nobody has tried is none: the files are there as long as it can be made anew. */
static void print_next(const struct cli_options *options, const char *certificate)
{
	char word[PATH_SIZE];

	(void)printf(
		"first rehearse a restore with the shares, of an archive that has the certificate "
		"as\nits --escrow or --recipient:\n");
	(void)printf("  medark export ... --escrow %s --out ARCHIVE\n",
		     cli_text_quote(certificate, word, sizeof(word)));
	(void)printf("  medark drill ARCHIVE --trust CERT --identity %s.share-*.txt\n",
		     cli_text_quote(options->out, word, sizeof(word)));
	(void)printf("then print each share, give each to another person or safe, and remove the "
		     "files\n");
}

static int print_split(const struct cli_options *options, const struct medark_share_set *set)
{
	char certificate[PATH_SIZE], first[PATH_SIZE];
	struct cli_json json;

	if (options->key)
		(void)snprintf(certificate, sizeof(certificate), "%s",
			       options->recipients.items[0]);
	else
		(void)snprintf(certificate, sizeof(certificate), "%s.cert.pem", options->out);
	(void)snprintf(first, sizeof(first), "%s.share-1.txt to -%u.txt", options->out, set->count);
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "prefix", options->out);
		cli_json_text(&json, "certificate", certificate);
		cli_json_text(&json, "name", options->name);
		cli_json_text(&json, "type", set->type);
		cli_json_text(&json, "set", set->set);
		cli_json_number(&json, "threshold", set->threshold);
		cli_json_number(&json, "shares", set->count);
		cli_json_text(&json, "public_key", set->public_key);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_report_row(stdout, "certificate", certificate);
		cli_report_row(stdout, "shares", first);
		cli_report_row(stdout, "set", set->set);
		cli_report_row_number(stdout, "needed", set->threshold);
		print_next(options, certificate);
	}
	if (options->key)
		cli_report_warning(options,
				   "the file of --key is still a whole key: whoever has it "
				   "needs no share");
	return CLI_DONE;
}

int cli_key_split(const struct cli_options *options)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase own = { .size = 0 };
	struct medark_split_request request = { 0 };
	struct medark_share_set set;
	struct medark_error err = { 0 };
	int code = read_request(options, &request);

	if (!code && options->key)
		code = cli_passphrase_read_for_key(options, options->key, NULL, &own);
	if (code)
		return code;
	request.passphrase = own.size ? own.bytes : NULL;
	request.passphrase_size = own.size;
	code = medark_key_split(&request, &set, &err);
	if (code < 0)
		return cli_report_failure(
			options, &(struct cli_failure) {
					 .action = "split the key",
					 .file = options->key ? NULL : options->out,
					 .hint = code == MEDARK_E_EXISTS
							 ? "choose another prefix: what stands "
							   "there may be shares of another key"
							 : NULL,
					 .code = code,
					 .err = &err });
	return print_split(options, &set);
}

/* A file of a share is not overwritten by the key, whatever --force says. */
static int check_output(const struct cli_options *options)
{
	for (size_t i = 1; i < options->operands.count; i++)
		if (cli_inputs_is_same_place(options->out, options->operands.items[i]))
			return cli_report_usage(options, "cannot use '%s' for --out: it is a share",
						options->out);
	return cli_inputs_check_file(options, "--out", options->out);
}

static int print_join(const struct cli_options *options, const struct medark_share_set *set)
{
	char sentence[sizeof(set->misfits) + 64];
	struct cli_json json;

	if (set->misfits[0]) {
		(void)snprintf(sentence, sizeof(sentence),
			       "the key was joined without %s: wrong content, or another key's",
			       set->misfits);
		cli_report_warning(options, sentence);
	}
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "key", options->out);
		cli_json_text(&json, "type", set->type);
		cli_json_text(&json, "set", set->set);
		cli_json_text(&json, "public_key", set->public_key);
		cli_json_text_or_null(&json, "misfits", set->misfits);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_report_row(stdout, "private key", options->out);
		cli_report_row(stdout, "set", set->set);
		(void)fputs("the file is a whole key now: remove it when it is no longer needed\n",
			    stdout);
	}
	return CLI_DONE;
}

int cli_key_join(const struct cli_options *options)
{
	const struct cli_list *words = &options->operands;
	struct cli_missing missing = { .action = "join a key" };
	struct medark_share_set set;
	struct medark_error err = { 0 };
	int code;

	cli_missing_add(&missing, words->count < 2, "shares");
	cli_missing_add(&missing, !options->out, "--out KEY");
	if (missing.count)
		return cli_report_missing(options, &missing);
	code = check_output(options);
	if (code)
		return code;
	code = medark_key_join(words->items + 1, words->count - 1, options->out, options->force,
			       &set, &err);
	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "join the shares",
								  .file = NULL,
								  .code = code,
								  .err = &err });
	return print_join(options, &set);
}
