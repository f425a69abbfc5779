/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/database.h"

#include "sql/file.h"
#include "sql/library.h"

#include <stdlib.h>
#include <string.h>

#define TICK 100000 /* steps of SQLite's machine between two questions: some milliseconds */

struct medark_database {
	struct medark_sql_file file;
	sqlite3 *sqlite;
	int (*ask)(void *context, struct medark_error *err);
	void *context;
	int stopped; /* code of `ask` */
	struct medark_error why;
};

struct medark_statement {
	struct medark_database *db;
	sqlite3_stmt *sqlite;
};

/* SQLite's own texts may quote what was to be written: only its word for the code is told. */
static int failed(const struct medark_database *db, int code, struct medark_error *err)
{
	if (db->stopped) {
		if (err)
			*err = db->why;
		return db->stopped;
	}
	if (code == SQLITE_NOMEM)
		return medark_error_memory(err, "a database");
	if (db->file.reason)
		return medark_error_errno(err, db->file.reason, "cannot write the database");
	return medark_error_set(err, MEDARK_E_SYSTEM, "cannot write the database: %s",
				medark_sqlite.errstr(code));
}

static int run(struct medark_database *db, const char *sql)
{
	return medark_sqlite.exec(db->sqlite, sql, NULL, NULL, NULL);
}

static int begin(struct medark_database *db, int fd)
{
	int code = medark_sql_file_init(&db->file, fd);

	if (code == SQLITE_OK)
		code = medark_sqlite.open_v2("medark", &db->sqlite,
					     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
						     SQLITE_OPEN_NOMUTEX,
					     db->file.name);
	if (code != SQLITE_OK)
		return code;
	return run(db, "PRAGMA page_size = 4096;"
		       "PRAGMA temp_store = MEMORY;"
		       "PRAGMA locking_mode = EXCLUSIVE;"
		       "PRAGMA journal_mode = OFF;"
		       "PRAGMA synchronous = OFF;"
		       "PRAGMA cache_size = -16384;"
		       "PRAGMA trusted_schema = OFF;"
		       "BEGIN");
}

int medark_database_new(int fd, struct medark_database **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_database_free) struct medark_database *db = calloc(1, sizeof(*db));
	int code;

	if (!db)
		return medark_error_memory(err, "a database");
	MEDARK_TRY(medark_sqlite_load(err));
	code = begin(db, fd);
	if (code != SQLITE_OK)
		return failed(db, code, err);
	*out = MEDARK_TAKE(db);
	return 0;
}

void medark_database_free(struct medark_database *db)
{
	if (!db)
		return;
	if (db->sqlite)
		(void)medark_sqlite.close(db->sqlite);
	medark_sql_file_clear(&db->file);
	free(db);
}

static int ask(void *context)
{
	struct medark_database *db = context;
	int code = db->ask(db->context, &db->why);

	if (code < 0)
		db->stopped = code;
	return code < 0;
}

void medark_database_watch(struct medark_database *db,
			   int (*asked)(void *context, struct medark_error *err), void *context)
{
	db->ask = asked;
	db->context = context;
	medark_sqlite.progress_handler(db->sqlite, TICK, ask, db);
}

int medark_database_run(struct medark_database *db, const char *sql, struct medark_error *err)
{
	int code = run(db, sql);

	return code == SQLITE_OK ? 0 : failed(db, code, err);
}

int medark_database_finish(struct medark_database *db, struct medark_error *err)
{
	int code = run(db, "COMMIT");

	if (code == SQLITE_OK) {
		code = medark_sqlite.close(db->sqlite);
		if (code == SQLITE_OK)
			db->sqlite = NULL;
	}
	return code == SQLITE_OK ? 0 : failed(db, code, err);
}

/* ---- statements ---- */

int medark_statement_new(struct medark_database *db, const char *sql, struct medark_statement **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_statement_free) struct medark_statement *s = calloc(1, sizeof(*s));
	int code;

	if (!s)
		return medark_error_memory(err, "a database");
	s->db = db;
	code = medark_sqlite.prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->sqlite,
					NULL);
	if (code != SQLITE_OK)
		return failed(db, code, err);
	*out = MEDARK_TAKE(s);
	return 0;
}

void medark_statement_free(struct medark_statement *s)
{
	if (!s)
		return;
	(void)medark_sqlite.finalize(s->sqlite);
	free(s);
}

int medark_statement_number(struct medark_statement *s, int i, int64_t number,
			    struct medark_error *err)
{
	int code = medark_sqlite.bind_int64(s->sqlite, i, number);

	return code == SQLITE_OK ? 0 : failed(s->db, code, err);
}

/* A pointer of NULL would be the value NULL. */
static const void *bytes_of(struct medark_bytes bytes)
{
	return bytes.size ? (const void *)bytes.data : "";
}

static int bind_text(struct medark_statement *s, int i, struct medark_bytes text,
		     sqlite3_destructor_type kept, struct medark_error *err)
{
	int code = medark_sqlite.bind_text64(s->sqlite, i, bytes_of(text), text.size, kept,
					     SQLITE_UTF8);

	return code == SQLITE_OK ? 0 : failed(s->db, code, err);
}

int medark_statement_text(struct medark_statement *s, int i, struct medark_bytes text,
			  struct medark_error *err)
{
	return bind_text(s, i, text, SQLITE_STATIC, err);
}

int medark_statement_copy(struct medark_statement *s, int i, struct medark_bytes text,
			  struct medark_error *err)
{
	return bind_text(s, i, text, SQLITE_TRANSIENT, err);
}

int medark_statement_blob(struct medark_statement *s, int i, struct medark_bytes bytes,
			  struct medark_error *err)
{
	int code =
		medark_sqlite.bind_blob64(s->sqlite, i, bytes_of(bytes), bytes.size, SQLITE_STATIC);

	return code == SQLITE_OK ? 0 : failed(s->db, code, err);
}

/* The parameters are let go, whatever came of it. */
static int rewind_statement(struct medark_statement *s, int code, struct medark_error *err)
{
	int done = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : failed(s->db, code, err);

	(void)medark_sqlite.reset(s->sqlite);
	(void)medark_sqlite.clear_bindings(s->sqlite);
	return done;
}

int medark_statement_run(struct medark_statement *s, struct medark_error *err)
{
	return rewind_statement(s, medark_sqlite.step(s->sqlite), err);
}

int medark_statement_is(struct medark_statement *s, struct medark_bytes bytes,
			struct medark_error *err)
{
	int code = medark_sqlite.step(s->sqlite);
	const void *found = code == SQLITE_ROW ? medark_sqlite.column_blob(s->sqlite, 0) : NULL;
	size_t size = found ? (size_t)medark_sqlite.column_bytes(s->sqlite, 0) : 0;
	bool same = code == SQLITE_ROW && size == bytes.size &&
		    (!size || memcmp(found, bytes.data, size) == 0);

	MEDARK_TRY(rewind_statement(s, code, err));
	return same;
}
