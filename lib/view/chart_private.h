/* SPDX-License-Identifier: Apache-2.0 */
/* chart_private: what the files of a chart share: its rows, in the order of their lists. */
#ifndef MEDARK_VIEW_CHART_PRIVATE_H
#define MEDARK_VIEW_CHART_PRIVATE_H

#include "view/chart.h"

struct medark_chart_row {
	enum medark_view_list list;
	struct medark_view_row row;
};

struct medark_chart_rows {
	const struct medark_view_chart *chart;
	struct medark_view_values values;
	struct medark_chart_row *rows; /* by list, then the latest first */
	size_t count;
	size_t begin[MEDARK_LIST_COUNT + 1]; /* of each list in `rows` */
	bool is_alone;			     /* the summary: there is nothing to lead to */
	struct medark_buffer *out;
};

static inline const char *chart_word(const struct medark_chart_rows *c, enum medark_word word)
{
	return medark_word(c->chart->language, word);
}

/* Results, one row for each test and unit, with graphs and a grid; then all of them. */
int medark_chart_results(struct medark_chart_rows *c, enum medark_view_list list,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Notes and letters with what they say and hold. */
int medark_chart_letters(struct medark_chart_rows *c, struct medark_error *err) MEDARK_MUST_USE;

/* Which rows of a list a table takes. */
enum medark_chart_choice {
	MEDARK_ROWS_ALL,
	MEDARK_ROWS_CURRENT,
	MEDARK_ROWS_LATELY,
	MEDARK_ROWS_EARLIER
};

bool medark_chart_has(const struct medark_chart_rows *c, const struct medark_chart_row *row,
		      enum medark_chart_choice choice);

/* A table of the rows of `list` that are chosen, `skip` left out in front, at most `max`. */
int medark_chart_table(struct medark_chart_rows *c, enum medark_view_list list,
		       enum medark_chart_choice choice, size_t skip, size_t max,
		       struct medark_error *err) MEDARK_MUST_USE;

/* "entered in error", if it was; or that what a record says cannot be shown. */
int medark_chart_badge(struct medark_chart_rows *c, const struct medark_view_row *row,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
