/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share_page: a share of a key (crypto/share.h) as a page to print: what it is, in English and
 * Dutch, the share, a QR code, and how to get the key back without medark. Any thread.
 */
#ifndef MEDARK_ARCHIVE_SHARE_PAGE_H
#define MEDARK_ARCHIVE_SHARE_PAGE_H

#include "crypto/share.h"

#define MEDARK_SHARE_PAGE_MAX MEDARK_SHARE_FILE_MAX

/* What only people read. All borrowed, one line each. */
struct medark_share_caption {
	const char *name, *made; /* `made` is a date */
	const char *subject;	 /* of the certificate */
	const struct medark_digest *certificate;
};

/* Appends the page to `out`, whose memory should be a secret's. MEDARK_E_MEMORY. */
int medark_share_page_write(const struct medark_share *share,
			    const struct medark_share_caption *caption, struct medark_buffer *out,
			    struct medark_error *err) MEDARK_MUST_USE;

#endif
