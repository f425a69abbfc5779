/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard: which connections the front has, how many of each address, and until when each must have
 * come further. libmicrohttpd's own time-out begins anew with every byte, so that a client that
 * sends one now and then (slow-loris) holds its place for ever; here each step has an end. Any
 * thread.
 */
#ifndef MEDARK_SERVE_GUARD_H
#define MEDARK_SERVE_GUARD_H

#include "base/cleanup.h"
#include "base/error.h"

#include <netinet/in.h>
#include <stdbool.h>

struct medark_guard;

/* Descriptors are below `descriptors`. MEDARK_E_MEMORY. */
int medark_guard_new(unsigned descriptors, unsigned connections, unsigned connections_of_address,
		     struct medark_guard **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_guard_free(struct medark_guard *guard);
MEDARK_DEFINE_AUTO(struct medark_guard, medark_guard_free)

/* May there be one more connection? */
bool medark_guard_has_room(struct medark_guard *guard);

/* Takes a connection in, unless it is one too many, or one too many of its address. */
bool medark_guard_admit(struct medark_guard *guard, int fd, const struct in6_addr *address);

/* From now on it has `seconds` to come further; 0: as long as it takes. */
void medark_guard_allow(struct medark_guard *guard, int fd, unsigned seconds);

/* It is about to be closed, or has been. Once or more. */
void medark_guard_leave(struct medark_guard *guard, int fd);

/* Shuts down those whose time is over; whoever owns them then closes them. */
void medark_guard_expire(struct medark_guard *guard);

#endif
