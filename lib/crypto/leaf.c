/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/leaf.h"

#include "crypto/algorithms.h"
#include "crypto/fips.h"
#include "crypto/leaf_lanes.h"
#include "crypto/openssl_error.h"

#include <string.h>

void medark_leaf_hash_plain(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			    const struct medark_bytes *records, size_t count,
			    struct medark_digest *out)
{
	static const uint8_t prefix = 0x00;

	for (size_t i = 0; i < count; i++) {
		struct medark_bytes parts[] = {
			medark_bytes(&prefix, 1),
			medark_bytes(salts[i], MEDARK_LEAF_SALT_SIZE),
			records[i],
		};

		medark_sha256_parts(parts, 3, &out[i]);
	}
}

void medark_node_hash_plain(const struct medark_digest *children, size_t count,
			    struct medark_digest *out)
{
	uint8_t message[1 + 2 * MEDARK_DIGEST_SIZE] = { 0x01 };

	for (size_t i = 0; i < count; i++) {
		memcpy(message + 1, &children[2 * i], 2 * MEDARK_DIGEST_SIZE);
		medark_sha256(message, sizeof(message), &out[i]);
	}
}

/* ---- the choice ---- */

struct way {
	void (*leaves)(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
		       const struct medark_bytes *records, size_t count, struct medark_digest *out);
	void (*nodes)(const struct medark_digest *children, size_t count,
		      struct medark_digest *out);
};

static const struct way *choose(void)
{
	static const struct way plain = { medark_leaf_hash_plain, medark_node_hash_plain };

	if (medark_fips_is_enforced())
		return &plain;
#ifdef MEDARK_LEAF_HAS_X86
	static const struct way sha_ni = { medark_leaf_hash_sha_ni, medark_node_hash_sha_ni };
	static const struct way eight = { medark_leaf_hash_eight, medark_node_hash_eight };
	static const struct way sixteen = { medark_leaf_hash_sixteen, medark_node_hash_sixteen };

	if (medark_leaf_avx512_available())
		return __builtin_cpu_is("amd") ? &eight : &sixteen;
	if (medark_leaf_sha_ni_available())
		return &sha_ni;
#endif
	return &plain;
}

void medark_leaf_hash(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
		      const struct medark_bytes *records, size_t count, struct medark_digest *out)
{
	choose()->leaves(salts, records, count, out);
}

void medark_node_hash(const struct medark_digest *children, size_t count, struct medark_digest *out)
{
	choose()->nodes(children, count, out);
}

/* ---- salts ---- */

/* Records in one call of the cipher, whose sizes are ints. */
#define CHUNK ((size_t)1 << 20)

int medark_leaf_salts(const struct medark_key *salt_key, uint64_t segment, uint64_t first,
		      size_t count, uint8_t (*out)[MEDARK_LEAF_SALT_SIZE], struct medark_error *err)
{
	MEDARK_AUTO(EVP_CIPHER_CTX_free) EVP_CIPHER_CTX *context = NULL;
	const struct medark_algorithms *algorithms;
	int ok;

	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	context = EVP_CIPHER_CTX_new();
	ok = context &&
	     EVP_EncryptInit_ex2(context, algorithms->aes_ecb, salt_key->bytes, NULL, NULL) &&
	     EVP_CIPHER_CTX_set_padding(context, 0);
	for (size_t i = 0; i < count; i++) {
		medark_put_be64(out[i], segment);
		medark_put_be64(out[i] + 8, first + i);
	}
	for (size_t i = 0; ok && i < count; i += CHUNK) {
		size_t n = count - i < CHUNK ? count - i : CHUNK;
		int size = (int)(n * MEDARK_LEAF_SALT_SIZE);

		ok = EVP_EncryptUpdate(context, out[i], &size, out[i], size);
	}
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot compute leaf salts");
	return 0;
}
