/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include "day.h"
#include "report.h"

#include <medark/key.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES 4096
#define SENTENCE_MAX   1024

/* ---- reading ---- */

struct reader {
	const struct cli_options *options;
	struct cli_policy *policy;
	unsigned line;
};

static int fault(const struct reader *r, const char *what)
{
	return cli_report_usage(r->options, "cannot use the policy '%s', line %u: %s",
				r->policy->path, r->line, what);
}

static char *trim(char *text)
{
	size_t size;

	while (isspace((unsigned char)*text))
		text++;
	size = strlen(text);
	while (size && isspace((unsigned char)text[size - 1]))
		text[--size] = '\0';
	return text;
}

/* `name` as seen from the policy's folder; false if it is too long. */
static bool place(const struct reader *r, const char *name, char out[PATH_MAX])
{
	const char *slash = strrchr(r->policy->path, '/');
	int folder = *name == '/' || !slash ? 0 : (int)(slash + 1 - r->policy->path);

	return snprintf(out, PATH_MAX, "%.*s%s", folder, r->policy->path, name) < PATH_MAX;
}

/* A fingerprint, or that of a certificate's file; as 64 lower-case digits. */
static int add_certificate(const struct reader *r, const char *value, char list[][65],
			   size_t *count)
{
	struct medark_certificate_info info;
	struct medark_error err = { 0 };
	char path[PATH_MAX];
	size_t used = 0;

	if (*count == CLI_POLICY_SIGNERS)
		return fault(r, "more than 64 of these");
	if (strspn(value, "0123456789abcdefABCDEF:") == strlen(value)) {
		for (const char *p = value; *p; p++) {
			if (*p == ':')
				continue;
			if (used < 64)
				list[*count][used] = (char)tolower((unsigned char)*p);
			used++;
		}
		if (used != 64)
			return fault(r, "a fingerprint has 64 hexadecimal digits");
		list[*count][64] = '\0';
	} else if (!place(r, value, path)) {
		return fault(r, "the file's name is too long");
	} else if (medark_certificate_describe(path, &info, &err) < 0) {
		return fault(r, err.message);
	} else {
		memcpy(list[*count], info.fingerprint, sizeof(info.fingerprint));
	}
	++*count;
	return 0;
}

static int read_flag(const struct reader *r, const char *value, bool *out)
{
	*out = strcmp(value, "yes") == 0;
	return *out || strcmp(value, "no") == 0 ? 0 : fault(r, "the value must be yes or no");
}

static int read_count(const struct reader *r, const char *value, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(value, &end, 10);
	return *value < '0' || *value > '9' || *end || errno || *out > 1000000
		       ? fault(r, "the value must be a number up to 1000000")
		       : 0;
}

static int read_strength(const struct reader *r, const char *value, uint64_t *out)
{
	int code = read_count(r, value, out);

	if (!code && *out != 128 && *out != 192)
		return fault(r, "the value must be 128 or 192");
	return code;
}

static int read_time(const struct reader *r, const char *value, char out[32])
{
	struct tm ignored = { 0 };
	const char *end;

	if (cli_day_read(value, out))
		return 0;
	end = strptime(value, "%Y-%m-%dT%H:%M:%SZ", &ignored);
	if (!end || *end || strlen(value) != strlen("2026-11-22T03:10:00Z"))
		return fault(r, "the value must be a date (2026-11-22) or a time "
				"(2026-11-22T03:10:00Z)");
	(void)snprintf(out, 32, "%s", value);
	return 0;
}

static int read_key(const struct reader *r, const char *key, const char *value)
{
	struct cli_policy *p = r->policy;

	if (strcmp(key, "signer") == 0)
		return add_certificate(r, value, p->signers, &p->signer_count);
	if (strcmp(key, "cosigner") == 0)
		return add_certificate(r, value, p->cosigners, &p->cosigner_count);
	if (strcmp(key, "stamp-authority") == 0)
		return add_certificate(r, value, p->authorities, &p->authority_count);
	if (strcmp(key, "stamped") == 0)
		return read_flag(r, value, &p->stamped);
	if (strcmp(key, "stamped-before") == 0)
		return read_time(r, value, p->stamped_before);
	if (strcmp(key, "revocation-checked") == 0)
		return read_flag(r, value, &p->revocation);
	if (strcmp(key, "complete") == 0)
		return read_flag(r, value, &p->complete);
	if (strcmp(key, "post-quantum") == 0)
		return read_flag(r, value, &p->post_quantum);
	if (strcmp(key, "pq-required") == 0)
		return read_flag(r, value, &p->pq_required);
	if (strcmp(key, "strength") == 0)
		return read_strength(r, value, &p->strength);
	if (strcmp(key, "newest-hours") == 0)
		return read_count(r, value, &p->newest_hours);
	if (strcmp(key, "missing") == 0)
		return read_count(r, value, &p->missing);
	if (strcmp(key, "purpose") == 0 && strlen(value) < sizeof(p->purpose)) {
		(void)snprintf(p->purpose, sizeof(p->purpose), "%s", value);
		return 0;
	}
	return fault(r, "there is no such rule; medark-verify(1) lists them");
}

static int read_line(const struct reader *r, char *line)
{
	char *key = trim(line), *equals;

	if (!*key || *key == '#')
		return 0;
	equals = strchr(key, '=');
	if (!equals)
		return fault(r, "it is not of the form 'key = value'");
	*equals = '\0';
	key = trim(key);
	equals = trim(equals + 1);
	if (!*equals)
		return fault(r, "the value is missing");
	return read_key(r, key, equals);
}

int cli_policy_read(const struct cli_options *options, struct cli_policy *out)
{
	struct reader r = { options, out, 0 };
	char line[LINE_MAX_BYTES];
	int code = 0;
	FILE *f;

	*out = (struct cli_policy) { .path = options->policy };
	if (!options->policy)
		return 0;
	f = fopen(options->policy, "re");
	if (!f)
		return cli_report_error(options, CLI_FAILED, "cannot read the policy '%s': %s",
					options->policy, strerror(errno));
	while (!code && fgets(line, sizeof(line), f)) {
		r.line++;
		code = !strchr(line, '\n') && !feof(f) ? fault(&r, "the line is too long")
						       : read_line(&r, line);
	}
	if (!code && ferror(f))
		code = cli_report_error(options, CLI_FAILED, "cannot read the policy '%s': %s",
					options->policy, strerror(errno));
	(void)fclose(f);
	return code;
}

/* ---- judging ---- */

struct judge {
	const struct cli_options *options;
	const char *path;
	char *out;
	size_t room, used;
	int code;
};

static void tell(struct judge *j, int code, const char *what)
{
	char sentence[SENTENCE_MAX];
	struct cli_json json;
	int n;

	(void)snprintf(sentence, sizeof(sentence), "'%.512s' breaks the policy: %s", j->path, what);
	if (j->options->json) {
		cli_report_json(j->options, &json, "status");
		cli_json_text(&json, "warning", sentence);
		cli_json_text(&json, "file", j->path);
		cli_json_text(&json, "policy", what);
		cli_json_end(&json);
	} else {
		cli_report_warning(j->options, sentence);
	}
	n = snprintf(j->out + j->used, j->room - j->used, "%s%s", j->used ? "; " : "", what);
	if (n > 0)
		j->used += (size_t)n < j->room - j->used ? (size_t)n : j->room - j->used - 1;
	if (j->code != CLI_UNTRUSTED)
		j->code = code;
}

static bool is_among(const char *fingerprint, const char list[][65], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], fingerprint) == 0)
			return true;
	return count == 0;
}

static bool has_signed(const struct medark_archive_info *info, const char *fingerprint)
{
	for (uint32_t i = 0; i < info->signature_count; i++)
		if (info->signatures[i].trusted &&
		    strcmp(info->signatures[i].fingerprint, fingerprint) == 0)
			return true;
	return false;
}

static bool is_stamped(const struct cli_policy *p, const struct medark_archive_info *info)
{
	for (uint32_t i = 0; i < info->stamp_count; i++)
		if (info->stamps[i].trusted) /* the first one is what proves the time */
			return info->proven_at[0] != '\0' &&
			       is_among(info->stamps[i].fingerprint, p->authorities,
					p->authority_count);
	return false;
}

/* Of somebody who may sign: a witness's says nothing of the signer. */
static bool has_post_quantum(const struct cli_policy *p, const struct medark_archive_info *info)
{
	for (uint32_t i = 0; i < info->signature_count; i++)
		if (info->signatures[i].trusted &&
		    strncmp(info->signatures[i].algorithm, "ML-DSA", 6) == 0 &&
		    is_among(info->signatures[i].fingerprint, p->signers, p->signer_count))
			return true;
	return false;
}

/* Passphrases are symmetric, and ML-KEM is made for it; of others, nothing is known. */
static bool is_classical(const char *kind)
{
	return strcmp(kind, "passphrase") != 0 && strcmp(kind, "ml-kem-768") != 0 &&
	       strcmp(kind, "ml-kem-1024") != 0;
}

static void check_recipients(const struct medark_archive_info *info, struct judge *j)
{
	char what[160];

	for (uint32_t i = 0; i < info->recipient_count; i++) {
		if (!is_classical(info->recipients[i].kind))
			continue;
		(void)snprintf(what, sizeof(what),
			       "quantum computers would break the key of its recipient %s (%s)",
			       info->recipients[i].id, info->recipients[i].kind);
		tell(j, CLI_INCOMPLETE, what);
	}
}

/* Is `word` one of the words of `text`? */
static bool has_word(const char *text, const char *word)
{
	size_t size = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += size)
		if ((p == text || p[-1] == ' ') && (p[size] == '\0' || p[size] == ' '))
			return true;
	return false;
}

static void check_signer(const struct cli_policy *p, const struct medark_archive_info *info,
			 struct judge *j)
{
	if (!is_among(info->signer_fingerprint, p->signers, p->signer_count))
		tell(j, CLI_UNTRUSTED, "its signer may not sign");
	if (*p->purpose && !has_word(info->signer_purposes, p->purpose))
		tell(j, CLI_UNTRUSTED, "the signer's certificate is not for the purpose asked for");
	/* P-256 and RSA of 3072 bits have 128 bits of strength, and nothing weaker can sign. */
	if (p->strength > 128 && strcmp(info->signer_algorithm, "ECDSA P-384") != 0)
		tell(j, CLI_UNTRUSTED, "its signature has less than 192 bits of strength");
	if (p->revocation && !info->revocation_checked)
		tell(j, CLI_UNTRUSTED, "no revocation list of the signer's authority is at hand");
}

static void check_time(const struct cli_policy *p, const struct medark_archive_info *info,
		       struct judge *j)
{
	bool is_wanted = p->stamped || p->authority_count || *p->stamped_before;
	char what[128];

	if (is_wanted && !is_stamped(p, info)) {
		tell(j, CLI_UNTRUSTED,
		     p->authority_count
			     ? "no time stamp of an authority that is asked for proves its time"
			     : "no time stamp of a trusted authority proves its time (medark stamp "
			       "puts one there)");
	} else if (*p->stamped_before && strcmp(info->proven_at, p->stamped_before) >= 0) {
		(void)snprintf(what, sizeof(what), "its time stamp is of %s, not before %s",
			       info->proven_at, p->stamped_before);
		tell(j, CLI_UNTRUSTED, what);
	}
}

int cli_policy_check(const struct cli_policy *p, const struct cli_options *options,
		     const char *path, const struct medark_archive_info *info, char *out,
		     size_t room)
{
	struct judge j = { options, path, out, room, 0, CLI_DONE };

	out[0] = '\0';
	if (!p->path)
		return CLI_DONE;
	check_signer(p, info, &j);
	for (size_t i = 0; i < p->cosigner_count; i++)
		if (!has_signed(info, p->cosigners[i]))
			tell(&j, CLI_UNTRUSTED, "a signature that is asked for is missing");
	check_time(p, info, &j);
	if (p->post_quantum && !has_post_quantum(p, info))
		tell(&j, CLI_UNTRUSTED,
		     p->signer_count ? "it has no trusted post-quantum signature of who may sign"
				     : "it has no trusted post-quantum signature");
	if (p->pq_required)
		check_recipients(info, &j);
	if (p->complete && !info->complete)
		tell(&j, CLI_INCOMPLETE, "it is not complete");
	return j.code;
}
