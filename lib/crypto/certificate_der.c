/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate_der.h"

#include "crypto/der.h"

bool medark_certificate_der_names(struct medark_bytes certificate, struct medark_bytes *out_issuer,
				  struct medark_bytes *out_serial)
{
	struct medark_der file = medark_der(certificate), whole, tbs;
	struct medark_bytes skipped, issuer, serial;

	if (!medark_der_enter(&file, MEDARK_DER_SEQUENCE, &whole) || !medark_der_at_end(&file) ||
	    !medark_der_enter(&whole, MEDARK_DER_SEQUENCE, &tbs))
		return false;
	/* The version is left out in version 1. */
	if (medark_der_is_next(&tbs, MEDARK_DER_CONTEXT_CONSTRUCTED(0)) &&
	    !medark_der_get(&tbs, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &skipped))
		return false;
	if (!medark_der_get_whole(&tbs, MEDARK_DER_INTEGER, &serial) ||
	    !medark_der_get(&tbs, MEDARK_DER_SEQUENCE, &skipped) ||
	    !medark_der_get_whole(&tbs, MEDARK_DER_SEQUENCE, &issuer))
		return false;
	*out_issuer = issuer;
	*out_serial = serial;
	return true;
}
