/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct medark_sqlite medark_sqlite;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;

/* Stays loaded until the process ends. */
static void load(void)
{
	void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (!library)
		return;
/* POSIX lets a pointer to data and one to a function hold the same; C does not cast them. */
#define FIND(name)                                                                                 \
	symbol = dlsym(library, "sqlite3_" #name);                                                 \
	if (!symbol)                                                                               \
		return;                                                                            \
	memcpy(&medark_sqlite.name, &symbol, sizeof(symbol));
	MEDARK_SQLITE_FUNCTIONS(FIND)
#undef FIND
	is_loaded = medark_sqlite.initialize() == SQLITE_OK;
}

int medark_sqlite_load(struct medark_error *err)
{
	(void)pthread_once(&once, load);
	if (!is_loaded)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"libsqlite3, which writes databases, cannot be loaded: "
					"install it (Debian's package libsqlite3-0)");
	return 0;
}
