/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/shelf.h"

#include "archive/search.h"
#include "archive/shelf_private.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

void medark_shelf_free(struct medark_shelf *shelf)
{
	if (!shelf)
		return;
	medark_shelf_charts_clear(shelf);
	for (size_t k = 0; shelf->caches && k < shelf->lineage->count; k++)
		medark_cut_cache_free(shelf->caches[k]);
	free(shelf->caches);
	medark_lineage_free(shelf->lineage);
	for (size_t i = 0; i < shelf->archive_count; i++)
		medark_archive_free(shelf->archives[i]);
	free(shelf->archives);
	medark_roster_reader_free(shelf->rows);
	medark_fhir_free(shelf->fhir);
	if (shelf->record)
		medark_secret_wipe(shelf->record, sizeof(*shelf->record));
	free(shelf->record);
	free(shelf);
}

static int open_archives(struct medark_shelf *shelf, const struct medark_shelf_setup *setup,
			 struct medark_error *err)
{
	shelf->archives = calloc(setup->count + 1, sizeof(*shelf->archives));
	if (!shelf->archives)
		return medark_error_memory(err, "archives");
	for (size_t i = 0; i < setup->count; i++) {
		MEDARK_TRY(medark_archive_open(setup->paths[i], setup->trust, setup->identity,
					       &shelf->archives[i], err));
		shelf->archive_count++;
	}
	return medark_lineage_new(shelf->archives, shelf->archive_count, setup->as_of,
				  &shelf->lineage, err);
}

static int make_caches(struct medark_shelf *shelf, struct medark_error *err)
{
	struct medark_index *index;

	shelf->caches = calloc(shelf->lineage->count, sizeof(struct medark_cut_cache *));
	if (!shelf->caches)
		return medark_error_memory(err, "archives");
	for (size_t k = 0; k < shelf->lineage->count; k++) {
		MEDARK_TRY(medark_archive_index(shelf->lineage->archives[k], &index, err));
		MEDARK_TRY(
			medark_cut_cache_new(shelf->lineage->archives[k], &shelf->caches[k], err));
	}
	return 0;
}

int medark_shelf_new(const struct medark_shelf_setup *setup, struct medark_shelf **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_shelf_free) struct medark_shelf *shelf = calloc(1, sizeof(*shelf));

	if (!shelf)
		return medark_error_memory(err, "archives");
	shelf->find = setup->find;
	shelf->roster = setup->roster;
	MEDARK_TRY(open_archives(shelf, setup, err));
	MEDARK_TRY(make_caches(shelf, err));
	MEDARK_TRY(medark_fhir_new(&shelf->fhir, err));
	shelf->record = calloc(1, sizeof(*shelf->record));
	if (!shelf->record)
		return medark_error_memory(err, "a record");
	*out = MEDARK_TAKE(shelf);
	return 0;
}

struct medark_lineage *medark_shelf_lineage(struct medark_shelf *shelf)
{
	return shelf->lineage;
}

size_t medark_shelf_archives(const struct medark_shelf *shelf)
{
	return shelf->lineage->count;
}

int medark_shelf_info(struct medark_shelf *shelf, size_t i, struct medark_archive_info *out,
		      struct medark_error *err)
{
	return medark_archive_info(shelf->lineage->archives[i], out, err);
}

static int count_xml(void *context, const struct medark_item_entry *item)
{
	uint64_t *count = context;

	if (strcmp(item->kind, "xml") == 0 || strcmp(item->kind, "decoded:xml") == 0)
		*count += item->records;
	return 0;
}

int medark_shelf_xml(struct medark_shelf *shelf, uint64_t *out, struct medark_error *err)
{
	*out = 0;
	for (size_t k = 0; k < shelf->lineage->count; k++)
		MEDARK_TRY(medark_archive_items(shelf->lineage->archives[k], count_xml, out, err));
	return 0;
}

struct medark_index *medark_shelf_index(struct medark_shelf *shelf, size_t k)
{
	return shelf->lineage->archives[k]->index;
}

/* ---- numbers ---- */

uint64_t medark_shelf_first(struct medark_shelf *shelf, size_t k)
{
	uint64_t first = 0;

	for (size_t i = 0; i < k; i++)
		first += medark_index_rows(medark_shelf_index(shelf, i), MEDARK_KIND_PATIENTS);
	return first;
}

uint64_t medark_shelf_patients(struct medark_shelf *shelf)
{
	return medark_shelf_first(shelf, shelf->lineage->count);
}

void medark_shelf_place(struct medark_shelf *shelf, uint64_t number, size_t *out_archive,
			uint64_t *out_row)
{
	size_t k = 0;
	uint64_t rows;

	for (; k + 1 < shelf->lineage->count; k++) {
		rows = medark_index_rows(medark_shelf_index(shelf, k), MEDARK_KIND_PATIENTS);
		if (number < rows)
			break;
		number -= rows;
	}
	*out_archive = k;
	*out_row = number;
}

/* ---- queries ---- */

struct query {
	struct medark_shelf *shelf;
	struct medark_nameset told; /* keys; of one archive alone none is needed */
	struct medark_patient_scratch scratch;
	uint64_t limit, count;
	bool more;
	int (*each)(void *context, const struct medark_patient_row *row);
	void *context;
};

static void query_clear(struct query *q)
{
	medark_nameset_clear(&q->told);
	medark_patient_scratch_clear(&q->scratch);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct query, query_clear)

static bool has_name(const struct medark_patient_row *row)
{
	return *row->family || *row->given || *row->text;
}

static int find_row(struct medark_shelf *shelf, size_t k, uint64_t n, struct medark_bytes *out,
		    struct medark_error *err)
{
	struct medark_index *index = medark_shelf_index(shelf, k);

	if (!shelf->roster || !medark_roster_is_complete(shelf->roster))
		return medark_index_row(index, MEDARK_KIND_PATIENTS, n, out, err);
	if (!shelf->rows)
		MEDARK_TRY(medark_roster_reader_new(shelf->roster, &shelf->rows, err));
	return medark_roster_row(shelf->rows, medark_shelf_first(shelf, k) + n, out, err);
}

/* 1: this row of archive `k` stays in q->scratch. */
static int read_row(struct query *q, size_t k, uint64_t n, struct medark_patient_row *out,
		    struct medark_error *err)
{
	struct medark_bytes row;

	MEDARK_TRY(find_row(q->shelf, k, n, &row, err));
	return medark_patient_row_parse(row, n, &q->scratch, out, NULL, err);
}

/*
 * Moves on to the row of a later archive, if one names the patient of this key: an increment may
 * only have a result of theirs.
 */
static int find_latest(struct query *q, struct medark_bytes key, size_t *k, uint64_t *n,
		       struct medark_error *err)
{
	struct medark_patient_row row;

	for (size_t i = q->shelf->lineage->count; i-- > *k + 1;) {
		uint64_t at;
		int found = medark_search_key(medark_shelf_index(q->shelf, i), (char)key.data[0],
					      medark_bytes(key.data + 1, key.size - 1), &at, err);

		MEDARK_TRY(found);
		if (!found)
			continue;
		MEDARK_TRY(read_row(q, i, at, &row, err));
		if (!has_name(&row))
			continue;
		*k = i;
		*n = at;
		break;
	}
	return 0;
}

/* 1: the patient was told already. */
static int was_told(struct query *q, size_t *k, uint64_t *n, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer copy = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	struct medark_index *index = medark_shelf_index(q->shelf, *k);
	struct medark_bytes row, key;
	int added;

	if (q->shelf->lineage->count == 1)
		return 0;
	MEDARK_TRY(find_row(q->shelf, *k, *n, &row, err));
	MEDARK_TRY(medark_index_first_field(index, MEDARK_KIND_PATIENTS, row, &key, err));
	MEDARK_TRY(medark_buffer_add(&copy, key.data, key.size, err));
	key = medark_bytes(copy.data, copy.size);
	added = key.size ? medark_nameset_add(&q->told, key, err) : 1;
	if (added <= 0)
		return added < 0 ? added : 1;
	return key.size ? find_latest(q, key, k, n, err) : 0;
}

static int tell(struct query *q, size_t k, uint64_t n, struct medark_error *err)
{
	struct medark_patient_row row;
	int code = was_told(q, &k, &n, err);

	if (code)
		return code < 0 ? code : 0;
	if (q->limit && q->count == q->limit) {
		q->more = true;
		return 0;
	}
	q->count++;
	MEDARK_TRY(read_row(q, k, n, &row, err));
	row.number = medark_shelf_first(q->shelf, k) + n;
	return q->each(q->context, &row);
}

static int ask(struct query *q, size_t k, const struct medark_query *parsed,
	       struct medark_error *err)
{
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset found = { 0 };
	int code = 0;

	MEDARK_TRY(medark_search_run(medark_shelf_index(q->shelf, k), parsed, &found, err));
	for (uint64_t n = medark_rowset_next(&found, 0); n < found.rows && !code && !q->more;
	     n = medark_rowset_next(&found, n + 1))
		code = tell(q, k, n, err);
	return code;
}

int medark_shelf_query(struct medark_shelf *shelf, const char *query, uint64_t limit,
		       bool *out_more,
		       int (*each)(void *context, const struct medark_patient_row *row),
		       void *context, struct medark_error *err)
{
	MEDARK_AUTO(query_clear)
	struct query q = { .shelf = shelf,
			   .scratch = MEDARK_PATIENT_SCRATCH,
			   .limit = limit,
			   .each = each,
			   .context = context };
	struct medark_query parsed;
	int code = 0;

	MEDARK_TRY(medark_nameset_init(&q.told, err));
	MEDARK_TRY(medark_query_parse(medark_bytes_text(query ? query : ""), &parsed, err));
	for (size_t k = shelf->lineage->count; k-- > 0 && !code && !q.more;)
		code = ask(&q, k, &parsed, err);
	*out_more = q.more;
	return code;
}
