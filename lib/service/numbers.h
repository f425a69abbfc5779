/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbers: which of the identifiers of a patient is the practice's own number
 * (view/patient_number.h). The index of an archive does not say it, and lists of those who are
 * found cannot read charts: it is noted while the names of all records are read, as four bytes for
 * each patient. One thread fills it; once all records are read any may ask.
 */
#ifndef MEDARK_SERVICE_NUMBERS_H
#define MEDARK_SERVICE_NUMBERS_H

#include "base/buffer.h"
#include "record/record.h"

struct medark_numbers {
	struct medark_buffer hashes; /* uint32_t, by the patient's number; 0: no type says it */
};

void medark_numbers_init(struct medark_numbers *numbers);
void medark_numbers_clear(struct medark_numbers *numbers);

/* Looks at a record of a patient. MEDARK_E_MEMORY. */
int medark_numbers_add(struct medark_numbers *numbers, const struct medark_record *facts,
		       struct medark_bytes text, uint64_t patient,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Is this identifier's value the number that patient `patient` has with the practice? */
bool medark_numbers_is(const struct medark_numbers *numbers, uint64_t patient,
		       struct medark_bytes value);

#endif
