/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dossiers: the dossiers of many patients, one after the other, each once, however many archives of
 * a lineage know them: for restores into forms that are made patient by patient. One thread.
 */
#ifndef MEDARK_ARCHIVE_DOSSIERS_H
#define MEDARK_ARCHIVE_DOSSIERS_H

#include "archive/dossier.h"

/* All borrowed for the call. */
struct medark_dossiers_patient {
	const struct medark_dossier *dossier;
	const struct medark_patient_row *row; /* of the latest archive that has the patient */
	struct medark_bytes text;	      /* that row as it stands */
};

struct medark_dossiers_setup {
	struct medark_lineage *lineage;
	const struct medark_restore_request *request; /* whose; nobody named: all */
	int (*each)(void *context, const struct medark_dossiers_patient *patient,
		    struct medark_error *err);
	void *context;
};

/*
 * Calls `each` for every patient, neighbours in the archive one after the other; its negative code
 * ends it. Who has no record left is left out. Errors of medark_lineage_patients() and
 * medark_dossier_load().
 */
int medark_dossiers_each(const struct medark_dossiers_setup *setup,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
