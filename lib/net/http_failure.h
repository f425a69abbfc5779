/* SPDX-License-Identifier: Apache-2.0 */
/* http_failure: what libcurl's codes mean for a request. For lib/net only. No state; any thread. */
#ifndef MEDARK_NET_HTTP_FAILURE_H
#define MEDARK_NET_HTTP_FAILURE_H

#include "net/curl.h"

#include <stdbool.h>

/* Could it be gone in a minute, or has somebody to mend something first? */
bool medark_http_is_transient(CURL *easy, CURLcode code);

/* In our words: curl's may hold an address. A constant. */
const char *medark_http_describe(CURLcode code);

#endif
