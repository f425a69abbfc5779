/* SPDX-License-Identifier: Apache-2.0 */
/* sealed_lines: the lines of a sealed file, one by one. For lib/live only. */
#ifndef MEDARK_LIVE_SEALED_LINES_H
#define MEDARK_LIVE_SEALED_LINES_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>

/* Longest line that is given; a longer one is passed over, and told. Bytes. */
#define MEDARK_SEALED_LINE_MAX ((size_t)48 << 20)

struct medark_sealed_lines {
	int folder;
	const char *name;	    /* of the file */
	struct medark_bytes secret; /* that seals it */
	/* A line that is not empty, without its end, borrowed; NULL data: one that is too long. */
	int (*each)(void *context, struct medark_bytes line, struct medark_error *err);
	void *context;
};

/*
 * Calls `each` for every line in order; a negative code of it ends that. Errors of
 * medark_sealed_stream(), MEDARK_E_MEMORY. One thread.
 */
int medark_sealed_lines_each(const struct medark_sealed_lines *lines,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
