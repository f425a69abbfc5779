/* SPDX-License-Identifier: Apache-2.0 */
/* listen: the addresses that the server listens to. One thread at a time. */
#ifndef MEDARK_SERVE_LISTEN_H
#define MEDARK_SERVE_LISTEN_H

#include "base/error.h"
#include "serve/serve.h"

#include <netinet/in.h>
#include <stdbool.h>

struct medark_listen {
	int fd;
	unsigned port;
	bool is_local;			     /* only this machine can reach it: 127.0.0.0/8, ::1 */
	bool is_any;			     /* every address of this machine: 0.0.0.0, :: */
	char host[MEDARK_SERVE_ADDRESS_MAX]; /* as in a URL: "127.0.0.1", "[::1]" */
	char text[MEDARK_SERVE_ADDRESS_MAX]; /* with its port */
};

/*
 * Listens to an address in numbers, "192.0.2.1:8443", "[::1]:8443", or without a port: 8443; port 0
 * is any free one. Connections wait until somebody accepts them. MEDARK_E_USAGE: it is none, or
 * others can reach it, without `allow_others`; MEDARK_E_SYSTEM: the system refuses it.
 */
int medark_listen_open(const char *text, bool allow_others, struct medark_listen *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Of a peer: IPv4 as IPv6 (::ffff:192.0.2.1), so that all are of one kind. */
void medark_listen_peer(const struct sockaddr *from, struct in6_addr *out);

/* A peer as text, IPv4 in its own form. */
void medark_listen_peer_text(const struct in6_addr *peer, char out[INET6_ADDRSTRLEN]);

#endif
