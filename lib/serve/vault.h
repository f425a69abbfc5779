/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault: one thread's end of the conversation with the front (wire.h): takes requests, has the
 * handler answer them, and keeps long bodies until their clients have taken them.
 */
#ifndef MEDARK_SERVE_VAULT_H
#define MEDARK_SERVE_VAULT_H

#include "serve/serve.h"

/* Long bodies under way on one channel; further ones are answered with 503. */
#define MEDARK_VAULT_STREAMS_MAX 256
/*
 * Bytes that bodies above MEDARK_SERVE_BUFFER_MAX hold until their clients have taken them,
 * likewise; one alone may be longer. Shorter bodies have room beside them.
 */
#define MEDARK_VAULT_HELD_MAX ((size_t)256 << 20)

/*
 * Serves `fd` until the front closes it, or it is shut down: 0. MEDARK_E_FORMAT: the front sent
 * what it never sends; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Every body that is still under way is
 * freed. `thread` is the channel's number.
 */
int medark_vault_serve(int fd, unsigned thread, const struct medark_serve_handler *handler,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
