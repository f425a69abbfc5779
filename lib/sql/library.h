/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library: libsqlite3, which is loaded when the first database is made: bound to the program it
 * would make every start a millisecond longer, of five. So its functions are called through a
 * table. For lib/sql only.
 */
#ifndef MEDARK_SQL_LIBRARY_H
#define MEDARK_SQL_LIBRARY_H

#include "base/error.h"

#include <sqlite3.h>

#define MEDARK_SQLITE_FUNCTIONS(x)                                                                 \
	x(initialize) x(errstr) x(open_v2) x(close) x(exec) x(progress_handler) x(prepare_v3)      \
		x(finalize) x(step) x(reset) x(clear_bindings) x(bind_int64) x(bind_text64)        \
			x(bind_blob64) x(column_blob) x(column_bytes) x(vfs_find) x(vfs_register)  \
				x(vfs_unregister)

struct medark_sqlite {
#define MEDARK_SQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
	MEDARK_SQLITE_FUNCTIONS(MEDARK_SQLITE_MEMBER)
#undef MEDARK_SQLITE_MEMBER
};

/* Filled by the first medark_sqlite_load() that succeeds. */
extern struct medark_sqlite medark_sqlite;

/* Any thread. MEDARK_E_SYSTEM: libsqlite3 is not installed, or too old. */
int medark_sqlite_load(struct medark_error *err) MEDARK_MUST_USE;

#endif
