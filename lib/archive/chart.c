/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/chart.h"

#include "archive/lineage_patients.h"
#include "base/secret.h"

#include <stdlib.h>

void medark_chart_free(struct medark_chart *chart)
{
	if (!chart)
		return;
	medark_meter_clear(&chart->meter);
	for (size_t k = 0; chart->rows && k < chart->lineage->count; k++)
		medark_rowset_clear(&chart->rows[k]);
	free(chart->rows);
	medark_nameset_clear(&chart->patients);
	medark_nameset_clear(&chart->item_paths);
	medark_fhir_free(chart->fhir);
	if (chart->record)
		medark_secret_wipe(chart->record, sizeof(*chart->record));
	free(chart->record);
	medark_record_files_free(chart->own);
	medark_record_files_free(chart->outside);
	medark_nameset_clear(&chart->known);
	medark_nameset_clear(&chart->known_ids);
	medark_nameset_clear(&chart->wanted);
	medark_nameset_clear(&chart->urns);
	medark_nameset_clear(&chart->missing);
	medark_nameset_clear(&chart->paths);
	medark_hashset_clear(&chart->fetched);
	medark_buffer_clear(&chart->referrers);
	medark_buffer_clear(&chart->referrer_names);
	medark_buffer_clear(&chart->item_path);
	medark_buffer_clear(&chart->items);
	medark_buffer_clear(&chart->item_names);
	free(chart);
}

/* YYYY-MM-DD as a number. */
static int parse_since(const char *text, uint32_t *out, struct medark_error *err)
{
	struct medark_bytes t = medark_bytes_text(text ? text : "0000-00-00");
	uint32_t v = 0;
	bool good = t.size == 10;

	for (size_t i = 0; good && i < 10; i++) {
		uint8_t c = t.data[i];

		if (i == 4 || i == 7)
			good = c == '-';
		else if (c >= '0' && c <= '9')
			v = v * 10 + (uint32_t)(c - '0');
		else
			good = false;
	}
	if (!good ||
	    (text && (v / 100 % 100 < 1 || v / 100 % 100 > 12 || v % 100 < 1 || v % 100 > 31)))
		return medark_error_set(err, MEDARK_E_USAGE, "a date has the form YYYY-MM-DD");
	*out = v;
	return 0;
}

int medark_chart_turn(struct medark_chart *chart, size_t k, struct medark_error *err)
{
	chart->at = k;
	chart->archive = chart->lineage->archives[k];
	chart->has_item = false;
	return medark_archive_index(chart->archive, &chart->index, err);
}

int medark_chart_superseded(struct medark_chart *chart, struct medark_error *err)
{
	int code = medark_lineage_superseded_record(chart->lineage, chart->at, chart->record->type,
						    chart->record->id, err);

	chart->superseded += code > 0;
	return code;
}

/* ---- who ---- */

static int find_patients(struct medark_chart *chart, struct medark_error *err)
{
	const struct medark_restore_request *request = chart->request;

	chart->rows = calloc(chart->lineage->count, sizeof(*chart->rows));
	if (!chart->rows)
		return medark_error_memory(err, "a restore");
	return medark_lineage_patients(chart->lineage, request->patients, request->patient_count,
				       chart->rows, &chart->patients, request->out_refused, err);
}

static int make_sets(struct medark_chart *chart, struct medark_error *err)
{
	struct medark_nameset *const sets[] = { &chart->patients,  &chart->known,
						&chart->known_ids, &chart->wanted,
						&chart->urns,	   &chart->missing,
						&chart->paths,	   &chart->item_paths };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		MEDARK_TRY(medark_nameset_init(sets[i], err));
	return medark_hashset_init(&chart->fetched, err);
}

static int chart_init(struct medark_chart *chart, const struct medark_chart_setup *setup,
		      struct medark_error *err)
{
	const struct medark_restore_request *request = setup->request;

	chart->lineage = setup->lineage;
	chart->folder = setup->folder;
	chart->caches = setup->caches;
	chart->request = request;
	chart->is_everything = request->patient_count == 0;
	chart->item_path.limit = MEDARK_PATH_MAX;
	chart->items.limit = MEDARK_PAGE_MAX;
	chart->item_names = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	chart->referrers.limit = MEDARK_NAMESET_COUNT_MAX * sizeof(struct medark_referrer);
	chart->referrer_names = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	MEDARK_TRY(parse_since(request->since, &chart->since, err));
	MEDARK_TRY(make_sets(chart, err));
	MEDARK_TRY(find_patients(chart, err));
	MEDARK_TRY(medark_fhir_new(&chart->fhir, err));
	chart->record = calloc(1, sizeof(*chart->record));
	if (!chart->record)
		return medark_error_memory(err, "a record");
	return 0;
}

int medark_chart_new(const struct medark_chart_setup *setup, struct medark_chart **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_chart_free) struct medark_chart *chart = calloc(1, sizeof(*chart));

	if (!chart)
		return medark_error_memory(err, "a chart");
	medark_meter_init(&chart->meter, setup->events, "restoring", 0);
	MEDARK_TRY(chart_init(chart, setup, err));
	*out = MEDARK_TAKE(chart);
	return 0;
}
