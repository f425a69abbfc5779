/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curl: libcurl, which is loaded when the first address is looked at. Bound to the program it would
 * bring some twenty libraries along into every start: a chart out of an archive, which needs no
 * network, came 5 to 20 ms later. So its functions are called through a table. For lib/net only.
 */
#ifndef MEDARK_NET_CURL_H
#define MEDARK_NET_CURL_H

#include "base/error.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define MEDARK_CURL_FUNCTIONS(x)                                                                   \
	x(global_init) x(free) x(getdate) x(easy_init) x(easy_setopt) x(easy_cleanup)              \
		x(easy_getinfo) x(easy_strerror) x(multi_init) x(multi_setopt) x(multi_cleanup)    \
			x(multi_add_handle) x(multi_remove_handle) x(multi_perform) x(multi_poll)  \
				x(multi_info_read) x(slist_append) x(slist_free_all) x(url)        \
					x(url_cleanup) x(url_get) x(url_set)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct medark_curl {
#define MEDARK_CURL_MEMBER(name) __typeof__(curl_##name) *name;
	MEDARK_CURL_FUNCTIONS(MEDARK_CURL_MEMBER)
#undef MEDARK_CURL_MEMBER
};

/* Filled by the first medark_curl_load() that succeeds. */
extern struct medark_curl medark_curl;

/* Any thread. MEDARK_E_SYSTEM: libcurl is not installed, or too old. */
int medark_curl_load(struct medark_error *err) MEDARK_MUST_USE;

#endif
