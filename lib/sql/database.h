/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database: an SQLite database that is written once, from empty to whole, into a file that its
 * owner throws away if anything fails: without a journal, and without temporary files. One thread
 * at a time. Sentences of errors say what SQLite or the system says, never what was to be written.
 */
#ifndef MEDARK_SQL_DATABASE_H
#define MEDARK_SQL_DATABASE_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>

struct medark_database;
struct medark_statement;

/*
 * A database in the empty file `fd`, which is borrowed, and open for reading and writing; a
 * transaction is begun. MEDARK_E_SYSTEM, also if libsqlite3 cannot be loaded; MEDARK_E_MEMORY.
 */
int medark_database_new(int fd, struct medark_database **out,
			struct medark_error *err) MEDARK_MUST_USE;
/* After all of its statements. What was not finished is of no use. */
void medark_database_free(struct medark_database *db);
MEDARK_DEFINE_AUTO(struct medark_database, medark_database_free)

/*
 * `ask` is called now and then while a statement runs; its negative code ends the statement, and is
 * what that returns, with the sentence that `ask` has left in its `err`.
 */
void medark_database_watch(struct medark_database *db,
			   int (*ask)(void *context, struct medark_error *err), void *context);

/*
 * Runs one or several statements without parameters. MEDARK_E_SYSTEM "cannot write the database: …"
 * (a full disk, among others), MEDARK_E_MEMORY, the code of medark_database_watch().
 */
int medark_database_run(struct medark_database *db, const char *sql,
			struct medark_error *err) MEDARK_MUST_USE;

/* Commits and closes: the file is whole then, but not synced. Errors as above. */
int medark_database_finish(struct medark_database *db, struct medark_error *err) MEDARK_MUST_USE;

/* One statement, for many runs. Errors as above. */
int medark_statement_new(struct medark_database *db, const char *sql, struct medark_statement **out,
			 struct medark_error *err) MEDARK_MUST_USE;
void medark_statement_free(struct medark_statement *s);
MEDARK_DEFINE_AUTO(struct medark_statement, medark_statement_free)

/*
 * Parameter `i`, from 1: a number, UTF-8, or bytes; others are NULL. Texts and bytes are borrowed
 * until the statement has run, unless copied; then all parameters are NULL again. MEDARK_E_SYSTEM
 * also for more than SQLite's limit (a gigabyte).
 */
int medark_statement_number(struct medark_statement *s, int i, int64_t number,
			    struct medark_error *err) MEDARK_MUST_USE;
int medark_statement_text(struct medark_statement *s, int i, struct medark_bytes text,
			  struct medark_error *err) MEDARK_MUST_USE;
int medark_statement_copy(struct medark_statement *s, int i, struct medark_bytes text,
			  struct medark_error *err) MEDARK_MUST_USE;
int medark_statement_blob(struct medark_statement *s, int i, struct medark_bytes bytes,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Runs it; rows that it gives are not looked at. Errors as medark_database_run(). */
int medark_statement_run(struct medark_statement *s, struct medark_error *err) MEDARK_MUST_USE;

/* 1: the first column of the first row that it gives is these bytes; 0: it is not. As above. */
int medark_statement_is(struct medark_statement *s, struct medark_bytes bytes,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
