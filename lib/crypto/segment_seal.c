/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/segment_seal.h"

#include "crypto/auth_enveloped.h"
#include "crypto/gcm.h"
#include "crypto/openssl_error.h"
#include "crypto/random.h"
#include "crypto/wrap.h"

#include <string.h>

struct medark_sealer {
	struct medark_key_wrapper *wrapper;
	struct medark_gcm encrypt, decrypt;
	uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE];
};

size_t medark_seal_overhead(size_t plain)
{
	size_t recipient = medark_kek_recipient_size(MEDARK_ARCHIVE_ID_SIZE);

	return medark_auth_enveloped_size(recipient, plain) - plain;
}

int medark_sealer_new(const struct medark_key *kek,
		      const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE],
		      struct medark_sealer **out_sealer, struct medark_error *err)
{
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = calloc(1, sizeof(*sealer));

	if (!sealer)
		return medark_error_memory(err, "sealing segments");
	memcpy(sealer->archive_id, archive_id, MEDARK_ARCHIVE_ID_SIZE);
	MEDARK_TRY(medark_key_wrapper_new(kek, &sealer->wrapper, err));
	MEDARK_TRY(medark_gcm_init(&sealer->encrypt, true, err));
	MEDARK_TRY(medark_gcm_init(&sealer->decrypt, false, err));
	*out_sealer = MEDARK_TAKE(sealer);
	return 0;
}

void medark_sealer_free(struct medark_sealer *sealer)
{
	if (!sealer)
		return;
	medark_key_wrapper_free(sealer->wrapper);
	medark_gcm_clear(&sealer->encrypt);
	medark_gcm_clear(&sealer->decrypt);
	free(sealer);
}

/* Sum of the parts; past the ceiling it stops counting. */
static int measure(const struct medark_bytes *parts, size_t count, size_t *out_plain,
		   struct medark_error *err)
{
	size_t plain = 0;

	for (size_t i = 0; i < count && plain <= MEDARK_SEAL_SIZE_MAX; i++)
		plain = parts[i].size <= MEDARK_SEAL_SIZE_MAX ? plain + parts[i].size : SIZE_MAX;
	if (plain > MEDARK_SEAL_SIZE_MAX ||
	    plain + medark_seal_overhead(plain) > MEDARK_SEAL_SIZE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a sealed segment over %zu bytes",
					MEDARK_SEAL_SIZE_MAX);
	*out_plain = plain;
	return 0;
}

/* Fills what lay() left open: the wrapped key, the nonce, the content, the tag. */
static int fill(struct medark_sealer *sealer, const struct medark_bytes *parts, size_t count,
		struct medark_auth_enveloped_parts *to, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key;
	uint8_t wrapped[MEDARK_WRAPPED_SIZE];

	MEDARK_TRY(medark_random(key.bytes, sizeof(key.bytes), err));
	MEDARK_TRY(medark_random_public(to->nonce, MEDARK_GCM_NONCE_SIZE, err));
	MEDARK_TRY(medark_key_wrapper_wrap(sealer->wrapper, &key, wrapped, err));
	medark_kek_recipient_write(
		to->recipients, medark_bytes(sealer->archive_id, MEDARK_ARCHIVE_ID_SIZE), wrapped);
	if (!medark_gcm_start(&sealer->encrypt, &key, to->nonce) ||
	    !medark_gcm_encrypt(&sealer->encrypt, parts, count, to->content, to->tag))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encrypt a segment");
	return 0;
}

int medark_sealer_seal(struct medark_sealer *sealer, const struct medark_bytes *parts, size_t count,
		       uint8_t *out, size_t room, size_t *out_size, struct medark_error *err)
{
	size_t recipient = medark_kek_recipient_size(MEDARK_ARCHIVE_ID_SIZE), plain, size;
	struct medark_auth_enveloped_parts to;
	int code;

	MEDARK_TRY(measure(parts, count, &plain, err));
	size = medark_auth_enveloped_size(recipient, plain);
	if (room < size)
		return medark_error_set(err, MEDARK_E_USAGE,
					"room for %zu bytes where a sealed segment takes %zu", room,
					size);
	medark_auth_enveloped_lay(out, recipient, plain, &to);
	code = fill(sealer, parts, count, &to, err);
	if (code) {
		medark_secret_wipe(out, size);
		return code;
	}
	*out_size = size;
	return 0;
}

struct sealed {
	struct medark_auth_enveloped outer;
	const uint8_t *wrapped;
};

/* F-13: every byte is either compared or one of the four parts that vary. */
static const char *parse(struct medark_bytes bytes, const uint8_t *archive_id, struct sealed *out)
{
	struct medark_bytes id;
	const char *fault;

	if (bytes.size > MEDARK_SEAL_SIZE_MAX)
		return "it is too large";
	fault = medark_auth_enveloped_parse(bytes, &out->outer);
	if (fault)
		return fault;
	fault = medark_kek_recipient_parse(&out->outer.recipients, &id, &out->wrapped);
	if (fault)
		return fault;
	if (!medark_der_at_end(&out->outer.recipients))
		return "it has more than one recipient";
	if (!medark_bytes_equal(id, medark_bytes(archive_id, MEDARK_ARCHIVE_ID_SIZE)))
		return "it belongs to another archive";
	return NULL;
}

static int check(struct medark_bytes bytes, const uint8_t *archive_id, struct sealed *out,
		 struct medark_error *err)
{
	const char *fault = parse(bytes, archive_id, out);

	if (fault)
		return medark_error_set(err, MEDARK_E_FORMAT, "the sealed segment is malformed: %s",
					fault);
	return 0;
}

int medark_seal_check(struct medark_bytes sealed, const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE],
		      struct medark_error *err)
{
	struct sealed parsed;

	return check(sealed, archive_id, &parsed, err);
}

int medark_seal_plain_size(struct medark_bytes sealed,
			   const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], size_t *out_size,
			   struct medark_error *err)
{
	struct sealed parsed;

	MEDARK_TRY(check(sealed, archive_id, &parsed, err));
	*out_size = parsed.outer.content.size;
	return 0;
}

int medark_sealer_unseal(struct medark_sealer *sealer, struct medark_bytes sealed, uint8_t *out,
			 size_t room, size_t *out_size, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key;
	struct sealed parsed;
	size_t size;

	MEDARK_TRY(check(sealed, sealer->archive_id, &parsed, err));
	size = parsed.outer.content.size;
	if (room < size)
		return medark_error_set(err, MEDARK_E_USAGE,
					"room for %zu bytes where a segment takes %zu", room, size);
	/* One sentence for a wrong wrapping and a wrong tag: which of them it was helps nobody. */
	if (medark_key_wrapper_unwrap(sealer->wrapper, parsed.wrapped, &key) &&
	    medark_gcm_start(&sealer->decrypt, &key, parsed.outer.nonce) &&
	    medark_gcm_decrypt(&sealer->decrypt, parsed.outer.content, parsed.outer.tag, out)) {
		*out_size = size;
		return 0;
	}
	medark_openssl_drain();
	medark_secret_wipe(out, size);
	return medark_error_set(err, MEDARK_E_FORMAT,
				"the sealed segment was changed or is of another key");
}
