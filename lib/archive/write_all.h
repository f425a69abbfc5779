/* SPDX-License-Identifier: Apache-2.0 */
/* write_all: writes until everything is written. Any thread. */
#ifndef MEDARK_ARCHIVE_WRITE_ALL_H
#define MEDARK_ARCHIVE_WRITE_ALL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* At the file's position. MEDARK_E_SYSTEM (no space …). */
int medark_write_all(int fd, const void *data, size_t size,
		     struct medark_error *err) MEDARK_MUST_USE;

/* `count` (at most IOV_MAX) parts, one behind the other, from `offset` on. Uses `parts` up. */
int medark_write_parts(int fd, struct iovec *parts, int count, uint64_t offset,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
