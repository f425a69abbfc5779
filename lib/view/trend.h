/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend: the values of one measurement in one unit, over time, as SVG. Points stand at their exact
 * time; nothing is smoothed. The values are in a table beside it. Any thread.
 */
#ifndef MEDARK_VIEW_TREND_H
#define MEDARK_VIEW_TREND_H

#include "view/html.h"
#include "view/words.h"

struct medark_trend_point {
	int64_t moment; /* seconds since 1970 UTC */
	double value;
};

/* A decimal number as JSON writes it; false: it is none, or beyond what can be drawn. */
bool medark_trend_number(struct medark_bytes text, double *out);

/*
 * Appends the graph of `count` points, two or more, the latest first. `name` says what is drawn.
 * MEDARK_E_MEMORY.
 */
int medark_trend(struct medark_buffer *out, enum medark_language language, struct medark_bytes name,
		 const struct medark_trend_point *points, size_t count,
		 struct medark_error *err) MEDARK_MUST_USE;

#endif
