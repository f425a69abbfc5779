/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gunzip: takes the gzip coding off the body of an answer as it comes (RFC 9110 8.4.1.3, RFC 1952).
 * libcurl does that too, but takes a body that ends in the middle for a whole one. One thread.
 */
#ifndef MEDARK_NET_GUNZIP_H
#define MEDARK_NET_GUNZIP_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>

struct medark_gunzip;

/* `take` gets what comes out; its negative code ends that. MEDARK_E_MEMORY. */
int medark_gunzip_new(int (*take)(void *context, struct medark_bytes part), void *context,
		      struct medark_gunzip **out, struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it holds. */
void medark_gunzip_free(struct medark_gunzip *g);
MEDARK_DEFINE_AUTO(struct medark_gunzip, medark_gunzip_free)

/*
 * Adds what came. MEDARK_E_FORMAT: it is no gzip; MEDARK_E_REMOTE: more than 256 MiB have come out,
 * and more than 200 bytes of each that went in, where records give 10 to 30: whoever sends such a
 * body wants to fill the disk, or the hours; MEDARK_E_MEMORY; a negative code of `take`.
 */
int medark_gunzip_add(struct medark_gunzip *g, struct medark_bytes part) MEDARK_MUST_USE;

/* Has the last member come whole, and its checksum fitted? Also true before the first byte. */
bool medark_gunzip_is_whole(const struct medark_gunzip *g);

#endif
