/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planned: who has an appointment on which of the next days, and who is admitted, found while the
 * names of all records are read. Only the patients' numbers are kept: what is shown of them is read
 * again. One thread fills it; once it is sealed any may read.
 */
#ifndef MEDARK_SERVICE_PLANNED_H
#define MEDARK_SERVICE_PLANNED_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "record/record.h"

#define MEDARK_PLANNED_DAYS 8 /* today and the seven after it */

struct medark_planned {
	uint32_t days[MEDARK_PLANNED_DAYS]; /* yyyymmdd, in order */
	/* uint64_t: numbers of patients, each once after sealing; the last one: admitted. */
	struct medark_buffer lists[MEDARK_PLANNED_DAYS + 1];
};
#define MEDARK_PLANNED_ADMITTED MEDARK_PLANNED_DAYS

/* `today` is a number of days since 1970 on the provider's clock. */
void medark_planned_init(struct medark_planned *planned, int64_t today);
void medark_planned_clear(struct medark_planned *planned);

/* Looks at a record of a patient. MEDARK_E_MEMORY. */
int medark_planned_add(struct medark_planned *planned, const struct medark_record *facts,
		       struct medark_bytes text, uint64_t patient,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Sorts, and leaves each patient once. */
void medark_planned_seal(struct medark_planned *planned);

/* Patient `i` of a list, below the count. */
size_t medark_planned_count(const struct medark_planned *planned, size_t list);
uint64_t medark_planned_at(const struct medark_planned *planned, size_t list, size_t i);

#endif
