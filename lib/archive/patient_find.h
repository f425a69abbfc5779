/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient_find: the rows of the index that a restore's patients have, and where their records
 * stand. Unlike a search, this never guesses: what names several people is refused.
 */
#ifndef MEDARK_ARCHIVE_PATIENT_FIND_H
#define MEDARK_ARCHIVE_PATIENT_FIND_H

#include "archive/index_reader.h"
#include "archive/rowset.h"
#include "base/buffer.h"
#include "base/bytes.h"

/*
 * Adds the rows of one patient to `rows`: the one with this id (or URN); or those with this
 * identifier, given alone or as `system|value`; and the rows of records that name the patient by
 * one of these identifiers only. MEDARK_E_NOT_FOUND if there is none, MEDARK_E_USAGE if patients
 * of different systems have this identifier. Sentences call it patient `ordinal`.
 */
int medark_patient_find(struct medark_index *index, struct medark_bytes text, size_t ordinal,
			struct medark_rowset *rows, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends every struct medark_range of `at` and `shared` of these rows to `out`, in no order.
 * MEDARK_E_MEMORY past the buffer's limit.
 */
int medark_patient_places(struct medark_index *index, const struct medark_rowset *rows,
			  struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* As above, of row number `row` alone. */
int medark_patient_row_places(struct medark_index *index, uint64_t row, struct medark_buffer *out,
			      struct medark_error *err) MEDARK_MUST_USE;

#endif
