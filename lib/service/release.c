/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of which release of FHIR the archives are. Neither an archive nor a record says so: some charts
 * are looked at for what only one release has.
 */
#include "record/release.h"
#include "service/service_private.h"

#define PATIENTS 16 /* that are looked at, all over the archives */
#define ENOUGH	 64 /* records that show it */

struct votes {
	size_t stu3, r4;
};

static int count_votes(const struct medark_view_records *records, struct votes *v,
		       struct medark_error *err)
{
	for (size_t i = 0; i < records->count && v->stu3 + v->r4 < ENOUGH; i++) {
		const struct medark_view_record *r = &records->list[i];
		enum medark_fhir_release release = MEDARK_FHIR_RELEASE_UNKNOWN;

		if (r->root)
			release = medark_fhir_release_of(&r->tree, r->root);
		else if (r->is_xml)
			MEDARK_TRY(medark_fhir_release_of_xml(r->text, &release, err));
		v->stu3 += release == MEDARK_FHIR_RELEASE_STU3;
		v->r4 += release == MEDARK_FHIR_RELEASE_R4;
	}
	return 0;
}

int medark_service_is_stu3(struct medark_shelf *shelf, bool *out, struct medark_error *err)
{
	uint64_t patients = medark_shelf_patients(shelf), before = UINT64_MAX;
	struct votes votes = { 0 };

	for (uint64_t i = 0; i < PATIENTS && votes.stu3 + votes.r4 < ENOUGH; i++) {
		/* No overflow: there are fewer than 2^32 patients. */
		uint64_t number = i * patients / PATIENTS;
		const struct medark_shelf_chart *chart;
		struct medark_error ignored;

		if (number == before || number >= patients)
			continue;
		before = number;
		/* A chart that cannot be read is told of to who asks for it. */
		if (medark_shelf_chart_at(shelf, number, &chart, &ignored) >= 0)
			MEDARK_TRY(count_votes(&chart->records, &votes, err));
	}
	*out = votes.stu3 > votes.r4;
	return 0;
}
