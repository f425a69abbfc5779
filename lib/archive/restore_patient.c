/* SPDX-License-Identifier: Apache-2.0 */
/* The compartments of the patients asked for; then what belongs to them from outside. */
#include "archive/attachments.h"
#include "archive/chart.h"
#include "archive/patient_find.h"
#include "archive/restore.h"
#include "base/secret.h"

#include <stdlib.h>

/* Ranges of all patients of one request. */
#define RANGES_MAX (64u << 20)

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
	medark_buffer_clear(&chart->item_path);
	medark_buffer_clear(&chart->items);
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
	uint64_t rows = medark_index_rows(chart->index, MEDARK_KIND_PATIENTS);

	MEDARK_TRY(medark_rowset_init(&chart->rows, rows, false, err));
	for (size_t i = 0; i < chart->request->patient_count; i++)
		MEDARK_TRY(medark_patient_find(chart->index,
					       medark_bytes_text(chart->request->patients[i]),
					       i + 1, &chart->rows, err));
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

static int add_name(struct medark_nameset *set, struct medark_bytes type, struct medark_bytes id,
		    struct medark_error *err)
{
	uint8_t name[512];

	if (type.size == 0 || id.size == 0 || type.size + id.size + 1 > sizeof(name))
		return 0;
	memcpy(name, type.data, type.size);
	name[type.size] = '/';
	memcpy(name + type.size + 1, id.data, id.size);
	return medark_nameset_add(set, medark_bytes(name, type.size + id.size + 1), err);
}

static int add_reference(void *context, struct medark_bytes type, struct medark_bytes id,
			 struct medark_error *err)
{
	struct medark_chart *chart = context;

	MEDARK_TRY(add_name(&chart->wanted, type, id, err));
	return 0;
}

/* Leaves the path of item `number` in chart->item_path. */
static int read_item_path(struct medark_chart *chart, uint32_t number, struct medark_error *err)
{
	struct medark_item_row item;
	struct medark_bytes row;

	if (chart->has_item && chart->item == number)
		return 0;
	if (number >= medark_index_rows(chart->index, MEDARK_KIND_ITEMS))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a data segment names an item that does not exist");
	MEDARK_TRY(medark_index_row(chart->index, MEDARK_KIND_ITEMS, number, &row, err));
	MEDARK_TRY(medark_item_row_parse(row, number, &chart->item_path, &item, err));
	chart->item = number;
	chart->has_item = true;
	return 0;
}

/* Does `"reference": ` or `<reference value=` stand before `at`, and not some identifier's name? */
static bool is_reference(struct medark_bytes text, const uint8_t *at)
{
	static const char name[] = "reference";
	size_t before = (size_t)(at - text.data), look = before < 24 ? before : 24;

	return memmem(at - look, look, name, sizeof(name) - 1) != NULL;
}

/* Inside of a transaction Bundle resources refer to each other by URN, whatever their type. */
static int add_urns(struct medark_chart *chart, struct medark_bytes text, struct medark_error *err)
{
	static const char urn[] = "\"urn:uuid:";
	const size_t skip = sizeof(urn) - 1, size = 36; /* of a UUID's text */
	const uint8_t *p = text.data, *end = text.data + text.size;

	while ((p = memmem(p, (size_t)(end - p), urn, skip))) {
		bool follow = is_reference(text, p);

		p += skip;
		if (follow && (size_t)(end - p) > size && p[size] == '"')
			MEDARK_TRY(medark_nameset_add(&chart->urns, medark_bytes(p, size), err));
	}
	return 0;
}

int medark_chart_follow(struct medark_chart *chart, struct medark_bytes text, uint32_t item,
			struct medark_error *err)
{
	static const char binary[] = "Binary/";
	struct medark_bytes path, folder = { NULL, 0 };
	const uint8_t *slash;
	int code = medark_fhir_references(chart->fhir, text, add_reference, chart, err);

	/* A record that is not well-formed was restored as it is; nothing follows from it. */
	if (code < 0)
		return code == MEDARK_E_FORMAT ? 0 : code;
	MEDARK_TRY(add_urns(chart, text, err));
	if (chart->archive->summary.opaque) {
		MEDARK_TRY(read_item_path(chart, item, err));
		path = medark_bytes(chart->item_path.data, chart->item_path.size);
		slash = memrchr(path.data, '/', path.size);
		folder = medark_bytes(path.data, slash ? (size_t)(slash - path.data) : 0);
	} else if (!memmem(text.data, text.size, binary, sizeof(binary) - 1)) {
		return 0; /* nothing that a URL could lead to */
	}
	return medark_attachments(text, folder, &chart->wanted, &chart->paths, err);
}

static int add_record(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_chart *chart = context;
	struct medark_record *r = chart->record;
	struct medark_bytes none = { NULL, 0 };
	int found = cut->xml ? medark_fhir_xml(chart->fhir, cut->text, none, r, err)
			     : medark_fhir_json(chart->fhir, cut->text, none, r, err);

	MEDARK_TRY(found);
	if (!found) /* white space */
		return 0;
	MEDARK_TRY(add_name(&chart->known, r->type, r->id, err));
	if (r->id.size)
		MEDARK_TRY(medark_nameset_add(&chart->known_ids, r->id, err));
	if (!is_wanted(chart)) {
		chart->filtered++;
		return 0;
	}
	MEDARK_TRY(medark_record_files_add(chart->own, r->type, cut->text, cut->xml, err));
	return medark_chart_follow(chart, cut->text, cut->item, err);
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
