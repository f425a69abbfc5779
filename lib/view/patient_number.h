/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient_number: the number by which a practice knows a patient. Not the logical id of FHIR, which
 * means something to its server only. Any thread.
 */
#ifndef MEDARK_VIEW_PATIENT_NUMBER_H
#define MEDARK_VIEW_PATIENT_NUMBER_H

#include "view/records.h"

/*
 * Of a Patient resource: the value of the identifier of type MR
 * (http://terminology.hl7.org/CodeSystem/v2-0203), else of the first that is no BSN. `out_is_own`
 * (may be NULL): it is of type MR. Borrowed from the tree; empty: there is none.
 */
struct medark_bytes medark_patient_number(const struct medark_json_tree *tree,
					  const struct medark_json_node *patient, bool *out_is_own);

/* The same of the Patient `id` among the records of a chart. */
struct medark_bytes medark_patient_number_in(const struct medark_view_records *records,
					     const char *id);

#endif
