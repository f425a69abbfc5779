/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/sqlite_tables.h"

#include "archive/patient_cells.h"

#include <string.h>

static const char base_tables[] =
	"CREATE TABLE about (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;\n"
	/* The text stands last: what is in front of it is read without the pages that it fills. */
	"CREATE TABLE resources (resource INTEGER PRIMARY KEY, type TEXT, id TEXT, version TEXT,"
	" last_updated TEXT, format TEXT NOT NULL, is_outside INTEGER NOT NULL,"
	" text ANY NOT NULL) STRICT;\n"
	"CREATE TABLE charts (patient INTEGER NOT NULL REFERENCES patients,"
	" resource INTEGER NOT NULL REFERENCES resources,"
	" PRIMARY KEY (patient, resource)) STRICT, WITHOUT ROWID;\n";

/* The name that a patient's id has here: `patient` is the number by which tables are joined. */
static const char *patient_column(size_t i)
{
	return i == 0 ? "id" : medark_patient_columns[i];
}

static int create_patients(struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(
		out, "CREATE TABLE patients (patient INTEGER PRIMARY KEY, id TEXT NOT NULL", err));
	for (size_t i = 1; i < MEDARK_PATIENT_CELLS; i++)
		MEDARK_TRY(medark_buffer_print(out, err, ", \"%s\" %s", patient_column(i),
					       i == MEDARK_PATIENT_RECORDS ? "INTEGER" : "TEXT"));
	return medark_buffer_text(out, ") STRICT;\n", err);
}

static int create_list(const struct medark_view_list_form *form, struct medark_buffer *out,
		       struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err,
				       "CREATE TABLE \"%s\" (entry INTEGER PRIMARY KEY,"
				       " patient INTEGER NOT NULL REFERENCES patients,"
				       " resource INTEGER NOT NULL REFERENCES resources,"
				       " current INTEGER NOT NULL,"
				       " entered_in_error INTEGER NOT NULL",
				       form->name));
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(medark_buffer_print(out, err, ", \"%s\" TEXT", form->columns[i]));
	return medark_buffer_text(out, ") STRICT;\n", err);
}

/* All that a list says beside when and what, with semicolons between. */
static int add_detail(const struct medark_view_list_form *form, struct medark_buffer *out,
		      struct medark_error *err)
{
	const char *between = "rtrim(";

	for (size_t i = 0; i < form->count; i++) {
		if (strcmp(form->columns[i], "date") == 0 || strcmp(form->columns[i], "what") == 0)
			continue;
		MEDARK_TRY(medark_buffer_print(out, err, "%scoalesce(\"%s\" || '; ', '')", between,
					       form->columns[i]));
		between = " || ";
	}
	return medark_buffer_text(out, ", '; ')", err);
}

/* The rows of all lists, and the patients, as one: what the search looks through. */
static int create_entries(struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(
		out,
		"CREATE VIEW entries (entry, patient, resource, list, date, what, detail) AS"
		" SELECT patient, patient, NULL, 'patients', birth,"
		" rtrim(coalesce(given || ' ', '') || coalesce(prefix || ' ', '') ||"
		" coalesce(family, '')), id || coalesce('; ' || bsn, '') FROM patients",
		err));
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++) {
		const struct medark_view_list_form *form =
			medark_view_list_form((enum medark_view_list)i);

		MEDARK_TRY(medark_buffer_print(out, err,
					       "\n UNION ALL SELECT entry, patient, resource,"
					       " '%s', \"date\", \"what\", ",
					       form->name));
		MEDARK_TRY(add_detail(form, out, err));
		MEDARK_TRY(medark_buffer_print(out, err, " FROM \"%s\"", form->name));
	}
	return medark_buffer_text(out, ";\n", err);
}

/*
 * Before there are rows: they come patient by patient, so that all but one of these grow at their
 * ends, and that one, of names, is a page read and written for a row. Made at the end each would be
 * sorted in memory, some 60 bytes for a record.
 */
static int create_indexes(struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out,
				      "CREATE INDEX patients_id ON patients (id);\n"
				      "CREATE INDEX patients_bsn ON patients (bsn);\n"
				      "CREATE INDEX resources_name ON resources (type, id);\n"
				      "CREATE INDEX charts_resource ON charts (resource);\n",
				      err));
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++) {
		const char *name = medark_view_list_form((enum medark_view_list)i)->name;

		MEDARK_TRY(medark_buffer_print(
			out, err,
			"CREATE INDEX \"%s_patient\" ON \"%s\" (patient, \"date\");\n"
			"CREATE INDEX \"%s_resource\" ON \"%s\" (resource);\n",
			name, name, name, name));
	}
	return 0;
}

int medark_sqlite_create(struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(create_patients(out, err));
	MEDARK_TRY(medark_buffer_text(out, base_tables, err));
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++)
		MEDARK_TRY(create_list(medark_view_list_form((enum medark_view_list)i), out, err));
	MEDARK_TRY(create_indexes(out, err));
	MEDARK_TRY(create_entries(out, err));
	return medark_buffer_print(
		out, err,
		"CREATE VIRTUAL TABLE search USING fts5(patient UNINDEXED, resource UNINDEXED,"
		" list UNINDEXED, date UNINDEXED, what, detail, content = 'entries',"
		" content_rowid = 'entry', tokenize = \"unicode61 remove_diacritics 2\");\n"
		"PRAGMA application_id = %d;\nPRAGMA user_version = %d;\n",
		MEDARK_SQLITE_APPLICATION, MEDARK_SQLITE_SCHEMA);
}

/* `count` parameters and the end of a statement. */
static int add_values(struct medark_buffer *out, size_t count, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out, ") VALUES (?", err));
	for (size_t i = 1; i < count; i++)
		MEDARK_TRY(medark_buffer_text(out, ", ?", err));
	return medark_buffer_print(out, err, ")");
}

int medark_sqlite_insert(enum medark_view_list list, struct medark_buffer *out,
			 struct medark_error *err)
{
	const struct medark_view_list_form *form = medark_view_list_form(list);

	MEDARK_TRY(medark_buffer_print(out, err,
				       "INSERT INTO \"%s\" (entry, patient, resource, current,"
				       " entered_in_error",
				       form->name));
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(medark_buffer_print(out, err, ", \"%s\"", form->columns[i]));
	return add_values(out, form->count + 5, err);
}

int medark_sqlite_insert_patient(struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out, "INSERT INTO patients (patient", err));
	for (size_t i = 0; i < MEDARK_PATIENT_CELLS; i++)
		MEDARK_TRY(medark_buffer_print(out, err, ", \"%s\"", patient_column(i)));
	return add_values(out, MEDARK_PATIENT_CELLS + 1, err);
}
