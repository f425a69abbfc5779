/* SPDX-License-Identifier: Apache-2.0 */
#include "view/chart_rows.h"

#include <stdlib.h>

void medark_chart_rows_clear(struct medark_chart_rows *c)
{
	for (size_t i = 0; i < c->count; i++)
		medark_view_row_clear(&c->rows[i].row);
	free(c->rows);
	*c = (struct medark_chart_rows) { 0 };
}

/* Of those of one moment, and of those without, the order of the archive. */
static int order(const void *a, const void *b)
{
	const struct medark_chart_row *x = a, *y = b;
	const struct medark_view_row *r = &x->row, *s = &y->row;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	if (r->is_dated != s->is_dated)
		return r->is_dated ? -1 : 1;
	if (r->is_dated && r->moment != s->moment)
		return r->moment > s->moment ? -1 : 1;
	return (r->record > s->record) - (r->record < s->record);
}

int medark_chart_rows_init(struct medark_chart_rows *c, const struct medark_view_chart *chart,
			   struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_view_records *records = chart->records;
	size_t at = 0;

	*c = (struct medark_chart_rows) {
		.chart = chart,
		.out = out,
		.values = { .records = records, .language = chart->language, .is_page = true }
	};
	c->rows = calloc(records->count + 1, sizeof(*c->rows));
	if (!c->rows)
		return medark_error_memory(err, "a chart");
	for (size_t i = 0; i < records->count; i++) {
		enum medark_view_list list = medark_view_list_of(&records->list[i]);

		if (list == MEDARK_LIST_COUNT)
			continue;
		c->rows[c->count].list = list;
		MEDARK_TRY(medark_view_row(&c->values, list, &records->list[i],
					   &c->rows[c->count++].row, err));
	}
	qsort(c->rows, c->count, sizeof(*c->rows), order);
	for (size_t list = 0; list <= MEDARK_LIST_COUNT; list++) {
		while (at < c->count && (size_t)c->rows[at].list < list)
			at++;
		c->begin[list] = at;
	}
	return 0;
}
