/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lineage_patients: the rows that some patients have in the archives of a lineage. An increment may
 * know a patient by another of their names than the archive before it. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_LINEAGE_PATIENTS_H
#define MEDARK_ARCHIVE_LINEAGE_PATIENTS_H

#include "archive/lineage.h"
#include "archive/nameset.h"
#include "archive/rowset.h"

/*
 * Fills `rows`, a zeroed set for each archive of the lineage, which the caller clears even after a
 * failure, and adds to `keys` the keys of these rows, each once: as many as there are patients.
 * `patients` are texts as for medark_patient_find(); with `count` 0 all stays empty. Each must be
 * found in one archive at least: else MEDARK_E_NOT_FOUND; MEDARK_E_USAGE: see there. Then
 * *out_refused, if it is not NULL, is the number of that patient. Errors of the index;
 * MEDARK_E_MEMORY.
 */
int medark_lineage_patients(const struct medark_lineage *lineage, const char *const *patients,
			    size_t count, struct medark_rowset *rows, struct medark_nameset *keys,
			    size_t *out_refused, struct medark_error *err) MEDARK_MUST_USE;

#endif
