/* SPDX-License-Identifier: Apache-2.0 */
/* sealer: for tests that seal or open a segment or two, where a failure is the test's own. */
#ifndef MEDARK_TEST_SEALER_H
#define MEDARK_TEST_SEALER_H

#include "crypto/segment_seal.h"

#include <stdlib.h>

/* The caller's; aborts if it cannot be made. */
static inline struct medark_sealer *sealer_of(const struct medark_key *key,
					      const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE])
{
	struct medark_sealer *sealer = NULL;

	if (medark_sealer_new(key, archive_id, &sealer, NULL) < 0)
		abort();
	return sealer;
}

#endif
