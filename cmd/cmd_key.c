/* SPDX-License-Identifier: Apache-2.0 */
/* medark key new|split|join: key pairs for sites without a PKI, and private keys in shares. */
#include "inputs.h"
#include "key_shares.h"
#include "report.h"
#include "subverb.h"

#include <medark/key.h>

#include <string.h>

/* Of a prefix, with an ending. */
#define PATH_SIZE 4200

static const char *const roles[] = { "signer", "recipient" };
/* In the order of enum medark_key_type. */
static const char *const types[] = { "p256",	  "p384",	"rsa3072",    "ml-dsa-65",
				     "ml-dsa-87", "ml-kem-768", "ml-kem-1024" };
#define TYPES (sizeof(types) / sizeof(types[0]))

/* The place of `word` in a list of names; -1 if it is not there. */
static int place_of(const char *word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, names[i]) == 0)
			return (int)i;
	return -1;
}

static int check_words(const struct cli_options *options)
{
	const struct cli_list *words = &options->operands;

	if (words->count > 1)
		return cli_report_usage(options, "cannot %s a key: '%s' is one word too many",
					strcmp(words->items[0], "split") == 0 ? "split" : "make",
					words->items[1]);
	return 0;
}

/* A key of ML-DSA signs only, one of ML-KEM is encrypted to only. */
static int check_role(const struct cli_options *options, int role)
{
	bool is_signer = role == MEDARK_ROLE_SIGNER;

	if (!options->key_type ||
	    strncmp(options->key_type, is_signer ? "ml-kem" : "ml-dsa", strlen("ml-kem")) != 0)
		return 0;
	return cli_report_usage(options, "cannot use %s for a %s: that takes %s", options->key_type,
				roles[role],
				is_signer ? "ml-dsa-65 or ml-dsa-87" : "ml-kem-768 or ml-kem-1024");
}

static int read_request(const struct cli_options *options, struct medark_key_request *out)
{
	struct cli_missing missing = { .action = "make a key" };
	int role, type;

	cli_missing_add(&missing, !options->role, "--role signer|recipient");
	cli_missing_add(&missing, !options->name, "--name CN");
	cli_missing_add(&missing, !options->out, "--out PREFIX");
	if (missing.count)
		return cli_report_missing(options, &missing);
	role = place_of(options->role, roles, 2);
	type = options->key_type ? place_of(options->key_type, types, TYPES) : MEDARK_KEY_P256;
	if (role < 0)
		return cli_report_usage(options,
					"cannot use '%s' for --role: it must be signer or "
					"recipient",
					options->role);
	if (type < 0)
		return cli_report_usage(options,
					"cannot use '%s' for --type: it must be p256, p384, "
					"rsa3072, ml-dsa-65, ml-dsa-87, ml-kem-768 or ml-kem-1024",
					options->key_type);
	if (check_role(options, role))
		return CLI_USAGE;
	*out = (struct medark_key_request) { .role = (enum medark_key_role)role,
					     .type = (enum medark_key_type)type,
					     .common_name = options->name,
					     .prefix = options->out,
					     .replace = options->force };
	return 0;
}

/* A prefix that ends as a folder's name does would give hidden files in it. */
static int check_prefix(const struct cli_options *options)
{
	const char *slash = strrchr(options->out, '/');
	const char *last = slash ? slash + 1 : options->out;

	if (*last && strcmp(last, ".") != 0 && strcmp(last, "..") != 0)
		return 0;
	return cli_report_usage(
		options,
		"cannot use '%s' for --out: it is a folder; name the files in it, as "
		"in %s%sclinic",
		options->out, options->out, *last ? "/" : "");
}

/* A key that the variables name opens or checks archives: it is not made anew by mistake. */
static int check_outputs(const struct cli_options *options)
{
	static const char *const endings[] = { ".key.pem", ".cert.pem" };
	char path[PATH_SIZE];
	int code = 0;

	for (size_t i = 0; !code && i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", options->out, endings[i]);
		code = cli_inputs_check_file(options, "--out", path);
	}
	return code;
}

/* Where the pair belongs. */
static const char *advice_for(const struct medark_key_request *made)
{
	if (made->role == MEDARK_ROLE_RECIPIENT)
		return "keep the private key away from the exporting machine; only the certificate "
		       "belongs there";
	if (made->type == MEDARK_KEY_ML_DSA_65 || made->type == MEDARK_KEY_ML_DSA_87)
		return "sign archives with it by medark cosign, beside the signer of the export; "
		       "give the certificate to who verifies";
	return "keep the private key where it signs, and nowhere else; give the certificate to who "
	       "verifies";
}

static int print_result(const struct cli_options *options, const struct medark_key_request *made)
{
	char key[PATH_SIZE], cert[PATH_SIZE];
	struct medark_certificate_info info;
	struct medark_error err = { 0 };
	struct cli_json json;
	int code;

	(void)snprintf(key, sizeof(key), "%s.key.pem", made->prefix);
	(void)snprintf(cert, sizeof(cert), "%s.cert.pem", made->prefix);
	code = medark_certificate_describe(cert, &info, &err);
	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "describe the key",
								  .file = cert,
								  .code = code,
								  .err = &err });
	if (options->json) {
		cli_report_json(options, &json, "summary");
		cli_json_text(&json, "key", key);
		cli_json_text(&json, "certificate", cert);
		cli_json_text(&json, "role", roles[made->role]);
		cli_json_text(&json, "type", types[made->type]);
		cli_json_text(&json, "name", made->common_name);
		cli_json_text(&json, "fingerprint", info.fingerprint);
		cli_json_text(&json, "recipient_id", info.recipient_id);
		cli_json_end(&json);
	} else if (!options->quiet) {
		cli_report_row(stdout, "private key", key);
		cli_report_row(stdout, "certificate", cert);
		cli_report_row(stdout, "fingerprint", info.fingerprint);
		if (made->role == MEDARK_ROLE_RECIPIENT)
			cli_report_row(stdout, "recipient id", info.recipient_id);
		(void)printf("%s\n", advice_for(made));
	}
	return CLI_DONE;
}

static int make_new(const struct cli_options *options)
{
	struct medark_key_request request = { 0 };
	struct medark_error err = { 0 };
	int code = check_words(options);

	if (!code)
		code = read_request(options, &request);
	if (!code)
		code = check_prefix(options);
	if (!code)
		code = check_outputs(options);
	if (code)
		return code;
	code = medark_key_create(&request, &err);
	if (code < 0)
		return cli_report_failure(options, &(struct cli_failure) { .action = "make the key",
									   .file = options->out,
									   .code = code,
									   .err = &err });
	return print_result(options, &request);
}

static int split(const struct cli_options *options)
{
	int code = check_words(options);

	if (!code && options->out)
		code = check_prefix(options);
	return code ? code : cli_key_split(options);
}

/* ---- the second word ---- */

/* Options that belong to some second words only. */
enum { ROLE = 1, NAME = 2, TYPE = 4, FORCE = 8, SHARES = 16 };

static const struct subverb {
	const char *name;
	unsigned takes; /* bits of the options above */
	int (*run)(const struct cli_options *options);
} subverbs[] = {
	{ "new", ROLE | NAME | TYPE | FORCE, make_new },
	{ "split", NAME | TYPE | SHARES, split },
	{ "join", FORCE, cli_key_join },
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
	int at = cli_subverb_find(options, SUBVERBS, subverb_name, "new, split or join");

	return at < 0 ? NULL : &subverbs[at];
}

static int check_options(const struct cli_options *options, const struct subverb *sub)
{
	const struct cli_subverb_option given[] = {
		{ options->role, ROLE, "--role" },
		{ options->name, NAME, "--name" },
		{ options->key_type, TYPE, "--type" },
		{ options->force, FORCE, "--force" },
		{ options->threshold, SHARES, "--threshold" },
		{ options->shares, SHARES, "--shares" },
		{ options->key, SHARES, "--key" },
		{ options->recipients.count, SHARES, "--recipient" },
	};

	return cli_subverb_check(options, sub->name, sub->takes, given,
				 sizeof(given) / sizeof(given[0]));
}

int cmd_key(const struct cli_options *options)
{
	const struct subverb *sub = find(options);
	int code = sub ? check_options(options, sub) : CLI_USAGE;

	return code ? code : sub->run(options);
}
