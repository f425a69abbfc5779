/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient_row: a row of the index's table `patients` (FORMAT.md section 8). A parser holds the
 * scratch memory for decoded strings and belongs to one thread.
 */
#ifndef MEDARK_ARCHIVE_PATIENT_ROW_H
#define MEDARK_ARCHIVE_PATIENT_ROW_H

#include "archive/row.h"
#include "view/chart.h"

#include <medark/archive.h>

/* The JSON texts of the members that hold more than a string; empty if absent. */
struct medark_patient_values {
	struct medark_bytes identifiers, links, counts, at, shared;
};

/* Where the strings of struct medark_patient_row stand. */
struct medark_patient_scratch {
	struct medark_buffer text; /* use MEDARK_PATIENT_SCRATCH */
};

#define MEDARK_PATIENT_SCRATCH                                                                     \
	{                                                                                          \
		.text = MEDARK_BUFFER_SECRET(4u * MEDARK_PAGE_MAX)                                 \
	}

void medark_patient_scratch_clear(struct medark_patient_scratch *scratch);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_patient_scratch, medark_patient_scratch_clear)

/*
 * Parses row `number`. The strings of `out` are valid until the next call with `scratch`;
 * `out_values` (may be NULL) is borrowed from the row. A NUL inside a string becomes '?'.
 * MEDARK_E_FORMAT, MEDARK_E_MEMORY.
 */
int medark_patient_row_parse(struct medark_bytes row, uint64_t number,
			     struct medark_patient_scratch *scratch, struct medark_patient_row *out,
			     struct medark_patient_values *out_values,
			     struct medark_error *err) MEDARK_MUST_USE;

/* What a chart says of the patient of a row, whose strings it borrows. */
struct medark_view_facts medark_patient_row_facts(const struct medark_patient_row *row);

/*
 * Calls `each` for the system and the value (decoded) of every identifier of a row that has been
 * parsed. Stops with the callback's negative return. MEDARK_E_FORMAT, MEDARK_E_MEMORY.
 */
int medark_patient_row_identifiers(const struct medark_patient_row *row,
				   int (*each)(void *context, struct medark_bytes system,
					       struct medark_bytes value, struct medark_error *err),
				   void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `each` for every range of an `at` or `shared` value, or for every pair of strings (decoded)
 * of an `identifiers` or `links` value. Stops with the callback's negative return.
 * MEDARK_E_FORMAT. An empty value has none.
 */
int medark_patient_ranges(struct medark_bytes value,
			  int (*each)(void *context, const struct medark_range *range,
				      struct medark_error *err),
			  void *context, struct medark_error *err) MEDARK_MUST_USE;
int medark_patient_pairs(struct medark_bytes value,
			 int (*each)(void *context, struct medark_bytes first,
				     struct medark_bytes second, struct medark_error *err),
			 void *context, struct medark_error *err) MEDARK_MUST_USE;

#endif
