/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_der: the two fields by which CMS names a certificate. Internal to lib/crypto. */
#ifndef MEDARK_CRYPTO_CERTIFICATE_DER_H
#define MEDARK_CRYPTO_CERTIFICATE_DER_H

#include "base/bytes.h"

#include <stdbool.h>

/*
 * Gives issuer (a Name) and serial number (an INTEGER) of a DER certificate (RFC 5280 section 4.1)
 * as whole elements within it. Looks no further: false only if these cannot be found.
 */
bool medark_certificate_der_names(struct medark_bytes certificate, struct medark_bytes *out_issuer,
				  struct medark_bytes *out_serial);

#endif
