/* SPDX-License-Identifier: Apache-2.0 */
/* chart_rows: makes the rows of a chart, and puts them into the order that it shows. One thread. */
#ifndef MEDARK_VIEW_CHART_ROWS_H
#define MEDARK_VIEW_CHART_ROWS_H

#include "view/chart_private.h"

/* The rows, which are wiped. */
void medark_chart_rows_clear(struct medark_chart_rows *rows);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_chart_rows, medark_chart_rows_clear)

/* Of all records of `chart`, which is borrowed. MEDARK_E_MEMORY. */
int medark_chart_rows_init(struct medark_chart_rows *rows, const struct medark_view_chart *chart,
			   struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
