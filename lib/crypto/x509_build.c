/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/x509_build.h"

#include "crypto/random.h"

#include <openssl/bn.h>
#include <openssl/x509v3.h>

#define SERIAL_SIZE 16

bool medark_x509_set_serial(X509 *x509, struct medark_error *err)
{
	uint8_t random[SERIAL_SIZE];
	BIGNUM *number;
	bool ok;

	if (medark_random_public(random, sizeof(random), err))
		return false;
	random[0] &= 0x7f; /* positive, in 16 bytes */
	number = BN_bin2bn(random, sizeof(random), NULL);
	ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
	BN_free(number);
	return ok;
}

bool medark_x509_set_name(X509 *x509, struct medark_bytes name)
{
	X509_NAME *subject = X509_get_subject_name(x509);

	return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name.data,
					  (int)name.size, -1, 0) &&
	       X509_set_issuer_name(x509, subject);
}

bool medark_x509_add_extension(X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;
	bool ok;

	X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&context);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	ok = extension && X509_add_ext(x509, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}
