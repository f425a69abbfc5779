/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_tables: the statements of a restore as an SQLite database (docs/SQLITE.md): its tables, a
 * table for each list of lists.h, what is made when they are full, and how rows are added. Any
 * thread.
 */
#ifndef MEDARK_ARCHIVE_SQLITE_TABLES_H
#define MEDARK_ARCHIVE_SQLITE_TABLES_H

#include "base/buffer.h"
#include "view/lists.h"

/* "mdrk", of PRAGMA application_id; and PRAGMA user_version, which a changed schema raises. */
#define MEDARK_SQLITE_APPLICATION 0x6d64726b
#define MEDARK_SQLITE_SCHEMA	  1

/* Makes the search, of all rows: behind the last one. */
#define MEDARK_SQLITE_FINISH "INSERT INTO search (search) VALUES ('rebuild')"

/*
 * Each of these appends statements, and a zero behind them that is not counted. MEDARK_E_MEMORY.
 * This one makes what is empty at first.
 */
int medark_sqlite_create(struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds a row to the table of a list: its parameters are entry, patient, resource, current,
 * entered_in_error, and the columns of medark_view_list_form().
 */
int medark_sqlite_insert(enum medark_view_list list, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/* The same to patients: entry, and the columns of patient_cells.h. */
int medark_sqlite_insert_patient(struct medark_buffer *out,
				 struct medark_error *err) MEDARK_MUST_USE;

#endif
