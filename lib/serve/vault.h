/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault: one thread's end of the conversation with the front (wire.h): takes requests, has the
 * handler answer them, and keeps long bodies until their clients have taken them.
 */
#ifndef MEDARK_SERVE_VAULT_H
#define MEDARK_SERVE_VAULT_H

#include "serve/serve.h"

/*
 * Long bodies under way on one channel, and bytes of those that may lie in memory whole; further
 * ones are answered with 503, but for the first one, however long.
 */
#define MEDARK_VAULT_STREAMS_MAX 256
#define MEDARK_VAULT_HELD_MAX	 ((uint64_t)512 << 20)

/*
 * Serves `fd` until the front closes it, or it is shut down: 0. MEDARK_E_FORMAT: the front sent
 * what it never sends; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Every body that is still under way is
 * freed. `thread` is the channel's number.
 */
int medark_vault_serve(int fd, unsigned thread, const struct medark_serve_handler *handler,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
