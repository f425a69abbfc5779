/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as a share of a key is within its bounds, and reads the same when it is written. */
#include "crypto/shamir.h"
#include "crypto/share.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_share share = { .number = 0 }, again = { .number = 0 };
	char line[MEDARK_SHARE_LINE_MAX];

	if (medark_digest_setup(NULL) < 0)
		abort();
	if (medark_share_parse(medark_bytes(data, size), &share, NULL) < 0)
		return 0;
	if (share.threshold < 2 || share.threshold > share.count || share.number < 1 ||
	    share.number > share.count || share.count > MEDARK_SHAMIR_SHARES_MAX)
		abort();
	medark_share_line(&share, line);
	if (medark_share_parse(medark_bytes_text(line), &again, NULL) ||
	    memcmp(&share, &again, sizeof(share)) != 0)
		abort();
	return 0;
}
