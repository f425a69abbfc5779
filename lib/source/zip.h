/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip: what stands behind the members of a zip file (APPNOTE.TXT 6.3, section 4.3), which
 * libarchive does not look at when it reads a stream. Private to this floor; one thread.
 */
#ifndef MEDARK_SOURCE_ZIP_H
#define MEDARK_SOURCE_ZIP_H

#include "base/bytes.h"
#include "source/tap.h"

/* Does a zip with this front begin with its first member, or without any at its end? */
bool medark_zip_begins(struct medark_bytes head);

/* Does a member or the central directory begin at `at`? 1, 0 or a negative code. */
int medark_zip_continues(struct medark_tap *tap, uint64_t at, struct medark_error *err);

/*
 * Goes over the central directory and the end record that begin at *at, and sets *at behind them:
 * 0, or 1 if something else stands there; or a negative code.
 */
int medark_zip_end(struct medark_tap *tap, uint64_t *at, struct medark_error *err);

#endif
