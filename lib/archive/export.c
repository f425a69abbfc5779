/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: the public face of writing an archive (<medark/export.h>): its configuration. The run
 * itself stands in export_run.c.
 */
#include "archive/export.h"

#include "archive/open.h"
#include "archive/servers.h"
#include "base/parallel.h"
#include "container/compress.h"
#include "container/segment.h"
#include "crypto/envelope.h"
#include "crypto/kdf.h"
#include "live/auth.h"
#include "live/live.h"
#include "net/url.h"
#include "record/compartment.h"
#include "record/record.h"

#include <medark/export.h>

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MIB		      (UINT64_C(1) << 20)
#define MEMORY_DEFAULT	      (240 * MIB)
#define MEMORY_BESIDE_WINDOWS (160 * MIB)
/* Three windows, and as much again for what lanes read ahead and for a large document. */
#define WINDOW_SHARES 4
#define WINDOW_MIN    (8 * MIB)
#define WINDOW_MAX    (1024 * MIB)
#define MEMORY_MIN    (MEMORY_BESIDE_WINDOWS + WINDOW_SHARES * WINDOW_MIN)

int medark_export_new(struct medark_export **out, struct medark_error *err)
{
	struct medark_export *e = calloc(1, sizeof(*e));

	if (!e)
		return medark_error_memory(err, "an export");
	e->level = MEDARK_LEVEL_DEFAULT;
	e->memory = MEMORY_DEFAULT;
	e->passphrase = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_KDF_PASSPHRASE_MAX);
	*out = e;
	return 0;
}

void medark_export_free(struct medark_export *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->source_count; i++)
		free(e->sources[i]);
	medark_exclude_clear(&e->exclude);
	for (size_t i = 0; i < e->recipient_count; i++)
		medark_certificate_free(e->recipients[i]);
	medark_buffer_clear(&e->passphrase);
	medark_certificate_free(e->signer);
	medark_private_key_free(e->signer_key);
	medark_crls_free(e->crls);
	free(e->report_path);
	free(e->auth_path);
	free(e->group);
	for (size_t i = 0; i < e->expected_count; i++)
		free(e->expected[i]);
	free(e->patients);
	free(e->previous_servers);
	free(e);
}

int medark_export_add_source(struct medark_export *e, const char *path, struct medark_error *err)
{
	if (e->source_count == MEDARK_EXPORT_SOURCES_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d sources",
					MEDARK_EXPORT_SOURCES_MAX);
	if (strcmp(path, "-") != 0 && !medark_live_is_address(path) && access(path, R_OK) != 0) {
		(void)medark_error_errno(err, errno, "cannot read the source '%s'", path);
		if (err)
			err->code = MEDARK_E_SOURCE;
		return MEDARK_E_SOURCE;
	}
	e->sources[e->source_count] = strdup(path);
	if (!e->sources[e->source_count])
		return medark_error_memory(err, "a source");
	e->source_count++;
	return 0;
}

int medark_export_add_exclude(struct medark_export *e, const char *pattern,
			      struct medark_error *err)
{
	return medark_exclude_add(&e->exclude, pattern, err);
}

/* Quantum computers: what is encrypted to it now may be kept until there are some. */
static bool withstands(const struct medark_certificate *certificate)
{
	const struct medark_recipient recipient = { .certificate = certificate };
	struct medark_recipient_id id;

	return medark_recipient_id(&recipient, &id, NULL) == 0 &&
	       (id.kind == MEDARK_ENVELOPE_ML_KEM_768 || id.kind == MEDARK_ENVELOPE_ML_KEM_1024);
}

int medark_export_add_recipient(struct medark_export *e, const char *cert_path,
				struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;

	if (e->recipient_count == MEDARK_RECIPIENTS_MAX - 1)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d recipients",
					MEDARK_RECIPIENTS_MAX - 1);
	MEDARK_TRY(medark_certificate_load(cert_path, &c, err));
	MEDARK_TRY(medark_certificate_check_recipient(c, time(NULL), err));
	if (e->pq_required && !withstands(c))
		return medark_error_set(err, MEDARK_E_KEY,
					"certificate '%s' has a key that quantum computers would "
					"break: give one with a key of ML-KEM, or a passphrase",
					cert_path);
	for (size_t i = 0; i < e->recipient_count; i++)
		if (medark_digest_equal(medark_certificate_fingerprint(e->recipients[i]),
					medark_certificate_fingerprint(c)))
			return medark_error_set(err, MEDARK_E_USAGE,
						"the recipient '%s' is given twice", cert_path);
	e->recipients[e->recipient_count++] = MEDARK_TAKE(c);
	return 0;
}

int medark_export_add_passphrase(struct medark_export *e, const void *passphrase, size_t size,
				 struct medark_error *err)
{
	if (size == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "the passphrase is empty");
	if (size > MEDARK_KDF_PASSPHRASE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the passphrase is longer than %d bytes",
					MEDARK_KDF_PASSPHRASE_MAX);
	if (e->passphrase.size)
		return medark_error_set(err, MEDARK_E_USAGE, "more than one passphrase");
	return medark_buffer_add(&e->passphrase, passphrase, size, err);
}

int medark_export_set_signer(struct medark_export *e, const char *cert_path, const char *key_path,
			     const void *passphrase, size_t size, struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *k = NULL;

	MEDARK_TRY(medark_certificate_load(cert_path, &c, err));
	MEDARK_TRY(medark_certificate_check_signer(c, time(NULL), err));
	MEDARK_TRY(medark_private_key_load(key_path, medark_bytes(passphrase, size), &k, err));
	if (!medark_private_key_matches(k, c))
		return medark_error_set(err, MEDARK_E_KEY,
					"the key '%s' does not belong to the certificate '%s'",
					key_path, cert_path);
	medark_certificate_free(e->signer);
	medark_private_key_free(e->signer_key);
	e->signer = MEDARK_TAKE(c);
	e->signer_key = MEDARK_TAKE(k);
	return 0;
}

int medark_export_add_crls(struct medark_export *e, const char *path, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX);

	if (!e->crls)
		MEDARK_TRY(medark_crls_new(&e->crls, err));
	MEDARK_TRY(medark_crls_add_file(e->crls, path, err));
	return medark_crls_write(e->crls, &text, err); /* is there room for all? */
}

int medark_export_judge_previous_at(struct medark_export *e, const char *when,
				    struct medark_error *err)
{
	if (when)
		MEDARK_TRY(medark_trust_parse_time(when, &e->previous_at, err));
	e->has_previous_at = when != NULL;
	return 0;
}

static int keep_servers(struct medark_export *e, const struct medark_summary *summary,
			struct medark_error *err)
{
	struct medark_summary_server *servers = calloc(summary->server_count + 1, sizeof(*servers));

	if (!servers)
		return medark_error_memory(err, "the previous archive");
	free(e->previous_servers);
	e->previous_servers = servers;
	e->previous_server_count = 0;
	/* What the other ones of several sources have would stay as it was then. */
	e->previous_lacks = summary->skipped > 0 || summary->sources > 1 ||
			    medark_summary_reason(summary, medark_fault_name(MEDARK_FAULT_MISSING));
	for (uint32_t i = 0; i < summary->server_count; i++)
		e->previous_lacks |= summary->servers[i].partial;
	for (uint32_t i = 0; !e->previous_lacks && i < summary->server_count; i++)
		if (summary->servers[i].time[0])
			servers[e->previous_server_count++] = summary->servers[i];
	return 0;
}

int medark_export_set_previous(struct medark_export *e, const char *path, const char *trust_path,
			       struct medark_error *err)
{
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	MEDARK_AUTO(medark_archive_free) struct medark_archive *previous = NULL;
	int code;

	if (!e->signer)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the signer must be given before the previous archive");
	MEDARK_TRY(medark_trust_new(&trust, err));
	MEDARK_TRY(medark_trust_add_certificate(trust, e->signer, err));
	if (trust_path)
		MEDARK_TRY(medark_trust_add_file(trust, trust_path, err));
	if (e->has_previous_at)
		medark_trust_set_time(trust, e->previous_at);
	code = medark_archive_open(path, trust, NULL, &previous, err);
	if (code < 0)
		return medark_error_prefix(err, code, "cannot continue the chain of '%s'", path);
	if (previous->header.sequence == UINT32_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "the chain of '%s' is full", path);
	e->sequence = previous->header.sequence;
	e->previous = previous->manifest_digest;
	return keep_servers(e, &previous->summary, err);
}

int medark_export_set_level(struct medark_export *e, int level, struct medark_error *err)
{
	if (level < 1 || level > MEDARK_LEVEL_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "the level must be 1 to %d",
					MEDARK_LEVEL_MAX);
	e->level = level;
	return 0;
}

int medark_export_set_memory(struct medark_export *e, uint64_t bytes, struct medark_error *err)
{
	if (bytes < MEMORY_MIN)
		return medark_error_set(err, MEDARK_E_USAGE,
					"an export needs %llu MiB of memory or more",
					(unsigned long long)(MEMORY_MIN / MIB));
	e->memory = bytes;
	return 0;
}

int medark_export_set_threads(struct medark_export *e, unsigned threads, struct medark_error *err)
{
	MEDARK_TRY(medark_parallel_check(threads, err));
	e->threads = threads;
	return 0;
}

/* Takes a copy of `text`, or of nothing, in the place of what stood there. */
static int set_text(char **to, const char *text, struct medark_error *err)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return medark_error_memory(err, "an export");
	free(*to);
	*to = copy;
	return 0;
}

int medark_export_set_auth(struct medark_export *e, const char *path, struct medark_error *err)
{
	return set_text(&e->auth_path, path, err);
}

int medark_export_require_pq(struct medark_export *e, struct medark_error *err)
{
	if (e->recipient_count)
		return medark_error_set(err, MEDARK_E_USAGE,
					"post-quantum recipients have to be asked for before one "
					"is added");
	e->pq_required = true;
	return 0;
}

void medark_export_set_pbkdf2(struct medark_export *e, bool pbkdf2)
{
	e->pbkdf2 = pbkdf2;
}

void medark_export_set_increment(struct medark_export *e, bool increment)
{
	e->increment = increment;
}

bool medark_export_can_increment(const struct medark_export *e)
{
	return e->source_count == 1 && e->sequence && medark_servers_since(e, 0);
}

int medark_export_expect_missing(struct medark_export *e, const char *type,
				 struct medark_error *err)
{
	if (!medark_compartment_find(medark_bytes_text(type)))
		return medark_error_set(err, MEDARK_E_USAGE, "FHIR has no resource type '%.64s'",
					type);
	if (e->expected_count == MEDARK_EXPORT_EXPECTED_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d types",
					MEDARK_EXPORT_EXPECTED_MAX);
	MEDARK_TRY(set_text(&e->expected[e->expected_count], type, err));
	e->expected_count++;
	return 0;
}

int medark_export_set_group(struct medark_export *e, const char *id, struct medark_error *err)
{
	if (id && (*id == '\0' || strlen(id) > MEDARK_EXPORT_GROUP_MAX))
		return medark_error_set(err, MEDARK_E_USAGE, "the id of a group has 1 to %d bytes",
					MEDARK_EXPORT_GROUP_MAX);
	return set_text(&e->group, id, err);
}

int medark_export_set_patients(struct medark_export *e, const char *path, struct medark_error *err)
{
	return set_text(&e->patients, path, err);
}

int medark_export_set_method(struct medark_export *e, const char *method, struct medark_error *err)
{
	e->method = MEDARK_LIVE_AUTO;
	if (!method || medark_live_method_find(method, &e->method))
		return 0;
	return medark_error_set(err, MEDARK_E_USAGE,
				"the method must be auto, bulk, everything, search or page");
}

int medark_export_check_servers(const struct medark_export *e, struct medark_error *err)
{
	MEDARK_AUTO(medark_auth_free) struct medark_auth *auth = NULL;

	for (size_t i = 0; i < e->source_count; i++) {
		MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };

		if (medark_live_is_address(e->sources[i]))
			MEDARK_TRY(medark_url_parse(e->sources[i] + strlen(MEDARK_LIVE_PREFIX),
						    &url, err));
	}
	return e->auth_path ? medark_auth_load(e->auth_path, &auth, err) : 0;
}

int medark_export_set_report(struct medark_export *e, const char *path, struct medark_error *err)
{
	return set_text(&e->report_path, path, err);
}

void medark_export_defaults(const struct medark_export *e, unsigned *out_threads,
			    uint64_t *out_window)
{
	uint64_t window = (e->memory - MEMORY_BESIDE_WINDOWS) / WINDOW_SHARES;

	*out_threads = medark_parallel_threads(e->threads);
	*out_window = window > WINDOW_MAX ? WINDOW_MAX : window;
}

int medark_export_folder(const char *out_path, char **out, struct medark_error *err)
{
	const char *slash = strrchr(out_path, '/');
	const char *temporary = getenv("TMPDIR");

	if (strcmp(out_path, "-") == 0)
		*out = strdup(temporary && *temporary ? temporary : "/tmp");
	else if (slash)
		*out = strndup(out_path, (size_t)(slash - out_path) + (slash == out_path));
	else
		*out = strdup(".");
	return *out ? 0 : medark_error_memory(err, "an export");
}
