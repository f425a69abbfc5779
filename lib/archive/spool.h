/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool: keeps a copy of bytes that come only once (a compressed member of a packed file), sealed
 * in a temporary file, so that they can be read a second time. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SPOOL_H
#define MEDARK_ARCHIVE_SPOOL_H

#include "base/bytes.h"
#include "source/source.h"

struct medark_spool;

int medark_spool_new(const char *folder, struct medark_spool **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_spool_free(struct medark_spool *s);
MEDARK_DEFINE_AUTO(struct medark_spool, medark_spool_free)

int medark_spool_add(struct medark_spool *s, struct medark_bytes bytes,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Gives all that was added as a stream. Takes the spool, also on failure. */
int medark_spool_stream(struct medark_spool *s, struct medark_stream **out,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
