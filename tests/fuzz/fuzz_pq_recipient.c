/* SPDX-License-Identifier: Apache-2.0 */
/* A recipient by ML-KEM: what is taken has the sizes that are relied upon. */
#include "crypto/pq_recipient.h"
#include "crypto/wrap.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_der der = medark_der(medark_bytes(data, size));
	struct medark_pq_recipient r;

	if (medark_pq_recipient_parse(&der, &r))
		return 0;
	if (r.wrapped.size != MEDARK_WRAPPED_SIZE || !r.issuer_serial.size ||
	    r.ciphertext.size != (r.kem == MEDARK_ML_KEM_768 ? 1088u : 1568u))
		abort();
	return 0;
}
