/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/identity.h"

#include "archive/quorum.h"
#include "crypto/certificate.h"
#include "crypto/kdf.h"
#include "crypto/private_key.h"
#include "crypto/small_file.h"

#include <medark/key.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Private keys, and passphrases, of one identity. */
#define SECRETS_MAX 64

struct passphrase {
	uint8_t *data;
	size_t size;
};

struct medark_identity {
	struct medark_private_key *keys[SECRETS_MAX];
	size_t key_count;
	struct passphrase passphrases[SECRETS_MAX];
	size_t passphrase_count;
};

int medark_identity_new(struct medark_identity **out, struct medark_error *err)
{
	struct medark_identity *identity = calloc(1, sizeof(*identity));

	if (!identity)
		return medark_error_memory(err, "an identity");
	*out = identity;
	return 0;
}

static int check_room(const struct medark_identity *identity, struct medark_error *err)
{
	if (identity->key_count == SECRETS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d private keys",
					SECRETS_MAX);
	return 0;
}

int medark_identity_add_key(struct medark_identity *identity, const char *path,
			    const void *passphrase, size_t size, struct medark_error *err)
{
	MEDARK_TRY(check_room(identity, err));
	MEDARK_TRY(medark_private_key_load_reader(path, medark_bytes(passphrase, size),
						  &identity->keys[identity->key_count], err));
	identity->key_count++;
	return 0;
}

int medark_identity_add_shares(struct medark_identity *identity, const char *const *shares,
			       size_t count, struct medark_share_set *out, struct medark_error *err)
{
	MEDARK_TRY(check_room(identity, err));
	MEDARK_TRY(
		medark_quorum_join(shares, count, &identity->keys[identity->key_count], out, err));
	identity->key_count++;
	return 0;
}

int medark_identity_add_passphrase(struct medark_identity *identity, const void *passphrase,
				   size_t size, struct medark_error *err)
{
	struct passphrase *p;

	if (identity->passphrase_count == SECRETS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d passphrases",
					SECRETS_MAX);
	if (size == 0 || size > MEDARK_KDF_PASSPHRASE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a passphrase has 1 to %d bytes",
					MEDARK_KDF_PASSPHRASE_MAX);
	p = &identity->passphrases[identity->passphrase_count];
	p->data = malloc(size);
	if (!p->data)
		return medark_error_memory(err, "a passphrase");
	memcpy(p->data, passphrase, size);
	p->size = size;
	identity->passphrase_count++;
	return 0;
}

void medark_identity_free(struct medark_identity *identity)
{
	if (!identity)
		return;
	for (size_t i = 0; i < identity->key_count; i++)
		medark_private_key_free(identity->keys[i]);
	for (size_t i = 0; i < identity->passphrase_count; i++) {
		medark_secret_wipe(identity->passphrases[i].data, identity->passphrases[i].size);
		free(identity->passphrases[i].data);
	}
	free(identity);
}

static int derive(const struct passphrase *passphrase, const struct medark_kdf_spec *spec,
		  struct medark_key *out, struct medark_error *err)
{
	struct medark_bytes text = medark_bytes(passphrase->data, passphrase->size);
	struct medark_bytes salt = medark_bytes(spec->salt, sizeof(spec->salt));
	struct medark_scrypt_cost cost = { .n = spec->n, .r = spec->r, .p = spec->p };

	if (spec->name == MEDARK_KDF_PBKDF2_SHA512)
		return medark_pbkdf2_sha512(text, salt, spec->n, out, err);
	return medark_scrypt(text, salt, &cost, out, err);
}

/*
 * What is done with each secret that may open the archive, until one does: MEDARK_E_IDENTITY if it
 * does not.
 */
struct attempt {
	int (*run)(struct attempt *attempt, const struct medark_envelope *envelope,
		   const struct medark_envelope_opener *opener, struct medark_error *err);
	struct medark_key *key;		      /* of run_open() */
	const struct medark_recipient *added; /* of run_extend() */
	size_t count;
	struct medark_buffer *out;
};

static int run_open(struct attempt *attempt, const struct medark_envelope *envelope,
		    const struct medark_envelope_opener *opener, struct medark_error *err)
{
	return medark_envelope_open(envelope, opener, attempt->key, err);
}

static int run_extend(struct attempt *attempt, const struct medark_envelope *envelope,
		      const struct medark_envelope_opener *opener, struct medark_error *err)
{
	return medark_envelope_add(envelope, opener, attempt->added, attempt->count, attempt->out,
				   err);
}

/* One passphrase against every passphrase recipient. 1: opened, 0: not. */
static int try_passphrase(const struct passphrase *passphrase,
			  const struct medark_envelope *envelope,
			  const struct medark_header *header, struct attempt *attempt,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key kek;

	for (uint32_t i = 0; i < header->recipient_count; i++) {
		const struct medark_header_recipient *recipient = &header->recipients[i];
		struct medark_envelope_opener opener = { .kek = &kek, .kek_id = recipient->id };
		int code;

		if (recipient->kind != MEDARK_RECIPIENT_PASSPHRASE)
			continue;
		MEDARK_TRY(derive(passphrase, &recipient->kdf, &kek, err));
		code = attempt->run(attempt, envelope, &opener, err);
		if (code != MEDARK_E_IDENTITY)
			return code < 0 ? code : 1;
	}
	return 0;
}

/* 1: opened, 0: not. */
static int try_keys(const struct medark_identity *identity, const struct medark_envelope *envelope,
		    struct attempt *attempt, struct medark_error *err)
{
	for (size_t i = 0; i < identity->key_count; i++) {
		struct medark_envelope_opener opener = { .key = identity->keys[i] };
		int code = attempt->run(attempt, envelope, &opener, err);

		if (code != MEDARK_E_IDENTITY)
			return code < 0 ? code : 1;
	}
	return 0;
}

static int try_passphrases(const struct medark_identity *identity,
			   const struct medark_envelope *envelope,
			   const struct medark_header *header, struct attempt *attempt,
			   struct medark_error *err)
{
	for (size_t i = 0; i < identity->passphrase_count; i++) {
		int code =
			try_passphrase(&identity->passphrases[i], envelope, header, attempt, err);

		if (code)
			return code;
	}
	return 0;
}

/* 1: opened, 0: nothing fits. Passphrases are all in the first revision. */
static int try_all(const struct medark_identity *identity,
		   const struct medark_recipients *recipients, const struct medark_header *header,
		   struct medark_key *out, struct medark_error *err)
{
	struct attempt attempt = { .run = run_open, .key = out };

	for (size_t i = 0; i < recipients->count; i++) {
		int code = try_keys(identity, recipients->revisions[i], &attempt, err);

		if (code)
			return code;
	}
	return try_passphrases(identity, recipients->revisions[0], header, &attempt, err);
}

/* What was tried: somebody who mistyped a passphrase should not look for a key. */
static int nothing_fits(const struct medark_identity *identity,
			const struct medark_recipients *recipients, struct medark_error *err)
{
	const struct medark_envelope *all = medark_recipients_last(recipients);
	const char *words = identity->passphrase_count > 1 ? "none of the passphrases opens it"
							   : "the passphrase does not open it";
	size_t keys = 0;
	bool asked;

	for (size_t i = 0; i < medark_envelope_count(all); i++)
		keys += medark_envelope_recipient(all, i)->kind != MEDARK_ENVELOPE_KEK;
	asked = identity->passphrase_count > 0 && keys < medark_envelope_count(all);
	if (!identity->key_count && identity->passphrase_count)
		return medark_error_set(err, MEDARK_E_IDENTITY, "%s%s", words,
					asked ? "" : ": only keys do, and none is given");
	if (!keys)
		return medark_error_set(err, MEDARK_E_IDENTITY, "%s: no key does",
					asked ? words : "only a passphrase opens it");
	return medark_error_set(err, MEDARK_E_IDENTITY,
				"none of the keys given is that of one of its recipients (it has "
				"%zu)%s%s",
				keys, asked ? ", and " : "", asked ? words : "");
}

static int check_commit(const struct medark_key *key, const struct medark_header *header,
			struct medark_error *err)
{
	struct medark_digest commit;

	MEDARK_TRY(medark_kek_commit(key, header->archive.bytes, &commit, err));
	if (!medark_secret_equal(&commit, &header->kek_commit, sizeof(commit))) /* F-12 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"keys.p7m gives a key that the archive is not bound to "
					"(kek_commit differs)");
	return 0;
}

int medark_identity_open(const struct medark_identity *identity,
			 const struct medark_recipients *recipients,
			 const struct medark_header *header, struct medark_key *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key;
	int opened;

	memset(&key, 0, sizeof(key));
	opened = try_all(identity, recipients, header, &key, err);
	MEDARK_TRY(opened);
	if (!opened)
		return nothing_fits(identity, recipients, err);
	MEDARK_TRY(check_commit(&key, header, err));
	*out = key;
	return 0;
}

/* What was made is opened once more before it is handed out. */
static int check_extended(const struct medark_identity *identity,
			  const struct medark_header *header, struct medark_bytes p7m,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_recipients_clear) struct medark_recipients made = { 0 };
	MEDARK_AUTO(medark_key_clear) struct medark_key key;

	MEDARK_TRY(medark_recipients_read(p7m, NULL, 0, &made, err));
	return medark_identity_open(identity, &made, header, &key, err);
}

int medark_identity_extend(const struct medark_identity *identity,
			   const struct medark_recipients *recipients,
			   const struct medark_header *header, const struct medark_recipient *added,
			   size_t count, struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_envelope *last = medark_recipients_last(recipients);
	struct attempt attempt = { .run = run_extend, .added = added, .count = count, .out = out };
	size_t before = out->size;
	int opened = try_keys(identity, last, &attempt, err);

	if (!opened)
		opened = try_passphrases(identity, last, header, &attempt, err);
	MEDARK_TRY(opened);
	if (!opened)
		return nothing_fits(identity, recipients, err);
	return check_extended(identity, header,
			      medark_bytes(out->data + before, out->size - before), err);
}

static int output_path(const char *prefix, const char *suffix, bool replace, char *out, size_t room,
		       struct medark_error *err)
{
	struct stat st;

	if ((size_t)snprintf(out, room, "%s%s", prefix, suffix) >= room)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the prefix of the key files is too long");
	if (!replace && lstat(out, &st) == 0)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists", out);
	return 0;
}

static bool is_kem(enum medark_key_type type)
{
	return type == MEDARK_KEY_ML_KEM_768 || type == MEDARK_KEY_ML_KEM_1024;
}

static int check_role(const struct medark_key_request *request, struct medark_error *err)
{
	bool is_dsa =
		request->type == MEDARK_KEY_ML_DSA_65 || request->type == MEDARK_KEY_ML_DSA_87;

	if (is_dsa && request->role == MEDARK_ROLE_RECIPIENT)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a key of ML-DSA signs, and nothing can be encrypted to "
					"it");
	if (is_kem(request->type) && request->role == MEDARK_ROLE_SIGNER)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a key of ML-KEM is for encryption, and cannot sign");
	return 0;
}

int medark_key_create(const struct medark_key_request *request, struct medark_error *err)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_small_file_free) struct medark_small_file *key_file = NULL;
	MEDARK_AUTO(medark_small_file_free) struct medark_small_file *certificate_file = NULL;
	char key_path[PATH_MAX], certificate_path[PATH_MAX];

	MEDARK_TRY(check_role(request, err));
	MEDARK_TRY(output_path(request->prefix, ".key.pem", request->replace, key_path,
			       sizeof(key_path), err));
	MEDARK_TRY(output_path(request->prefix, ".cert.pem", request->replace, certificate_path,
			       sizeof(certificate_path), err));
	MEDARK_TRY(medark_private_key_generate(request->type, &key, err));
	if (is_kem(request->type))
		MEDARK_TRY(
			medark_private_key_certify(key, request->common_name, &certificate, err));
	else
		MEDARK_TRY(medark_private_key_self_sign(key, request->role, request->common_name,
							&certificate, err));
	/* An old pair must not lose its key because the new certificate cannot be written. */
	MEDARK_TRY(medark_private_key_stage(key, key_path, &key_file, err));
	MEDARK_TRY(medark_certificate_stage(certificate, certificate_path, &certificate_file, err));
	return medark_small_file_commit(key_file, certificate_file, request->replace, err);
}

size_t medark_identity_keys(const struct medark_identity *identity)
{
	return identity->key_count;
}

int medark_identity_certificate(const struct medark_identity *identity, size_t i,
				struct medark_certificate **out, struct medark_error *err)
{
	return medark_private_key_certify(identity->keys[i], "owner of an identity", out, err);
}
