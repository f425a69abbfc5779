/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place: in what kind of network an address lies. A server names other addresses: files, pages,
 * where to get a token, redirects. One that lies on the internet has no business with what only
 * this machine, or only its network, can reach (server-side request forgery). No state; any thread.
 */
#ifndef MEDARK_NET_PLACE_H
#define MEDARK_NET_PLACE_H

#include <stdbool.h>

struct sockaddr;

/* The further down, the closer. */
enum medark_place {
	MEDARK_PLACE_PUBLIC,
	/* RFC 1918, RFC 6598 (shared by a provider's customers), RFC 2544, RFC 4193, fec0::/10. */
	MEDARK_PLACE_PRIVATE,
	/* 169.254/16 and fe80::/10, where clouds keep a machine's own secrets; 192.0.0/24; 224/3,
	   ff00::/8. */
	MEDARK_PLACE_LINK,
	MEDARK_PLACE_MACHINE, /* 127/8, 0/8, ::1, ::; and what is neither IPv4 nor IPv6 */
};

/* Of a whole struct sockaddr_in or _in6. IPv4 within IPv6 counts as what it is: mapped, compatible,
 * NAT64 (64:ff9b::/96), 6to4. */
enum medark_place medark_place_of(const struct sockaddr *address);

/* The same of an address as text; false: it is none. */
bool medark_place_read(const char *text, enum medark_place *out);

/* May somebody in one place lead us to another? To the same, and to what is further away. */
bool medark_place_may_lead(enum medark_place from, enum medark_place to);

#endif
