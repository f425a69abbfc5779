/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front: the process that strangers speak with. Its first thread accepts connections, sees to their
 * limits, and listens for the vault's end; the strands do the rest.
 *
 * On the control channel the front says once how its start went (struct medark_front_start), and
 * the vault says once that it answers requests (one byte). Its end is the other's.
 */
#ifndef MEDARK_SERVE_FRONT_H
#define MEDARK_SERVE_FRONT_H

#include "base/error.h"
#include "serve/listen.h"
#include "serve/rules.h"
#include "serve/sandbox.h"
#include "serve/serve.h"

#include <stdint.h>

struct medark_server_identity;

struct medark_front_setup {
	int control;
	const int *channels; /* one for each strand */
	unsigned threads;
	const struct medark_listen *listens;
	size_t listen_count;
	const struct medark_rules *rules;
	struct medark_serve_limits limits; /* without any 0 */
	unsigned descriptors;		   /* that it may have open */
	struct medark_sandbox_user user;
	struct medark_server_identity *identity; /* wiped when it is known to the strands */
};

/* Code 0: it runs; else why it does not. */
struct medark_front_start {
	int32_t code;
	char message[MEDARK_ERROR_MAX];
};

/* What the vault says when it is ready. */
#define MEDARK_FRONT_READY 'r'

/* Is the whole life of a process that was forked for it; ends with _exit(). */
_Noreturn void medark_front_run(const struct medark_front_setup *setup);

#endif
