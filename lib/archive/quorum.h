/* SPDX-License-Identifier: Apache-2.0 */
/* quorum: the private key that files of shares (crypto/share.h) give together. */
#ifndef MEDARK_ARCHIVE_QUORUM_H
#define MEDARK_ARCHIVE_QUORUM_H

#include "crypto/private_key.h"

#include <medark/share.h>

/* As medark_key_join() says, without a file that is written. The caller frees the key. Any thread.
 */
int medark_quorum_join(const char *const *paths, size_t count, struct medark_private_key **out_key,
		       struct medark_share_set *out, struct medark_error *err) MEDARK_MUST_USE;

/* Fills what a share says of its set. */
struct medark_share;
void medark_quorum_describe(const struct medark_share *share, struct medark_share_set *out);

#endif
