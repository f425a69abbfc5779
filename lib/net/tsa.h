/* SPDX-License-Identifier: Apache-2.0 */
/* tsa: asks a time stamping authority over HTTP (RFC 3161 section 3.4). */
#ifndef MEDARK_NET_TSA_H
#define MEDARK_NET_TSA_H

#include "base/buffer.h"
#include "base/bytes.h"

struct medark_tsa {
	const char *url;     /* http or https; http tells whoever listens a hash and nothing else */
	const char *ca_file; /* for https, instead of the system's; NULL: the system's */
	/* Called several times a second while something is waited for; negative stops. */
	int (*poll)(void *context, struct medark_error *err);
	void *context;
};

/*
 * Sends `request`, a TimeStampReq, and appends the answer to `out`, of which nothing is checked but
 * its media type; 1 MiB at most. What may be a bad minute is tried three times. MEDARK_E_USAGE for
 * an address of no form; MEDARK_E_REMOTE, naming the server; a negative code of the poll;
 * MEDARK_E_MEMORY. One thread at a time.
 */
int medark_tsa_ask(const struct medark_tsa *tsa, struct medark_bytes request,
		   struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
