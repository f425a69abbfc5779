/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strand: one thread of the front, with the connections that it was given (a daemon of
 * libmicrohttpd) and its channel to the vault. A request that the vault works on keeps the strand's
 * other connections waiting; a client that is slow does not.
 */
#ifndef MEDARK_SERVE_STRAND_H
#define MEDARK_SERVE_STRAND_H

#include "base/buffer.h"
#include "base/error.h"
#include "serve/guard.h"
#include "serve/mhd.h"
#include "serve/rules.h"
#include "serve/serve.h"
#include "serve/wire.h"

#include <stdatomic.h>

struct medark_server_identity;

/* What all strands share. */
struct medark_strand_common {
	const struct medark_rules *rules;
	const struct medark_serve_limits *limits; /* without any 0 */
	struct medark_guard *guard;
	atomic_bool is_ready; /* the vault answers */
	atomic_uint visits;   /* connections that libmicrohttpd has told of, and not ended */
};

struct medark_strand {
	struct medark_strand_common *common;
	int fd;		     /* the channel */
	atomic_bool is_busy; /* the vault works on a request of its */
	/* Used by the strand's thread alone. */
	struct medark_buffer in, out;
	struct MHD_Daemon *daemon;
};

/* Starts the thread. `identity` is needed no more afterwards. MEDARK_E_SYSTEM. */
int medark_strand_start(struct medark_strand *strand, struct medark_strand_common *common, int fd,
			const struct medark_server_identity *identity,
			struct medark_error *err) MEDARK_MUST_USE;

/* Closes its connections and ends the thread, which must not wait for the vault. */
void medark_strand_stop(struct medark_strand *strand);

/* Gives it a connection, which the guard has admitted. The strand closes it, also if that fails. */
void medark_strand_give(struct medark_strand *strand, int fd, const struct sockaddr *from,
			socklen_t size);

/*
 * Asks the vault, in the strand's thread: sends what `out` holds, and takes one frame into `in`.
 * Any failure ends the channel, since nobody knows what would come next.
 */
int medark_strand_ask(struct medark_strand *strand, enum medark_wire_type *out_type,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Ends the channel: the vault notices. */
void medark_strand_break(struct medark_strand *strand);

#endif
