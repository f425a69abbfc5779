/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/kdf.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string.h>

static int check(struct medark_bytes passphrase, struct medark_bytes salt, struct medark_error *err)
{
	if (passphrase.size == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "the passphrase is empty");
	if (passphrase.size > MEDARK_KDF_PASSPHRASE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the passphrase is longer than %d bytes",
					MEDARK_KDF_PASSPHRASE_MAX);
	if (memchr(passphrase.data, '\n', passphrase.size) ||
	    memchr(passphrase.data, '\0', passphrase.size) ||
	    passphrase.data[passphrase.size - 1] == '\r')
		return medark_error_set(err, MEDARK_E_USAGE,
					"the passphrase is more than one line, or holds a NUL");
	if (salt.size < MEDARK_KDF_SALT_MIN || salt.size > MEDARK_KDF_SALT_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a salt of %zu bytes; %d to %d are allowed", salt.size,
					MEDARK_KDF_SALT_MIN, MEDARK_KDF_SALT_MAX);
	return 0;
}

/* OSSL_PARAM takes pointers to non-const; OpenSSL does not write through them. */
static OSSL_PARAM octets(const char *name, struct medark_bytes bytes)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)bytes.data, bytes.size);
}

static int derive(EVP_KDF *kdf, const OSSL_PARAM *params, struct medark_key *out,
		  struct medark_error *err)
{
	MEDARK_AUTO(EVP_KDF_CTX_free) EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

	if (context && EVP_KDF_derive(context, out->bytes, sizeof(out->bytes), params) > 0)
		return 0;
	medark_key_clear(out);
	return medark_openssl_error(err, MEDARK_E_SYSTEM,
				    "cannot derive a key from the passphrase");
}

int medark_scrypt(struct medark_bytes passphrase, struct medark_bytes salt,
		  const struct medark_scrypt_cost *cost, struct medark_key *out,
		  struct medark_error *err)
{
	MEDARK_AUTO(EVP_KDF_free) EVP_KDF *kdf = NULL;
	uint64_t n = cost->n, memory;
	uint32_t r = cost->r, p = cost->p;

	MEDARK_TRY(check(passphrase, salt, err));
	if (n < MEDARK_SCRYPT_N_MIN || n > MEDARK_SCRYPT_N_MAX || (n & (n - 1)) ||
	    r != MEDARK_SCRYPT_R || p < 1 || p > MEDARK_SCRYPT_P_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"scrypt cost out of range (N %llu, r %u, p %u)",
					(unsigned long long)n, r, p);
	/* What RFC 7914 needs, B and V and a block of work, with room to spare. */
	memory = 128 * (uint64_t)r * (n + p + 2) + (1u << 20);
	OSSL_PARAM params[] = {
		octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
		octets(OSSL_KDF_PARAM_SALT, salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_construct_end(),
	};
	/* Not among the fetched algorithms: a FIPS provider has no scrypt and must still work. */
	kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	if (!kdf)
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "OpenSSL does not provide scrypt");
	return derive(kdf, params, out, err);
}

int medark_pbkdf2_sha512(struct medark_bytes passphrase, struct medark_bytes salt,
			 uint64_t iterations, struct medark_key *out, struct medark_error *err)
{
	const struct medark_algorithms *algorithms;
	char digest[] = "SHA512";

	MEDARK_TRY(check(passphrase, salt, err));
	if (iterations < MEDARK_PBKDF2_ITERATIONS_MIN || iterations > MEDARK_PBKDF2_ITERATIONS_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"PBKDF2 iterations out of range (%llu)",
					(unsigned long long)iterations);
	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	OSSL_PARAM params[] = {
		octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
		octets(OSSL_KDF_PARAM_SALT, salt),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &iterations),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	return derive(algorithms->pbkdf2, params, out, err);
}
