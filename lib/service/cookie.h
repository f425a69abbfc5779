/* SPDX-License-Identifier: Apache-2.0 */
/* cookie: one cookie's value out of a Cookie field (RFC 6265 section 4.2). Any thread. */
#ifndef MEDARK_SERVICE_COOKIE_H
#define MEDARK_SERVICE_COOKIE_H

#include "base/bytes.h"

/* The value of the first cookie of that name, borrowed from `field`; empty: there is none. */
struct medark_bytes medark_cookie(struct medark_bytes field, const char *name);

#endif
