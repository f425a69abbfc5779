/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: what holds for every request and every answer, whatever the vault says: by which names the
 * server may be called, and which headers an answer has. Immutable once made: any thread.
 */
#ifndef MEDARK_SERVE_RULES_H
#define MEDARK_SERVE_RULES_H

#include "base/bytes.h"
#include "base/error.h"
#include "serve/listen.h"
#include "serve/message.h"

#include <stdbool.h>
#include <stddef.h>

/* A name, a colon, and a port. */
#define MEDARK_RULES_NAME_MAX 253
#define MEDARK_RULES_HOST_MAX (MEDARK_RULES_NAME_MAX + 7)

/* The addresses, "localhost", and the setup's. */
#define MEDARK_RULES_NAMES_MAX (MEDARK_SERVE_ADDRESSES_MAX + 1 + MEDARK_SERVE_HOSTS_MAX)

struct medark_rules_name {
	char text[MEDARK_RULES_NAME_MAX + 1]; /* in lower case, IPv6 in brackets */
	bool is_local;			      /* it always means the machine that it is said on */
};

struct medark_rules {
	struct medark_rules_name names[MEDARK_RULES_NAMES_MAX];
	size_t name_count;
	unsigned ports[MEDARK_SERVE_ADDRESSES_MAX];
	size_t port_count;
};

/*
 * Makes the list of names: what is listened to, "localhost" where that is this machine, and the
 * further ones (see struct medark_serve_setup). MEDARK_E_USAGE: a host that is no name or address,
 * too many, or none at all.
 */
int medark_rules_make(const struct medark_listen *listens, size_t listen_count,
		      const char *const *hosts, size_t host_count, struct medark_rules *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Looks up the value of a Host field (RFC 9110 section 7.2): NULL if the server may not be called
 * so. The port must be one that is listened to, and may be left out if that is 443.
 */
const struct medark_rules_name *medark_rules_host(const struct medark_rules *rules,
						  struct medark_bytes host);

/*
 * Calls `add` with each header that every answer has, unless the answer has one of that name
 * already: X-Content-Type-Options, Referrer-Policy, Cross-Origin-Opener-Policy,
 * Cross-Origin-Resource-Policy, Cache-Control: no-store; and Strict-Transport-Security (RFC 6797)
 * unless the name is one of this machine, where other servers may speak plain HTTP. `name` may be
 * NULL: it was none. False: `add` was false.
 */
bool medark_rules_headers(const struct medark_rules_name *name,
			  const struct medark_serve_header *have, size_t have_count,
			  bool (*add)(void *context, const char *name, const char *value),
			  void *context);

#endif
