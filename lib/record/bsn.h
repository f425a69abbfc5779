/* SPDX-License-Identifier: Apache-2.0 */
/* bsn: the Dutch citizen service number (burgerservicenummer). Pure functions, any thread. */
#ifndef MEDARK_RECORD_BSN_H
#define MEDARK_RECORD_BSN_H

#include "base/bytes.h"

#include <stdbool.h>

/* Is this the system of a BSN: Nictiz's URL or its OID as a URN? */
bool medark_bsn_is_system(struct medark_bytes system);

/*
 * Nine digits that pass the 11-test: 9a + 8b + 7c + 6d + 5e + 4f + 3g + 2h - i is a multiple of
 * 11. Nine zeros pass the sum but are no BSN.
 */
bool medark_bsn_is_valid(struct medark_bytes value);

#endif
