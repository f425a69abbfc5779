/* SPDX-License-Identifier: Apache-2.0 */
/*
 * member: the names of an archive's members and their one tar form (FORMAT.md section 2). A reader
 * makes the header that must stand there and compares, so that nothing of tar is ever parsed.
 * Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_MEMBER_H
#define MEDARK_CONTAINER_MEMBER_H

#include "base/bytes.h"
#include "base/error.h"
#include "container/layout.h"

#include <stdbool.h>

/* "data", "items", … as in the binding and in index member names; a static string. */
const char *medark_kind_name(enum medark_kind kind);

/*
 * Writes the member's name of segment `number` (1 to MEDARK_NUMBER_MAX) of `kind`, with its
 * terminating zero. The root has number 1 only.
 */
void medark_member_name(enum medark_kind kind, uint32_t number, char out[MEDARK_TAR_NAME_MAX + 1]);

/*
 * Reads such a name; false for every other member, and for a name that medark_member_name() would
 * not write.
 */
bool medark_member_parse(struct medark_bytes name, enum medark_kind *out_kind,
			 uint32_t *out_number);

/*
 * Writes the only header that a member of this name and size may have (F-3). `name` has 1 to 99
 * bytes, `size` is below 8 GiB: what the size field holds; every member's limit is far lower.
 */
void medark_member_header(const char *name, uint64_t size, uint8_t out[MEDARK_TAR_BLOCK]);

/*
 * Is it the header that a member of this name has, whatever its size, which *out_size then gets?
 */
bool medark_member_header_read(const char *name, const uint8_t in[MEDARK_TAR_BLOCK],
			       uint64_t *out_size);

/* Bytes that a member of `size` takes in the tar file: header, content, zero padding (F-4). */
uint64_t medark_member_space(uint64_t size);

/* The content of LOCATOR (F-8). `manifest_offset` is a multiple of 512. */
void medark_locator_make(uint64_t manifest_offset, uint8_t out[MEDARK_LOCATOR_SIZE]);

/* Its strict reading: one content for each offset. MEDARK_E_FORMAT; the offset is a hint only. */
int medark_locator_parse(const uint8_t in[MEDARK_LOCATOR_SIZE], uint64_t *out_manifest_offset,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
