/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sha1.h"

#include "crypto/algorithms.h"

#include <stdlib.h>

struct medark_sha1 {
	EVP_MD_CTX *context;
};

static int failed(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SYSTEM, "OpenSSL computes no SHA-1");
}

void medark_sha1_free(struct medark_sha1 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->context);
	free(s);
}

int medark_sha1_new(struct medark_sha1 **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_sha1_free) struct medark_sha1 *s = calloc(1, sizeof(*s));

	if (!s || !(s->context = EVP_MD_CTX_new()))
		return medark_error_memory(err, "a digest");
	if (EVP_DigestInit_ex(s->context, EVP_sha1(), NULL) != 1)
		return failed(err);
	*out = MEDARK_TAKE(s);
	return 0;
}

int medark_sha1_add(struct medark_sha1 *s, struct medark_bytes part, struct medark_error *err)
{
	return EVP_DigestUpdate(s->context, part.data, part.size) == 1 ? 0 : failed(err);
}

int medark_sha1_end(struct medark_sha1 *s, uint8_t out[MEDARK_SHA1_SIZE], struct medark_error *err)
{
	return EVP_DigestFinal_ex(s->context, out, NULL) == 1 ? 0 : failed(err);
}
