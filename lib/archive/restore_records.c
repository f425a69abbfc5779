/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compartments of the patients asked for; then what belongs to them from outside. Or all that a
 * chain of archives holds as of its latest one.
 */
#include "archive/attachments.h"
#include "archive/chart.h"
#include "archive/lineage_patients.h"
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

static int chart_init(struct medark_chart *chart, struct medark_lineage *lineage, int folder,
		      const struct medark_restore_request *request, struct medark_error *err)
{
	chart->lineage = lineage;
	chart->folder = folder;
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
	MEDARK_TRY(medark_record_files_new(folder, NULL, &chart->own, err));
	return medark_record_files_new(folder, "referenced", &chart->outside, err);
}

/* ---- what ---- */

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

/* Does the record lie in an item that is none of records? Restored whole, it is no record then. */
static int is_in_opaque(struct medark_chart *chart, uint32_t number, struct medark_error *err)
{
	MEDARK_TRY(medark_chart_item(chart, number, err));
	return chart->is_opaque;
}

/* What the records that stay point to, stays: other archives have what is gone by now. */
static int add_to_all(struct medark_chart *chart, const struct medark_cut_record *cut,
		      struct medark_error *err)
{
	if (chart->lineage->count > 1)
		MEDARK_TRY(medark_attachments_fetched(cut->text, &chart->fetched, err));
	return medark_record_files_add(chart->own, chart->record->type, cut->text, cut->xml, err);
}

static int add_record(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_chart *chart = context;
	int found = chart->is_everything ? is_in_opaque(chart, cut->item, err) : 0, superseded;

	if (found)
		return found < 0 ? found : 0;
	found = medark_chart_read(chart, cut, err);
	if (found <= 0)
		return found;
	superseded = medark_chart_superseded(chart, err);
	if (superseded)
		return superseded < 0 ? superseded : 0;
	if (chart->is_everything)
		return add_to_all(chart, cut, err);
	MEDARK_TRY(medark_chart_name(&chart->known, chart->record->type, chart->record->id, err));
	if (is_wanted(chart))
		return medark_chart_keep(chart, chart->own, cut, err);
	chart->filtered++;
	return 0;
}

/* All records of the archive at hand. */
static int all_places(const struct medark_chart *chart, struct medark_buffer *out,
		      struct medark_error *err)
{
	uint32_t count = medark_manifest_segments(chart->archive->manifest, MEDARK_KIND_DATA);
	struct medark_segment_row segment;
	struct medark_bytes row;

	if (medark_index_rows(chart->index, MEDARK_KIND_SEGMENTS) != count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index has not as many segments as the archive");
	for (uint32_t i = 0; i < count; i++) {
		struct medark_range range = { .segment = i + 1 };

		MEDARK_TRY(medark_index_row(chart->index, MEDARK_KIND_SEGMENTS, i, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, i + 1, &segment, err));
		range.length = segment.content;
		if (range.length)
			MEDARK_TRY(medark_buffer_add(out, &range, sizeof(range), err));
	}
	return 0;
}

/* From the archive at hand. */
static int restore_records(struct medark_chart *chart, struct medark_error *err)
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

	if (chart->is_everything)
		MEDARK_TRY(all_places(chart, &ranges, err));
	else
		MEDARK_TRY(
			medark_patient_places(chart->index, &chart->rows[chart->at], &ranges, err));
	r = (struct medark_range *)(void *)ranges.data;
	count = medark_ranges_merge(r, ranges.size / sizeof(*r));
	return medark_cut_run(&cut, r, count, err);
}

static int restore_compartments(struct medark_chart *chart, struct medark_error *err)
{
	for (size_t k = 0; k < chart->lineage->count; k++) {
		MEDARK_TRY(medark_chart_turn(chart, k, err));
		MEDARK_TRY(restore_records(chart, err));
	}
	return medark_record_files_flush(chart->own, err);
}

int medark_restore_records(struct medark_lineage *lineage, int folder,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err)
{
	MEDARK_AUTO(chart_free) struct medark_chart *chart = calloc(1, sizeof(*chart));

	if (!chart)
		return medark_error_memory(err, "a restore");
	medark_meter_init(&chart->meter, events, "restoring", 0);
	MEDARK_TRY(chart_init(chart, lineage, folder, request, err));
	MEDARK_TRY(restore_compartments(chart, err));
	if (!chart->is_everything)
		MEDARK_TRY(medark_chart_outside(chart, err));
	MEDARK_TRY(medark_chart_items(chart, err));
	MEDARK_TRY(medark_chart_report(chart, err));
	out->patients = medark_nameset_count(&chart->patients);
	out->records = medark_record_files_count(chart->own);
	out->referenced = medark_record_files_count(chart->outside);
	out->unresolved = medark_nameset_count(&chart->missing);
	out->superseded = chart->superseded;
	out->opaque = chart->items.size / sizeof(struct medark_chart_item);
	return 0;
}
