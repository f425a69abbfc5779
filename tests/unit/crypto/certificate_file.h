/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_file: a certificate in a file of the fixture's folder. */
#ifndef MEDARK_TEST_CRYPTO_CERTIFICATE_FILE_H
#define MEDARK_TEST_CRYPTO_CERTIFICATE_FILE_H

#include "fixture.h"

#include "crypto/certificate.h"
#include "crypto/small_file.h"

/* Errors as of the two functions. */
MAYBE_UNUSED static int write_certificate(const struct medark_certificate *certificate,
					  const char *path, bool replace, struct medark_error *err)
{
	MEDARK_AUTO(medark_small_file_free) struct medark_small_file *file = NULL;

	MEDARK_TRY(medark_certificate_stage(certificate, path, &file, err));
	return medark_small_file_commit_all(&file, 1, replace, err);
}

#endif
