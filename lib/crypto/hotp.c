/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hotp.h"

#include "base/secret.h"
#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#define SHA1_SIZE 20

static int hmac_sha1(struct medark_bytes secret, const uint8_t message[8], uint8_t out[SHA1_SIZE],
		     struct medark_error *err)
{
	const struct medark_algorithms *algorithms;
	MEDARK_AUTO(EVP_MAC_CTX_free) EVP_MAC_CTX *context = NULL;
	char digest[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t size = 0;

	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	context = EVP_MAC_CTX_new(algorithms->hmac);
	if (context && EVP_MAC_init(context, secret.data, secret.size, params) == 1 &&
	    EVP_MAC_update(context, message, 8) == 1 &&
	    EVP_MAC_final(context, out, &size, SHA1_SIZE) == 1 && size == SHA1_SIZE)
		return 0;
	return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot compute a one-time password");
}

/* RFC 4226 section 5.3 */
int medark_hotp(struct medark_bytes secret, uint64_t counter, uint32_t *out,
		struct medark_error *err)
{
	uint8_t message[8], mac[SHA1_SIZE];
	const uint8_t *p;

	medark_put_be64(message, counter);
	MEDARK_TRY(hmac_sha1(secret, message, mac, err));
	p = mac + (mac[SHA1_SIZE - 1] & 15);
	*out = (((uint32_t)p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]) %
	       MEDARK_HOTP_MODULUS;
	medark_secret_wipe(mac, sizeof(mac));
	return 0;
}
