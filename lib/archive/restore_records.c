/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compartments of the patients asked for; then what belongs to them from outside. Or all that a
 * chain of archives holds as of its latest one.
 */
#include "archive/attachments.h"
#include "archive/chart.h"
#include "archive/patient_find.h"
#include "archive/restore.h"

/* Ranges of all patients of one request. */
#define RANGES_MAX (1u << 30)

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
	return medark_record_files_add(chart->own, chart->record, cut->text, cut->xml, err);
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

/* From the archive at hand. */
static int restore_records(struct medark_chart *chart, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer ranges = MEDARK_BUFFER(RANGES_MAX);
	struct medark_cut cut = {
		.archive = chart->archive,
		.folder = chart->folder,
		.threads = chart->request->threads,
		.cache = chart->caches ? chart->caches[chart->at] : NULL,
		.meter = &chart->meter,
		.each = add_record,
		.context = chart,
	};
	struct medark_range *r;
	size_t count;

	if (chart->is_everything)
		MEDARK_TRY(medark_cut_places(chart->archive, &ranges, err));
	else
		MEDARK_TRY(
			medark_patient_places(chart->index, &chart->rows[chart->at], &ranges, err));
	r = (struct medark_range *)(void *)ranges.data;
	count = medark_ranges_merge(r, ranges.size / sizeof(*r));
	return medark_cut_run(&cut, r, count, err);
}

int medark_chart_compartments(struct medark_chart *chart, struct medark_error *err)
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
	const struct medark_chart_setup setup = {
		.lineage = lineage, .folder = folder, .request = request, .events = events
	};
	MEDARK_AUTO(medark_chart_free) struct medark_chart *chart = NULL;

	MEDARK_TRY(medark_chart_new(&setup, &chart, err));
	MEDARK_TRY(medark_record_files_new(folder, NULL, &chart->own, err));
	MEDARK_TRY(medark_record_files_new(folder, "referenced", &chart->outside, err));
	MEDARK_TRY(medark_chart_compartments(chart, err));
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
