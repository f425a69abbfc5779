/* SPDX-License-Identifier: Apache-2.0 */
/* serve_private: what begin (serve.c) and the loop (loop.c) share. */
#ifndef MEDARK_SERVE_SERVE_PRIVATE_H
#define MEDARK_SERVE_SERVE_PRIVATE_H

#include "serve/listen.h"
#include "serve/serve.h"

#include <stdatomic.h>

struct medark_serve {
	struct medark_listen listens[MEDARK_SERVE_ADDRESSES_MAX];
	size_t listen_count;
	struct medark_digest fingerprint;
	bool is_self_signed;
	unsigned threads;
	pid_t front;				/* 0: there is none any more */
	int status;				/* of the front, once it has ended */
	int control;				/* to the front's first thread */
	int channels[MEDARK_SERVE_THREADS_MAX]; /* to its strands */
	int wake;				/* an event: look whether to stop */
	atomic_bool is_stopping;
};

/* Lets the front end, by force after some seconds, and notes how it did. */
void medark_serve_end_front(struct medark_serve *serve);

#endif
