/* SPDX-License-Identifier: Apache-2.0 */
/* search: looks up patients in the index, by what identifies one or by a query. */
#ifndef MEDARK_ARCHIVE_SEARCH_H
#define MEDARK_ARCHIVE_SEARCH_H

#include "archive/index_reader.h"
#include "archive/query.h"
#include "archive/rowset.h"

/*
 * The row whose key is `kind` (a letter of enum medark_patient_key_kind) and `text`. 1, or 0 if
 * there is none.
 */
int medark_search_key(struct medark_index *index, char kind, struct medark_bytes text,
		      uint64_t *out_row, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `each` for every row of `identifiers` with this value (no spaces in it); the system is
 * escaped as in the index, borrowed during the call; the patient's row number is a valid one.
 * `each` must not use the index. Stops with its negative return.
 */
int medark_search_identifier(struct medark_index *index, struct medark_bytes value,
			     int (*each)(void *context, struct medark_bytes system, uint64_t row,
					 struct medark_error *err),
			     void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * All patients that `query` finds: the whole of it as an id or identifier, or every word of it as
 * one of an id, an identifier, a birth date, or beginnings of names. `out` is initialised here and
 * cleared by the caller, also after a failure.
 */
int medark_search_run(struct medark_index *index, const struct medark_query *query,
		      struct medark_rowset *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
