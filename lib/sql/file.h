/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: the one file of a database, which is open already and may have no name yet, as SQLite sees
 * it (https://www.sqlite.org/c3ref/vfs.html). SQLite can open nothing else through it: no journal
 * and no temporary file can hold what belongs into the database. For lib/sql only.
 */
#ifndef MEDARK_SQL_FILE_H
#define MEDARK_SQL_FILE_H

#include <stdbool.h>

#include <sqlite3.h>

struct medark_sql_file {
	sqlite3_vfs vfs;
	char name[40];
	int fd;	    /* borrowed; open for reading and writing */
	int reason; /* errno of the first call that failed; 0: none did */
	bool is_registered;
};

/*
 * Makes the file known to SQLite under `file->name`, which is for sqlite3_open_v2(). The structure
 * stays where it is until medark_sql_file_clear(). After medark_sqlite_load(). A result code of
 * SQLite. Any thread; what is opened then belongs to one.
 */
int medark_sql_file_init(struct medark_sql_file *file, int fd);
void medark_sql_file_clear(struct medark_sql_file *file);

#endif
