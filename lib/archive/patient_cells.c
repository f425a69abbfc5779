/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/patient_cells.h"

#include <stdio.h>
#include <string.h>

const char *const medark_patient_columns[MEDARK_PATIENT_CELLS] = { "patient", "bsn",	  "family",
								   "given",   "prefix",	  "birth",
								   "gender",  "deceased", "records",
								   "first",   "last" };

static const char *deceased(const struct medark_patient_row *row)
{
	if (row->deceased_date && *row->deceased_date)
		return row->deceased_date;
	return row->deceased ? "yes" : "";
}

void medark_patient_cells(const struct medark_patient_row *row, char number[MEDARK_PATIENT_NUMBER],
			  const char *out[MEDARK_PATIENT_CELLS])
{
	bool has_family = row->family && *row->family;
	const char *const cells[MEDARK_PATIENT_CELLS] = {
		row->id,     row->bsn,
		row->family, row->text && !has_family ? row->text : row->given,
		row->prefix, row->birth_date,
		row->gender, deceased(row),
		number,	     row->first,
		row->last,
	};

	(void)snprintf(number, MEDARK_PATIENT_NUMBER, "%llu", (unsigned long long)row->records);
	for (size_t i = 0; i < MEDARK_PATIENT_CELLS; i++)
		out[i] = cells[i] ? cells[i] : "";
}
