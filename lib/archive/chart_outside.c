/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources outside of all compartments (organisations, practitioners, medications …) come along
 * when a restored record refers to them, so that the chart can be read without the archive.
 */
#include "archive/chart.h"
#include "archive/search.h"
#include "record/record.h"

#include <stdio.h>

/* Places of all that one step looks for. */
#define RANGES_MAX (64u << 20)

/* Appends the places of "Type/id" if it stands outside of the compartments: 1, else 0. */
static int find_outside(struct medark_chart *chart, struct medark_bytes name,
			struct medark_buffer *ranges, struct medark_error *err)
{
	uint64_t rows = medark_index_rows(chart->index, MEDARK_KIND_OUTSIDE), at;
	struct medark_bytes row, f[2];
	struct medark_range range;
	int more;

	MEDARK_TRY(medark_index_lower(chart->index, MEDARK_KIND_OUTSIDE, name, &at, err));
	if (at == rows)
		return 0;
	MEDARK_TRY(medark_index_row(chart->index, MEDARK_KIND_OUTSIDE, at, &row, err));
	if (!medark_row_split(row, f, 2))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	if (!medark_bytes_equal(f[0], name))
		return 0;
	while ((more = medark_range_next(&f[1], &range, err)) == 1)
		MEDARK_TRY(medark_buffer_add(ranges, &range, sizeof(range), err));
	return more < 0 ? more : 1;
}

static int find(struct medark_chart *chart, struct medark_bytes name, struct medark_buffer *ranges,
		struct medark_error *err)
{
	static const char patient[] = "Patient/";
	uint64_t row;
	int found;

	if (medark_nameset_has(&chart->known, name))
		return 0;
	found = find_outside(chart, name, ranges, err);
	if (found)
		return found < 0 ? found : 0;
	if (medark_bytes_starts(name, patient)) {
		size_t skip = sizeof(patient) - 1;

		found = medark_search_key(chart->index, MEDARK_PATIENT_ID,
					  medark_bytes(name.data + skip, name.size - skip), &row,
					  err);
		MEDARK_TRY(found);
	}
	if (found)
		chart->other_patients++;
	else
		MEDARK_TRY(medark_nameset_add(&chart->missing, name, err));
	return 0;
}

/* A URN does not tell the type: every type of the archive is tried. */
static int find_urn(struct medark_chart *chart, struct medark_bytes id,
		    struct medark_buffer *ranges, struct medark_error *err)
{
	const struct medark_summary *summary = &chart->archive->summary;
	char name[128];

	if (medark_nameset_has(&chart->known_ids, id))
		return 0;
	for (uint32_t i = 0; i < summary->type_count; i++) {
		int n = snprintf(name, sizeof(name), "%s/%.*s", summary->types[i].name,
				 (int)id.size, (const char *)id.data);
		int found = find_outside(chart, medark_bytes(name, (size_t)n), ranges, err);

		if (found)
			return found < 0 ? found : 0;
	}
	(void)snprintf(name, sizeof(name), "urn:uuid:%.*s", (int)id.size, (const char *)id.data);
	MEDARK_TRY(medark_nameset_add(&chart->missing, medark_bytes_text(name), err));
	return 0;
}

/* The places of all that was not looked for yet. */
static int find_all(struct medark_chart *chart, uint32_t *next_name, uint32_t *next_urn,
		    struct medark_buffer *ranges, struct medark_error *err)
{
	uint32_t names = medark_nameset_count(&chart->wanted);
	uint32_t urns = medark_nameset_count(&chart->urns);

	ranges->size = 0;
	for (; *next_name < names; (*next_name)++)
		MEDARK_TRY(
			find(chart, medark_nameset_get(&chart->wanted, *next_name), ranges, err));
	for (; *next_urn < urns; (*next_urn)++)
		MEDARK_TRY(
			find_urn(chart, medark_nameset_get(&chart->urns, *next_urn), ranges, err));
	return 0;
}

static int add_record(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_chart *chart = context;
	struct medark_record *r = chart->record;
	struct medark_bytes none = { NULL, 0 };
	int found = cut->xml ? medark_fhir_xml(chart->fhir, cut->text, none, r, err)
			     : medark_fhir_json(chart->fhir, cut->text, none, r, err);

	MEDARK_TRY(found);
	if (!found)
		return 0;
	if (r->id.size)
		MEDARK_TRY(medark_nameset_add(&chart->known_ids, r->id, err));
	MEDARK_TRY(medark_record_files_add(chart->outside, r->type, cut->text, cut->xml, err));
	return medark_chart_follow(chart, cut->text, cut->item, err);
}

int medark_chart_outside(struct medark_chart *chart, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer ranges = MEDARK_BUFFER(RANGES_MAX);
	struct medark_cut cut = {
		.archive = chart->archive,
		.folder = chart->folder,
		.threads = chart->request->threads,
		.meter = &chart->meter,
		.each = add_record,
		.context = chart,
	};
	uint32_t next_name = 0, next_urn = 0;

	for (int depth = 0; depth < MEDARK_CHART_DEPTH_MAX; depth++) {
		struct medark_range *r;
		size_t count;

		MEDARK_TRY(find_all(chart, &next_name, &next_urn, &ranges, err));
		if (!ranges.size)
			break;
		r = (struct medark_range *)(void *)ranges.data;
		count = medark_ranges_merge(r, ranges.size / sizeof(*r));
		MEDARK_TRY(medark_cut_run(&cut, r, count, err));
	}
	return medark_record_files_flush(chart->outside, err);
}
