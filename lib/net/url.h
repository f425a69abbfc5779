/* SPDX-License-Identifier: Apache-2.0 */
/*
 * url: addresses of servers (RFC 3986), as far as a client of FHIR meets them: https anywhere, http
 * to this machine alone; and of time stamping authorities, most of which speak http. An address may
 * be a secret (signed ones let in whoever has them) and may hold an id of a patient: errors name
 * its origin only. No state; any thread.
 */
#ifndef MEDARK_NET_URL_H
#define MEDARK_NET_URL_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Longest address in bytes, without its zero: signed ones have some 2,000. */
#define MEDARK_URL_MAX 8192

/* https://host:port, the port only if it is not the usual one. */
#define MEDARK_ORIGIN_MAX 320

struct medark_url {
	char *text; /* normalised; no fragment */
	char origin[MEDARK_ORIGIN_MAX];
	bool is_local; /* http, to this machine: see medark_url_parse() */
	bool is_plain; /* http, to any machine: medark_url_parse_plain() */
};

/* Wipes and frees; may be called on a zeroed object. */
void medark_url_clear(struct medark_url *url);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_url, medark_url_clear)

/* Does an absolute address begin with that of `base`, and go on behind a slash? As it stands. */
bool medark_url_is_below(const struct medark_url *base, struct medark_bytes text);

/*
 * Reads an absolute address. MEDARK_E_USAGE: neither https nor http, http to another machine than
 * this (its host is not localhost, 127.0.0.0/8 or ::1), a user name or password in it, longer than
 * allowed, or malformed. MEDARK_E_MEMORY.
 */
int medark_url_parse(const char *text, struct medark_url *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * As above, but http to any machine, too: for what is no secret, and whose answer is signed.
 */
int medark_url_parse_plain(const char *text, struct medark_url *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * As above, of a reference (RFC 3986 section 5) that stands in a document under `base`;
 * MEDARK_E_USAGE also if it leads from another machine to this one.
 */
int medark_url_resolve(const struct medark_url *base, const char *reference, struct medark_url *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Same scheme, host and port (RFC 6454 section 5)? */
bool medark_url_same_origin(const struct medark_url *a, const struct medark_url *b);

/*
 * Appends `path` to the path of `base`, with one slash between, and drops its query:
 * https://h/fhir and "Patient/1" give https://h/fhir/Patient/1. `path` is part of an address as it
 * stands.
 */
int medark_url_below(const struct medark_url *base, const char *path, struct medark_url *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Appends a value to a query, percent-encoded but for what RFC 3986 calls unreserved. */
int medark_url_encode(struct medark_bytes value, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
