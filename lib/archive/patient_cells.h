/* SPDX-License-Identifier: Apache-2.0 */
/* patient_cells: a patient's row of the index as cells of a table. Any thread. */
#ifndef MEDARK_ARCHIVE_PATIENT_CELLS_H
#define MEDARK_ARCHIVE_PATIENT_CELLS_H

#include <medark/archive.h>

#define MEDARK_PATIENT_CELLS   11
#define MEDARK_PATIENT_RECORDS 8  /* the column that is a number */
#define MEDARK_PATIENT_NUMBER  24 /* room for its text */

/* The columns' names: lower case, ASCII; the first is the id. */
extern const char *const medark_patient_columns[MEDARK_PATIENT_CELLS];

/* The cells, empty where nothing is known; borrowed from `row` and `number`. */
void medark_patient_cells(const struct medark_patient_row *row, char number[MEDARK_PATIENT_NUMBER],
			  const char *out[MEDARK_PATIENT_CELLS]);

#endif
