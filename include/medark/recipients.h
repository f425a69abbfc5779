/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recipients: lets more people open an archive that is there already. Nothing of its data changes;
 * whoever could open it still can. Nobody can be removed: who has opened an archive, or has a copy
 * of it, has what is in it. To leave somebody out, export anew without them.
 */
#ifndef MEDARK_RECIPIENTS_H
#define MEDARK_RECIPIENTS_H

#include <medark/archive.h>
#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct medark_recipients_request {
	const char *archive;
	const struct medark_trust *trust;	/* of who signed it, and of who signs now */
	const struct medark_identity *identity; /* opens it */
	const char *const *recipients;		/* PEM files of certificates */
	size_t recipient_count;
	const char *certificate, *key; /* PEM, of who signs that they were added */
	const void *passphrase;	       /* of the key; NULL: none */
	size_t passphrase_size;
	bool drop; /* take away the last revisions that nobody vouches for who is, or was, trusted
		    */
};

struct medark_recipients_result {
	uint32_t added;	   /* 0: all of them could open it already, and nothing was changed */
	uint32_t present;  /* of those that were given, could open it already */
	uint32_t total;	   /* recipients it has now */
	uint32_t revision; /* 2 to 9: the one that was made; 0: none */
	uint32_t dropped;  /* revisions that were taken away for it */
};

/*
 * Adds recipients: KEYS.N.p7m with everybody, and KEYS.N.p7s, the signature of who adds them
 * (FORMAT.md F-46, F-47), behind the archive. It can be done 8 times. Of the archive the end is
 * verified, and that the identity opens it; no data is read. MEDARK_E_FORMAT, MEDARK_E_UNTRUSTED,
 * MEDARK_E_IDENTITY as medark_archive_open(); MEDARK_E_UNTRUSTED also if who signs now is not
 * trusted; MEDARK_E_KEY for a certificate or key that is
 * unsuitable; MEDARK_E_USAGE for none, or more than 64 in all; MEDARK_E_EXISTS if there is room for
 * no more, if a recipient is named already by a revision of somebody who is not trusted (which may
 * let nobody in, see `drop`), or another process changes it; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. A
 * failure leaves the archive as it was. One thread at a time per archive.
 */
MEDARK_API int medark_archive_add_recipients(const struct medark_recipients_request *request,
					     struct medark_recipients_result *out,
					     struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
