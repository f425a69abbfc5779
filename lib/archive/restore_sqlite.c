/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts as one SQLite database (docs/SQLITE.md): each record as it stands, the lists of all charts
 * as tables, and a search through what they say. Patient by patient; the search at the end.
 */
#include "archive/dossiers.h"
#include "archive/patient_cells.h"
#include "archive/restore.h"
#include "archive/sqlite_seen.h"
#include "archive/sqlite_tables.h"
#include "base/text.h"
#include "base/time.h"
#include "base/utf8.h"
#include "sql/database.h"
#include "view/lists.h"

#include <string.h>

#define SQL_MAX	 ((size_t)1 << 20)
#define CELL_MAX ((size_t)1 << 20)
#define FIRST	 5 /* parameters of a list's row in front of its cells */

struct sqlite {
	struct medark_restore_result *result;
	struct medark_meter meter;
	struct medark_database *db;
	struct medark_statement *patient, *chart, *resource, *text, *about;
	struct medark_statement *lists[MEDARK_LIST_COUNT];
	struct medark_sqlite_seen seen;
	struct medark_buffer cell; /* one that had to be mended */
	int64_t entry;		   /* the last number given to a row of a list, or a patient */
	int64_t last_resource;
	int64_t at; /* the patient at hand */
};

static void free_statements(struct sqlite *s)
{
	medark_statement_free(s->patient);
	medark_statement_free(s->chart);
	medark_statement_free(s->resource);
	medark_statement_free(s->text);
	medark_statement_free(s->about);
	s->patient = s->chart = s->resource = s->text = s->about = NULL;
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++) {
		medark_statement_free(s->lists[i]);
		s->lists[i] = NULL;
	}
}

static void sqlite_clear(struct sqlite *s)
{
	free_statements(s);
	medark_database_free(s->db);
	medark_sqlite_seen_clear(&s->seen);
	medark_buffer_clear(&s->cell);
	medark_meter_clear(&s->meter);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct sqlite, sqlite_clear)

/* ---- values ---- */

/* Text as SQL's functions take it to its end: UTF-8 without a zero byte in it. */
static bool is_plain(struct medark_bytes text)
{
	return !text.size || (!memchr(text.data, '\0', text.size) && medark_text_is_utf8(text));
}

/* U+FFFD stands for what cannot be text. */
static int mend(struct medark_bytes text, struct medark_buffer *out, struct medark_error *err)
{
	out->size = 0;
	for (size_t i = 0; i < text.size;) {
		size_t size = medark_utf8_sequence(text.data + i, text.size - i);

		if (size && text.data[i])
			MEDARK_TRY(medark_buffer_add(out, text.data + i, size, err));
		else
			MEDARK_TRY(medark_buffer_text(out, "\xef\xbf\xbd", err));
		i += size ? size : 1;
	}
	return 0;
}

/* A cell: NULL where there is nothing. */
static int bind(struct sqlite *s, struct medark_statement *to, int i, struct medark_bytes text,
		struct medark_error *err)
{
	if (!text.size)
		return 0;
	if (is_plain(text))
		return medark_statement_text(to, i, text, err);
	MEDARK_TRY(mend(text, &s->cell, err));
	return medark_statement_copy(to, i, medark_bytes(s->cell.data, s->cell.size), err);
}

/* ---- resources ---- */

/* Of JSON without what a line or a file has around it, as a restore into a folder gives it. */
static struct medark_bytes trim(const struct medark_dossier_record *r)
{
	struct medark_bytes text = r->text;

	if (r->is_xml)
		return text;
	if (medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	while (text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
		text.size--;
	return text;
}

static int bind_meta(struct sqlite *s, int i, const struct medark_view_record *view,
		     const char *name, struct medark_error *err)
{
	const struct medark_json_node *meta =
		view->root ? medark_json_member(&view->tree, view->root, "meta") : NULL;
	const struct medark_json_node *value = medark_json_member(&view->tree, meta, name);

	return value && value->kind == MEDARK_JSON_STRING
		       ? bind(s, s->resource, i, value->text, err)
		       : 0;
}

static int add_resource(struct sqlite *s, const struct medark_dossier_record *r,
			const struct medark_view_record *view, struct medark_bytes text,
			struct medark_error *err)
{
	struct medark_statement *to = s->resource;

	MEDARK_TRY(medark_statement_number(to, 1, ++s->last_resource, err));
	MEDARK_TRY(bind(s, to, 2, r->type, err));
	MEDARK_TRY(bind(s, to, 3, r->id, err));
	MEDARK_TRY(bind_meta(s, 4, view, "versionId", err));
	MEDARK_TRY(bind_meta(s, 5, view, "lastUpdated", err));
	MEDARK_TRY(
		medark_statement_text(to, 6, medark_bytes_text(r->is_xml ? "xml" : "json"), err));
	MEDARK_TRY(medark_statement_number(to, 7, r->is_outside, err));
	MEDARK_TRY(is_plain(text) ? medark_statement_text(to, 8, text, err)
				  : medark_statement_blob(to, 8, text, err));
	if (r->is_outside)
		s->result->referenced++;
	else
		s->result->records++;
	return medark_statement_run(to, err);
}

/* 1: it stands in the database already, by other patients; a hash alone is not believed. */
static int find_shared(struct sqlite *s, uint64_t hash, struct medark_bytes text, int64_t *out,
		       struct medark_error *err)
{
	struct medark_sqlite_seen_slot *slot;
	size_t at = 0;

	while ((slot = medark_sqlite_seen_next(&s->seen, hash, s->at, &at))) {
		int same;

		MEDARK_TRY(medark_statement_number(s->text, 1, slot->resource, err));
		same = medark_statement_is(s->text, text, err);
		MEDARK_TRY(same);
		if (!same)
			continue;
		slot->patient = s->at;
		*out = slot->resource;
		return 1;
	}
	return 0;
}

/* The number of a record of the patient at hand; twice in one chart, it has two. */
static int put_resource(struct sqlite *s, const struct medark_dossier_record *r,
			const struct medark_view_record *view, int64_t *out,
			struct medark_error *err)
{
	struct medark_bytes text = trim(r);
	uint64_t hash = 0;
	int found = 0;

	if (!r->is_one) {
		hash = medark_sqlite_seen_hash(&s->seen, r->is_outside, text);
		found = find_shared(s, hash, text, out, err);
		MEDARK_TRY(found);
	}
	if (!found) {
		MEDARK_TRY(add_resource(s, r, view, text, err));
		*out = s->last_resource;
	}
	if (!found && !r->is_one)
		MEDARK_TRY(medark_sqlite_seen_add(&s->seen, hash, *out, s->at, err));
	MEDARK_TRY(medark_statement_number(s->chart, 1, s->at, err));
	MEDARK_TRY(medark_statement_number(s->chart, 2, *out, err));
	return medark_statement_run(s->chart, err);
}

/* ---- rows ---- */

static int put_row(struct sqlite *s, const struct medark_view_values *v,
		   const struct medark_view_record *record, int64_t resource,
		   struct medark_error *err)
{
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row row = { 0 };
	enum medark_view_list list = medark_view_list_of(record);
	struct medark_statement *to;

	if (list == MEDARK_LIST_COUNT)
		return 0;
	to = s->lists[list];
	MEDARK_TRY(medark_view_row(v, list, record, &row, err));
	MEDARK_TRY(medark_statement_number(to, 1, ++s->entry, err));
	MEDARK_TRY(medark_statement_number(to, 2, s->at, err));
	MEDARK_TRY(medark_statement_number(to, 3, resource, err));
	MEDARK_TRY(medark_statement_number(to, 4, row.is_current, err));
	MEDARK_TRY(medark_statement_number(to, 5, row.is_wrong, err));
	for (size_t i = 0; i < medark_view_list_form(list)->count; i++)
		MEDARK_TRY(bind(s, to, FIRST + 1 + (int)i, medark_view_cell(&row, i), err));
	return medark_statement_run(to, err);
}

static int put_patient(struct sqlite *s, const struct medark_patient_row *row,
		       struct medark_error *err)
{
	const char *cells[MEDARK_PATIENT_CELLS];
	char number[MEDARK_PATIENT_NUMBER];
	struct medark_statement *to = s->patient;

	medark_patient_cells(row, number, cells);
	s->at = ++s->entry;
	MEDARK_TRY(medark_statement_number(to, 1, s->at, err));
	for (size_t i = 0; i < MEDARK_PATIENT_CELLS; i++)
		MEDARK_TRY(i == MEDARK_PATIENT_RECORDS
				   ? medark_statement_number(to, 2 + (int)i, (int64_t)row->records,
							     err)
				   : bind(s, to, 2 + (int)i, medark_bytes_text(cells[i]), err));
	return medark_statement_run(to, err);
}

static int add_patient(void *context, const struct medark_dossiers_patient *patient,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records records = { 0 };
	const struct medark_view_values v = { .records = &records };
	const struct medark_dossier *d = patient->dossier;
	struct sqlite *s = context;
	int64_t resource = 0;

	MEDARK_TRY(medark_dossier_view(d, &records, err));
	MEDARK_TRY(put_patient(s, patient->row, err));
	for (size_t i = 0; i < d->count; i++) {
		MEDARK_TRY(put_resource(s, &d->records[i], &records.list[i], &resource, err));
		MEDARK_TRY(put_row(s, &v, &records.list[i], resource, err));
	}
	s->result->patients++;
	s->result->unresolved += d->unresolved;
	return medark_meter_add(&s->meter, 0, d->count, s->result->patients, err);
}

/* ---- about ---- */

static int say(struct sqlite *s, const char *name, const char *value, struct medark_error *err)
{
	MEDARK_TRY(medark_statement_text(s->about, 1, medark_bytes_text(name), err));
	MEDARK_TRY(medark_statement_text(s->about, 2, medark_bytes_text(value), err));
	return medark_statement_run(s->about, err);
}

static int say_number(struct sqlite *s, const char *name, uint64_t value, struct medark_error *err)
{
	MEDARK_TRY(medark_statement_text(s->about, 1, medark_bytes_text(name), err));
	MEDARK_TRY(medark_statement_number(s->about, 2, (int64_t)value, err));
	return medark_statement_run(s->about, err);
}

/* The latest archive, and what was taken out of it and those before it. */
static int put_about(struct sqlite *s, const struct medark_archive *archive, bool is_everything,
		     struct medark_error *err)
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1], digest[2 * MEDARK_DIGEST_SIZE + 1];
	char created[MEDARK_TIME_SIZE] = "";

	medark_text_hex(archive->header.archive.bytes, MEDARK_ARCHIVE_ID_SIZE, id);
	medark_text_hex(archive->manifest_digest.bytes, MEDARK_DIGEST_SIZE, digest);
	(void)medark_time_format(archive->header.created, created);
	MEDARK_TRY(say(s, "archive", id, err));
	MEDARK_TRY(say(s, "manifest", digest, err));
	MEDARK_TRY(say(s, "created", created, err));
	MEDARK_TRY(say_number(s, "sequence", archive->header.sequence, err));
	MEDARK_TRY(say(s, "source", archive->header.source, err));
	MEDARK_TRY(say(s, "exported_with", archive->header.tool, err));
	MEDARK_TRY(say(s, "restored_with", "medark " MEDARK_VERSION, err));
	MEDARK_TRY(say(s, "signer", archive->evidence.signer.subject, err));
	MEDARK_TRY(say_number(s, "archives", s->result->archives, err));
	MEDARK_TRY(say_number(s, "complete", s->result->complete, err));
	MEDARK_TRY(say(s, "patients_chosen", is_everything ? "all" : "some", err));
	MEDARK_TRY(say_number(s, "patients", s->result->patients, err));
	MEDARK_TRY(say_number(s, "records", s->result->records, err));
	MEDARK_TRY(say_number(s, "referenced", s->result->referenced, err));
	return say_number(s, "unresolved", s->result->unresolved, err);
}

/* ---- the whole ---- */

static int prepare_lists(struct sqlite *s, struct medark_buffer *sql, struct medark_error *err)
{
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++) {
		sql->size = 0;
		MEDARK_TRY(medark_sqlite_insert((enum medark_view_list)i, sql, err));
		MEDARK_TRY(medark_statement_new(s->db, (const char *)sql->data, &s->lists[i], err));
	}
	sql->size = 0;
	MEDARK_TRY(medark_sqlite_insert_patient(sql, err));
	return medark_statement_new(s->db, (const char *)sql->data, &s->patient, err);
}

static int is_stopped(void *context, struct medark_error *err)
{
	struct sqlite *s = context;

	return medark_meter_add(&s->meter, 0, 0, s->result->patients, err);
}

static int begin(struct sqlite *s, int fd, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sql = MEDARK_BUFFER(SQL_MAX);

	MEDARK_TRY(medark_sqlite_seen_init(&s->seen, err));
	MEDARK_TRY(medark_database_new(fd, &s->db, err));
	medark_database_watch(s->db, is_stopped, s);
	MEDARK_TRY(medark_sqlite_create(&sql, err));
	MEDARK_TRY(medark_database_run(s->db, (const char *)sql.data, err));
	MEDARK_TRY(prepare_lists(s, &sql, err));
	MEDARK_TRY(medark_statement_new(s->db, "INSERT INTO charts VALUES (?, ?)", &s->chart, err));
	MEDARK_TRY(medark_statement_new(
		s->db, "INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?)", &s->resource, err));
	MEDARK_TRY(medark_statement_new(s->db, "SELECT text FROM resources WHERE resource = ?",
					&s->text, err));
	return medark_statement_new(s->db, "INSERT INTO about VALUES (?, ?)", &s->about, err);
}

static int finish(struct sqlite *s, struct medark_error *err)
{
	free_statements(s);
	MEDARK_TRY(medark_database_run(s->db, MEDARK_SQLITE_FINISH, err));
	return medark_database_finish(s->db, err);
}

int medark_restore_sqlite(struct medark_lineage *lineage, int fd,
			  const struct medark_restore_request *request,
			  const struct medark_events *events, struct medark_restore_result *out,
			  struct medark_error *err)
{
	MEDARK_AUTO(sqlite_clear)
	struct sqlite s = { .result = out, .cell = MEDARK_BUFFER_SECRET(4 * CELL_MAX) };
	const struct medark_dossiers_setup setup = {
		.lineage = lineage, .request = request, .each = add_patient, .context = &s
	};

	medark_meter_init(&s.meter, events, "restoring", 0);
	MEDARK_TRY(begin(&s, fd, err));
	MEDARK_TRY(medark_dossiers_each(&setup, err));
	MEDARK_TRY(
		put_about(&s, lineage->archives[lineage->count - 1], !request->patient_count, err));
	return finish(&s, err);
}
