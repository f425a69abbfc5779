/* SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include "passphrase.h"
#include "report.h"

#include <medark/share.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(((struct medark_archive_info *)0)->judged_at) == CLI_TIME_MAX, "a time");

/* What a fingerprint is written in. */
#define HEX_DIGITS "0123456789abcdefABCDEF:"

/* The option's values; without any, the variable's. `one` holds the variable's value. */
static struct cli_list list_of(const struct cli_list *given, const char *variable, const char **one)
{
	*one = getenv(variable);
	if (given->count || !*one || !**one)
		return *given;
	return (struct cli_list) { .items = one, .count = 1 };
}

struct cli_list cli_access_trust_files(const struct cli_options *options, const char **one)
{
	return list_of(&options->trust, "MEDARK_TRUST", one);
}

static struct cli_list identities_of(const struct cli_options *options, const char **one)
{
	return list_of(&options->identities, "MEDARK_IDENTITY", one);
}

void cli_access_clear(struct cli_access *access)
{
	for (size_t i = 0; i < access->count; i++)
		medark_archive_free(access->all[i]);
	if (!access->count)
		medark_archive_free(access->archive);
	free(access->all);
	medark_identity_free(access->identity);
	medark_trust_free(access->trust);
	*access = (struct cli_access) { 0 };
}

void cli_access_missing(const struct cli_options *options, bool needs_identity,
			struct cli_missing *missing)
{
	const char *file = getenv("MEDARK_PASSPHRASE_FILE");
	const char *one;

	cli_missing_add(missing, options->operands.count == 0, "an archive");
	cli_missing_add(missing,
			needs_identity && identities_of(options, &one).count == 0 &&
				!cli_passphrase_is_asked(options) && !(file && *file),
			"--identity KEY (or MEDARK_IDENTITY, or --passphrase)");
	cli_missing_add(missing, cli_access_trust_files(options, &one).count == 0,
			"--trust CERT (or MEDARK_TRUST)");
}

int cli_access_check_archive(const struct cli_options *options, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return cli_report_usage(options,
					"cannot open '%s': it is a folder; name the archive in it, "
					"as in %s/NAME.medark",
					path, path);
	if (strcmp(path, "-") != 0)
		return 0;
	return cli_report_usage(options,
				"cannot read an archive from standard input: reading begins at its "
				"end, so it must be a file (for a file of this name: ./-)");
}

/* A fingerprint as it is, or that of a certificate's file. */
static int add_signer(const struct cli_options *options, struct cli_access *access,
		      const char *signer)
{
	struct cli_failure failure = { .action = "use the signer", .file = signer };
	struct medark_certificate_info info;
	struct medark_error err = { 0 };

	failure.err = &err;
	failure.code = medark_trust_add_signer(access->trust, signer, &err);
	if (failure.code == MEDARK_E_USAGE && strspn(signer, HEX_DIGITS) != strlen(signer)) {
		failure.code = medark_certificate_describe(signer, &info, &err);
		if (failure.code == 0)
			failure.code =
				medark_trust_add_signer(access->trust, info.fingerprint, &err);
	}
	return failure.code < 0 ? cli_report_failure(options, &failure) : 0;
}

int cli_access_trust(const struct cli_options *options, struct cli_access *access)
{
	const char *one;
	struct cli_list list = cli_access_trust_files(options, &one);
	struct medark_error err = { 0 };
	int code = medark_trust_new(&access->trust, &err);

	if (code < 0)
		return cli_report_failure(
			options,
			&(struct cli_failure) { .action = "verify", .code = code, .err = &err });
	if (options->at && medark_trust_judge_at(access->trust, options->at, &err) < 0)
		return cli_report_usage(options, "cannot use '%s' for --at: %s", options->at,
					err.message);
	for (size_t i = 0; i < list.count; i++) {
		code = medark_trust_add_file(access->trust, list.items[i], &err);
		if (code < 0)
			return cli_report_failure(
				options, &(struct cli_failure) { .action = "use the trust anchor",
								 .file = list.items[i],
								 .code = code,
								 .err = &err });
	}
	for (size_t i = 0; i < options->tsa_trust.count; i++) {
		const char *file = options->tsa_trust.items[i];

		code = medark_trust_add_stamp_file(access->trust, file, &err);
		if (code < 0)
			return cli_report_failure(
				options, &(struct cli_failure) { .action = "use the trust anchor",
								 .file = file,
								 .code = code,
								 .err = &err });
	}
	for (size_t i = 0; i < options->signers.count; i++) {
		int exit_code = add_signer(options, access, options->signers.items[i]);

		if (exit_code)
			return exit_code;
	}
	return 0;
}

/* A key's own passphrase is asked for only if no option gave one. */
static int add_key(const struct cli_options *options, struct cli_access *access, const char *path,
		   const struct cli_passphrase *given)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase own = { .size = 0 };
	const struct cli_passphrase *use = given->size ? given : &own;
	struct medark_error err = { 0 };
	int code = 0;

	if (!given->size)
		code = cli_passphrase_read_for_key(options, path, NULL, &own);
	else if (cli_passphrase_is_pin(options, path) < 0)
		code = CLI_USAGE;
	if (code)
		return code;
	code = medark_identity_add_key(access->identity, path, use->size ? use->bytes : NULL,
				       use->size, &err);
	if (code < 0)
		return cli_report_failure(options,
					  &(struct cli_failure) { .action = "use the identity",
								  .file = path,
								  .code = code,
								  .err = &err });
	return 0;
}

/* Shares are one key together. Taken out of the list of keys; an exit code. */
static int add_shares(const struct cli_options *options, struct cli_access *access,
		      struct cli_list *list)
{
	const char **shares = calloc(list->count + 1, sizeof(*shares));
	const char **keys = calloc(list->count + 1, sizeof(*keys));
	struct medark_share_set set = { .misfits = "" };
	struct cli_failure failure = { .action = "join the shares" };
	struct medark_error err = { 0 };
	char sentence[sizeof(set.misfits) + 64];
	size_t count = 0, others = 0;

	for (size_t i = 0; shares && keys && i < list->count; i++) {
		if (medark_share_is_file(list->items[i]))
			shares[count++] = list->items[i];
		else
			keys[others++] = list->items[i];
	}
	failure.err = &err;
	if (!shares || !keys)
		failure.code = MEDARK_E_MEMORY;
	else if (count)
		failure.code =
			medark_identity_add_shares(access->identity, shares, count, &set, &err);
	free(shares);
	*list = (struct cli_list) { .items = keys, .count = others };
	if (set.misfits[0]) {
		(void)snprintf(sentence, sizeof(sentence),
			       "the key was joined without %s: wrong content, or another key's",
			       set.misfits);
		cli_report_warning(options, sentence);
	}
	if (failure.code == MEDARK_E_MEMORY)
		return cli_report_memory(options);
	return failure.code < 0 ? cli_report_failure(options, &failure) : 0;
}

static int add_keys(const struct cli_options *options, struct cli_access *access,
		    const struct cli_list *given, const struct cli_passphrase *passphrase)
{
	struct cli_list keys = *given;
	int code = add_shares(options, access, &keys);

	for (size_t i = 0; !code && i < keys.count; i++)
		code = add_key(options, access, keys.items[i], passphrase);
	free(keys.items);
	return code;
}

int cli_access_identity(const struct cli_options *options, struct cli_access *access)
{
	__attribute__((cleanup(cli_passphrase_clear))) struct cli_passphrase given = { .size = 0 };
	const char *one;
	struct cli_list list = identities_of(options, &one);
	struct medark_error err = { 0 };
	int code = cli_passphrase_read(options, &given);

	if (code)
		return code;
	code = medark_identity_new(&access->identity, &err);
	if (code >= 0) {
		int exit_code = add_keys(options, access, &list, &given);

		if (exit_code)
			return exit_code;
	}
	/* It may open a key, the archive, or both: nobody should have to say which. */
	if (code >= 0 && given.size)
		code = medark_identity_add_passphrase(access->identity, given.bytes, given.size,
						      &err);
	if (code < 0)
		return cli_report_failure(
			options, &(struct cli_failure) {
					 .action = "use the identity", .code = code, .err = &err });
	return 0;
}

bool cli_access_advise_time(const struct medark_archive_info *unverified,
			    bool (*would_trust)(void *context, const char *when), void *context,
			    char out[CLI_ADVICE_MAX])
{
	const char *times[] = { unverified->signed_at, unverified->created };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (!would_trust(context, times[i]))
			continue;
		(void)snprintf(out, CLI_ADVICE_MAX,
			       "the signer was trusted when the archive says it was made: to judge "
			       "as of then, give --at %s. That time is the signer's own word: "
			       "whoever steals the key of an expired certificate can sign with any "
			       "date",
			       times[i]);
		return true;
	}
	return false;
}

struct attempt {
	const struct cli_access *access;
	const char *path, *at; /* what --at says, or NULL */
};

/* Nothing of the archive is used: only whether it opens. */
static bool would_open(void *context, const char *when)
{
	const struct attempt *attempt = context;
	struct medark_trust *trust = attempt->access->trust;
	struct medark_archive *archive = NULL;
	struct medark_error ignored = { 0 };
	int code = medark_trust_judge_at(trust, when, &ignored);

	if (code >= 0)
		code = medark_archive_open(attempt->path, trust, NULL, &archive, &ignored);
	medark_archive_free(archive);
	/* The next archive is judged as of what the user wants. */
	(void)medark_trust_judge_at(trust, attempt->at, &ignored);
	return code >= 0;
}

/* False if there is nothing to say. */
static bool advise(const struct cli_options *options, const struct cli_access *access,
		   const char *path, char out[CLI_ADVICE_MAX])
{
	const char *one;
	struct cli_list trust = cli_access_trust_files(options, &one);
	struct attempt attempt = { .access = access, .path = path, .at = options->at };
	bool pinned = options->signers.count > 0;
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };

	if (!trust.count || medark_archive_inspect(path, &info, &ignored) < 0)
		return false;
	if (cli_access_advise_time(&info, would_open, &attempt, out))
		return true;
	(void)snprintf(out, CLI_ADVICE_MAX,
		       "is '%.512s' the right %s? the archive says it was signed by %.512s "
		       "(SHA-256 %s)",
		       pinned ? options->signers.items[0] : trust.items[0],
		       pinned ? "signer" : "trust anchor", info.signer, info.signer_fingerprint);
	return true;
}

/* What else than a key may be wrong where none fits; NULL: nothing. */
static const char *advise_passphrase(const struct cli_options *options, const char *path)
{
	const char *file = getenv("MEDARK_PASSPHRASE_FILE");
	bool given = cli_passphrase_is_asked(options) || (file && *file);
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };
	bool takes = false;

	if (medark_archive_inspect(path, &info, &ignored) < 0)
		return NULL;
	for (uint32_t i = 0; i < info.recipient_count; i++)
		takes |= strcmp(info.recipients[i].kind, "passphrase") == 0;
	if (!takes)
		return NULL;
	return given ? "it was made with another passphrase: check capitals, spaces and the "
		       "keyboard's layout"
		     : "it can be opened with a passphrase, too: give --passphrase";
}

/* Where a query stands in the place of the archive, or what was given opens nothing. */
static const char *advise_word(const struct cli_options *options, int code, const char *path)
{
	if (code == MEDARK_E_IDENTITY)
		return advise_passphrase(options, path);
	if (code == MEDARK_E_SYSTEM && options->verb->bit == CLI_PATIENTS &&
	    access(path, F_OK) < 0 && errno == ENOENT)
		return "the first word is the archive: medark patients FILE QUERY";
	return NULL;
}

int cli_access_open(const struct cli_options *options, struct cli_access *access, const char *path)
{
	struct medark_error err = { 0 };
	struct cli_failure failure = { .file = path, .err = &err };
	char hint[CLI_ADVICE_MAX];

	failure.action = options->verb->bit == CLI_VERIFY ? "verify" : "open";
	failure.code =
		medark_archive_open(path, access->trust, access->identity, &access->archive, &err);
	if (failure.code == MEDARK_E_UNTRUSTED && advise(options, access, path, hint))
		failure.hint = hint;
	else if (failure.code < 0)
		failure.hint = advise_word(options, failure.code, path);
	return failure.code < 0 ? cli_report_failure(options, &failure) : 0;
}

int cli_access_info(const struct cli_options *options, const struct cli_access *shared,
		    const char *path, struct medark_archive_info *out)
{
	struct cli_access with = { .trust = shared->trust }; /* the anchors stay the caller's */
	struct medark_error ignored = { 0 };
	int code = cli_access_open(options, &with, path);

	if (code)
		return code;
	(void)medark_archive_info(with.archive, out, &ignored); /* cannot fail */
	medark_archive_free(with.archive);
	return 0;
}

int cli_access_open_all(const struct cli_options *options, struct cli_access *access)
{
	size_t count = options->operands.count;

	access->all = calloc(count + 1, sizeof(struct medark_archive *));
	if (!access->all)
		return cli_report_memory(options);
	for (size_t i = 0; i < count; i++) {
		int code = cli_access_open(options, access, options->operands.items[i]);

		if (code)
			return code;
		access->all[access->count++] = access->archive;
		access->archive = NULL;
	}
	access->archive = access->all[0];
	return 0;
}

int cli_access_failed(const struct cli_options *options, const char *action, const char *path,
		      int code, const struct medark_error *err)
{
	return cli_report_failure(
		options,
		&(struct cli_failure) { .action = action, .file = path, .code = code, .err = err });
}

void cli_access_judged(struct cli_access *access, char out[CLI_TIME_MAX])
{
	struct medark_archive_info info;
	struct medark_error ignored = { 0 };

	out[0] = '\0';
	if (medark_archive_info(access->archive, &info, &ignored) == 0)
		memcpy(out, info.judged_at, CLI_TIME_MAX);
}
