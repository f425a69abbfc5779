/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MANIFEST.p7s and MANIFEST.pq.p7s: taken apart and verified, with the fixed signer of keys.h
 * trusted.
 */
#include "forge.h"

#include "crypto/pq_signature.h"
#include "crypto/signature.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes manifest = medark_bytes_text("manifest\n");
	struct medark_bytes p7s = medark_bytes(data, size);
	struct medark_signer signer;
	struct medark_error err;
	int peeked;

	/* No file is of both kinds. */
	if (medark_pq_signature_peek(p7s, &signer, &err) == 0 &&
	    medark_signature_peek(p7s, &signer, &err) == 0)
		abort();
	if (medark_pq_signature_verify(manifest, p7s, forge_trust(), NULL, &signer, &err) == 0)
		abort();
	peeked = medark_signature_peek(p7s, &signer, &err);
	if (peeked && peeked != MEDARK_E_FORMAT)
		abort();
	/* What has not even the form can neither verify nor be merely untrusted. */
	switch (medark_signature_verify(manifest, p7s, forge_trust(), NULL, &signer, &err)) {
	case MEDARK_E_FORMAT:
		return 0;
	case MEDARK_E_UNTRUSTED:
	case 0:
		if (peeked == 0)
			return 0;
		abort();
	default:
		abort();
	}
}
