/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sorter: puts any number of rows in the order of their keys within a fixed amount of memory. What
 * does not fit goes as sorted runs into an unlinked temporary file, sealed with a key that only
 * this process has: index rows are patient data. Rows of equal keys keep the order they came in.
 * One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SORTER_H
#define MEDARK_ARCHIVE_SORTER_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

/* Largest key and value of a row. */
#define MEDARK_SORTER_KEY_MAX	(8u << 10)
#define MEDARK_SORTER_VALUE_MAX (8u << 20)

struct medark_sorter;

/*
 * `memory`: bytes to use, 1 MiB and more. `folder`: where a temporary file may be made, when one
 * is needed at all; copied.
 */
int medark_sorter_new(size_t memory, const char *folder, struct medark_sorter **out,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_sorter_free(struct medark_sorter *s);
MEDARK_DEFINE_AUTO(struct medark_sorter, medark_sorter_free)

/* Copies a row. MEDARK_E_SYSTEM if the temporary file cannot be written. */
int medark_sorter_add(struct medark_sorter *s, struct medark_bytes key, struct medark_bytes value,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Ends adding. Frees what is not needed to read. */
int medark_sorter_sort(struct medark_sorter *s, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The next row in key order: 1, or 0 at the end. Key and value are borrowed until the next call.
 */
int medark_sorter_next(struct medark_sorter *s, struct medark_bytes *out_key,
		       struct medark_bytes *out_value, struct medark_error *err) MEDARK_MUST_USE;

#endif
