/* SPDX-License-Identifier: Apache-2.0 */
/* The compartments of the patients asked for; then what belongs to them from outside. */
#include "archive/chart.h"
#include "archive/patient_find.h"
#include "archive/restore.h"
#include "base/secret.h"

#include <stdlib.h>

/* Ranges of all patients of one request. */
#define RANGES_MAX (1u << 30)

static void chart_free(struct medark_chart *chart)
{
	if (!chart)
		return;
	medark_meter_clear(&chart->meter);
	medark_rowset_clear(&chart->rows);
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
	medark_buffer_clear(&chart->referrers);
	medark_buffer_clear(&chart->referrer_names);
	medark_buffer_clear(&chart->item_path);
	medark_buffer_clear(&chart->items);
	medark_buffer_clear(&chart->item_names);
	free(chart);
}
MEDARK_DEFINE_AUTO(struct medark_chart, chart_free)

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

static int find_patients(struct medark_chart *chart, struct medark_error *err)
{
	const struct medark_restore_request *request = chart->request;
	uint64_t rows = medark_index_rows(chart->index, MEDARK_KIND_PATIENTS);

	MEDARK_TRY(medark_rowset_init(&chart->rows, rows, false, err));
	for (size_t i = 0; i < request->patient_count; i++) {
		int code =
			medark_patient_find(chart->index, medark_bytes_text(request->patients[i]),
					    i + 1, &chart->rows, err);

		if (code < 0 && request->out_refused)
			*request->out_refused = i;
		MEDARK_TRY(code);
	}
	return 0;
}

static int chart_init(struct medark_chart *chart, struct medark_archive *archive, int folder,
		      const struct medark_restore_request *request, struct medark_error *err)
{
	chart->archive = archive;
	chart->folder = folder;
	chart->request = request;
	chart->item_path.limit = MEDARK_PATH_MAX;
	chart->items.limit = MEDARK_PAGE_MAX;
	chart->item_names = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	chart->referrers.limit = MEDARK_NAMESET_COUNT_MAX * sizeof(struct medark_referrer);
	chart->referrer_names = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	MEDARK_TRY(parse_since(request->since, &chart->since, err));
	MEDARK_TRY(medark_archive_index(archive, &chart->index, err));
	MEDARK_TRY(find_patients(chart, err));
	MEDARK_TRY(medark_nameset_init(&chart->known, err));
	MEDARK_TRY(medark_nameset_init(&chart->known_ids, err));
	MEDARK_TRY(medark_nameset_init(&chart->wanted, err));
	MEDARK_TRY(medark_nameset_init(&chart->urns, err));
	MEDARK_TRY(medark_nameset_init(&chart->missing, err));
	MEDARK_TRY(medark_nameset_init(&chart->paths, err));
	MEDARK_TRY(medark_fhir_new(&chart->fhir, err));
	chart->record = calloc(1, sizeof(*chart->record));
	if (!chart->record)
		return medark_error_memory(err, "a record");
	MEDARK_TRY(medark_record_files_new(folder, NULL, &chart->own, err));
	return medark_record_files_new(folder, "referenced", &chart->outside, err);
}

/* The latest day that a date with unknown parts (00) can mean. */
static uint32_t latest(uint32_t date)
{
	if (date / 100 % 100 == 0)
		return date + 9999;
	return date % 100 == 0 ? date + 99 : date;
}

static bool is_wanted_type(const struct medark_restore_request *request, struct medark_bytes type)
{
	for (size_t i = 0; i < request->type_count; i++)
		if (medark_bytes_is(type, request->types[i]))
			return true;
	return request->type_count == 0;
}

/* A record without any date stays: leaving out what might matter is the greater harm. */
static bool is_wanted(const struct medark_chart *chart)
{
	const struct medark_record *r = chart->record;

	if (!is_wanted_type(chart->request, r->type))
		return false;
	if (!chart->since || (!r->date && !r->updated))
		return true;
	return (r->date && latest(r->date) >= chart->since) ||
	       (r->updated && latest(r->updated) >= chart->since);
}

static int add_record(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_chart *chart = context;
	int found = medark_chart_read(chart, cut, err);

	if (found <= 0)
		return found;
	MEDARK_TRY(medark_chart_name(&chart->known, chart->record->type, chart->record->id, err));
	if (is_wanted(chart))
		return medark_chart_keep(chart, chart->own, cut, err);
	chart->filtered++;
	return 0;
}

static int restore_compartments(struct medark_chart *chart, struct medark_error *err)
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
	struct medark_range *r;
	size_t count;

	MEDARK_TRY(medark_patient_places(chart->index, &chart->rows, &ranges, err));
	r = (struct medark_range *)(void *)ranges.data;
	count = medark_ranges_merge(r, ranges.size / sizeof(*r));
	MEDARK_TRY(medark_cut_run(&cut, r, count, err));
	return medark_record_files_flush(chart->own, err);
}

int medark_restore_patients(struct medark_archive *archive, int folder,
			    const struct medark_restore_request *request,
			    const struct medark_events *events, struct medark_restore_result *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(chart_free) struct medark_chart *chart = calloc(1, sizeof(*chart));

	if (!chart)
		return medark_error_memory(err, "a restore");
	medark_meter_init(&chart->meter, events, "restoring", 0);
	MEDARK_TRY(chart_init(chart, archive, folder, request, err));
	MEDARK_TRY(restore_compartments(chart, err));
	MEDARK_TRY(medark_chart_outside(chart, err));
	MEDARK_TRY(medark_chart_items(chart, err));
	MEDARK_TRY(medark_chart_report(chart, err));
	for (uint64_t n = medark_rowset_next(&chart->rows, 0); n < chart->rows.rows;
	     n = medark_rowset_next(&chart->rows, n + 1))
		out->patients++;
	out->records = medark_record_files_count(chart->own);
	out->referenced = medark_record_files_count(chart->outside);
	out->unresolved = medark_nameset_count(&chart->missing);
	out->opaque = chart->items.size / sizeof(uint32_t);
	return 0;
}
