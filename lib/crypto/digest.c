/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED /* for hash_without_memory() alone */

#include "crypto/digest.h"

#include "base/secret.h"
#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <openssl/core_names.h>
#include <openssl/sha.h>

#include <pthread.h>

/* Read-only after setup. */
static struct {
	const EVP_MD *sha256;
	pthread_key_t key;
	bool ready;
	struct medark_error failure;
} setup;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

static void set_up(void)
{
	const struct medark_algorithms *algorithms;

	if (medark_algorithms_get(&algorithms, &setup.failure))
		return;
	if (pthread_key_create(&setup.key, free_context)) {
		(void)medark_error_memory(&setup.failure, "a thread's digest");
		return;
	}
	setup.sha256 = algorithms->sha256;
	setup.ready = true;
}

int medark_digest_setup(struct medark_error *err)
{
	(void)pthread_once(&once, set_up);
	if (!setup.ready)
		return medark_error_set(err, setup.failure.code, "%s", setup.failure.message);
	return 0;
}

/* A wrong digest would be worse than no process. */
static void must(int ok)
{
	if (!ok)
		abort();
}

static EVP_MD_CTX *thread_context(void)
{
	EVP_MD_CTX *context;

	if (!setup.ready)
		must(medark_digest_setup(NULL) == 0);
	context = pthread_getspecific(setup.key);
	if (context)
		return context;
	context = EVP_MD_CTX_new();
	if (context && pthread_setspecific(setup.key, context) == 0)
		return context;
	EVP_MD_CTX_free(context);
	medark_openssl_drain();
	return NULL;
}

/* The old interface, which allocates nothing. */
static void hash_without_memory(const struct medark_bytes *parts, size_t count,
				struct medark_digest *out)
{
	SHA256_CTX context;

	must(SHA256_Init(&context));
	for (size_t i = 0; i < count; i++)
		must(SHA256_Update(&context, parts[i].data, parts[i].size));
	must(SHA256_Final(out->bytes, &context));
	medark_secret_wipe(&context, sizeof(context));
}

static void hash(EVP_MD_CTX *context, const struct medark_bytes *parts, size_t count,
		 struct medark_digest *out)
{
	/* OpenSSL 3 allocates the algorithm's state each time. */
	if (!EVP_DigestInit_ex2(context, setup.sha256, NULL)) {
		medark_openssl_drain();
		hash_without_memory(parts, count, out);
		return;
	}
	for (size_t i = 0; i < count; i++)
		must(EVP_DigestUpdate(context, parts[i].data, parts[i].size));
	must(EVP_DigestFinal_ex(context, out->bytes, NULL));
}

void medark_sha256_parts(const struct medark_bytes *parts, size_t count, struct medark_digest *out)
{
	EVP_MD_CTX *context = thread_context();

	if (context)
		hash(context, parts, count, out);
	else
		hash_without_memory(parts, count, out);
}

void medark_sha256(const void *data, size_t size, struct medark_digest *out)
{
	struct medark_bytes part = medark_bytes(data, size);

	medark_sha256_parts(&part, 1, out);
}

int medark_hmac_sha256(struct medark_bytes key, const struct medark_bytes *parts, size_t count,
		       struct medark_digest *out, struct medark_error *err)
{
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	MEDARK_AUTO(EVP_MAC_CTX_free) EVP_MAC_CTX *context = NULL;
	const struct medark_algorithms *algorithms;
	struct medark_digest mac;
	size_t size = 0;
	int ok;

	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	context = EVP_MAC_CTX_new(algorithms->hmac);
	ok = context && EVP_MAC_init(context, key.data, key.size, params);
	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_MAC_update(context, parts[i].data, parts[i].size);
	ok = ok && EVP_MAC_final(context, mac.bytes, &size, sizeof(mac.bytes));
	if (!ok || size != sizeof(mac.bytes))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot compute an HMAC");
	*out = mac;
	return 0;
}
