/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pq.h"

#include "crypto/openssl_error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

bool medark_pq_offered(void)
{
	EVP_SIGNATURE *signature = EVP_SIGNATURE_fetch(NULL, "ML-DSA-65", NULL);
	EVP_KEM *kem = EVP_KEM_fetch(NULL, "ML-KEM-768", NULL);
	bool offered = signature && kem;

	EVP_SIGNATURE_free(signature);
	EVP_KEM_free(kem);
	medark_openssl_drain();
	return offered;
}

int medark_pq_check(struct medark_error *err)
{
	if (medark_pq_offered())
		return 0;
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"post-quantum algorithms need OpenSSL 3.5 or later, and this is %s",
				OpenSSL_version(OPENSSL_VERSION_STRING));
}
