/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/open.h"
#include "archive/patient_row.h"
#include "archive/query.h"
#include "archive/search.h"

static int tell(struct medark_index *index, uint64_t number, struct medark_patient_scratch *scratch,
		struct medark_patient_row *out, struct medark_error *err)
{
	struct medark_bytes row;

	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, number, &row, err));
	return medark_patient_row_parse(row, number, scratch, out, NULL, err);
}

int medark_archive_patients(struct medark_archive *archive, const char *query, uint64_t limit,
			    int (*each)(void *context, const struct medark_patient_row *row),
			    void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset found = { 0 };
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_index *index;
	struct medark_query parsed;
	struct medark_patient_row row;
	uint64_t told = 0;
	int code;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	MEDARK_TRY(medark_query_parse(medark_bytes_text(query ? query : ""), &parsed, err));
	MEDARK_TRY(medark_search_run(index, &parsed, &found, err));
	for (uint64_t i = medark_rowset_next(&found, 0); i < found.rows;
	     i = medark_rowset_next(&found, i + 1)) {
		if (limit && told++ == limit)
			break;
		MEDARK_TRY(tell(index, i, &scratch, &row, err));
		code = each(context, &row);
		if (code)
			return code;
	}
	return 0;
}
