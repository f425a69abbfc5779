/* SPDX-License-Identifier: Apache-2.0 */
/* MANIFEST.p7s: taken apart and verified, with nobody trusted. */
#include "crypto/signature.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medark_trust *nobody;
	struct medark_bytes manifest = medark_bytes_text("manifest\n");
	struct medark_bytes p7s = medark_bytes(data, size);
	struct medark_signer signer;
	struct medark_error err;
	int peeked;

	if (!nobody && medark_trust_new(&nobody, &err))
		abort();
	peeked = medark_signature_peek(p7s, &signer, &err);
	if (peeked && peeked != MEDARK_E_FORMAT)
		abort();
	/* Nobody is trusted; and what has not even the form cannot be merely untrusted. */
	switch (medark_signature_verify(manifest, p7s, nobody, &signer, &err)) {
	case MEDARK_E_FORMAT:
		return 0;
	case MEDARK_E_UNTRUSTED:
		if (peeked == 0)
			return 0;
		abort();
	default:
		abort();
	}
}
