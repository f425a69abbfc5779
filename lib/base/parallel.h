/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parallel: carries out numbered pieces of work on several threads and waits for all of them. The
 * calling thread takes part, so that one thread, or one piece, starts no thread at all.
 */
#ifndef MEDARK_BASE_PARALLEL_H
#define MEDARK_BASE_PARALLEL_H

#include "base/error.h"

#include <medark/common.h>
#include <stdint.h>

#define MEDARK_PARALLEL_MAX MEDARK_THREADS_MAX

/* MEDARK_E_USAGE for more than MEDARK_PARALLEL_MAX: what callers of the library ask for. */
int medark_parallel_check(unsigned wanted, struct medark_error *err) MEDARK_MUST_USE;

/* `wanted`, or as many as this process may run on if that is 0; 1 to MEDARK_PARALLEL_MAX. */
unsigned medark_parallel_threads(unsigned wanted);

struct medark_parallel {
	uint64_t count;	  /* pieces, numbered from 0 */
	unsigned threads; /* at most; 1 to MEDARK_PARALLEL_MAX */
	/*
	 * Does piece `index`; `worker` (below `threads`) is the same for no two calls at a time.
	 * Pieces are begun in order.
	 */
	int (*work)(void *context, unsigned worker, uint64_t index, struct medark_error *err);
	void *context;
};

/*
 * Returns when everything is done, or, after a failure, when what was begun has ended. Of several
 * failures the one of the lowest index is told, so that the answer does not depend on timing.
 * Signals are left to the calling thread. Fewer threads than asked for are no failure.
 */
int medark_parallel_run(const struct medark_parallel *job,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
