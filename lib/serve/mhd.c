/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/mhd.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

struct medark_mhd medark_mhd;

/* Stays loaded until the process ends. */
static bool load(void)
{
	void *library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
	void *symbol;

	if (!library)
		return false;
/* POSIX lets a pointer to data and one to a function hold the same; C does not cast them. */
#define FIND(name)                                                                                 \
	symbol = dlsym(library, "MHD_" #name);                                                     \
	if (!symbol)                                                                               \
		return false;                                                                      \
	memcpy(&medark_mhd.name, &symbol, sizeof(symbol));
	MEDARK_MHD_FUNCTIONS(FIND)
#undef FIND
	return medark_mhd.is_feature_supported(MHD_FEATURE_TLS) == MHD_YES &&
	       medark_mhd.is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
}

int medark_mhd_load(struct medark_error *err)
{
	if (!load())
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"libmicrohttpd, which speaks with browsers, cannot be "
					"loaded: install it (Debian's package libmicrohttpd12)");
	return 0;
}
