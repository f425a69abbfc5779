/* SPDX-License-Identifier: Apache-2.0 */
#include "net/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct medark_curl medark_curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;

/* Stays loaded until the process ends. */
static void load(void)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (!library)
		return;
/* POSIX lets a pointer to data and one to a function hold the same; C does not cast them. */
#define FIND(name)                                                                                 \
	symbol = dlsym(library, "curl_" #name);                                                    \
	if (!symbol)                                                                               \
		return;                                                                            \
	memcpy(&medark_curl.name, &symbol, sizeof(symbol));
	MEDARK_CURL_FUNCTIONS(FIND)
#undef FIND
	is_loaded = medark_curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int medark_curl_load(struct medark_error *err)
{
	(void)pthread_once(&once, load);
	if (!is_loaded)
		return medark_error_set(
			err, MEDARK_E_SYSTEM,
			"libcurl, which speaks with servers, cannot be loaded: install it "
			"(Debian's package libcurl4)");
	return 0;
}
