/* SPDX-License-Identifier: Apache-2.0 */
#include "view/chart_private.h"
#include "view/date.h"
#include "view/trend.h"

#include <stdlib.h>

#define KEY_SIZE   160
#define POINTS_MAX 300 /* of a graph */
#define DAYS	   10  /* of the grid */

/* One measured value: an Observation's, or that of one of its components. */
struct value {
	char key[KEY_SIZE];	  /* code and unit */
	struct medark_bytes name; /* of the test, as its latest result has it */
	size_t number;		  /* in the order of the rows: the latest first */
	const struct medark_chart_row *row;
	const struct medark_json_node *at; /* the Observation or the component */
};

struct values {
	struct medark_chart_rows *c;
	struct value *list;
	size_t count, max;
};

static void values_clear(struct values *v)
{
	free(v->list);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct values, values_clear)

static struct medark_bytes text_at(const struct value *v, const char *paths)
{
	const struct medark_json_node *n = medark_view_find(v->row->row.record, v->at, paths);

	return n ? n->text : medark_bytes(NULL, 0);
}

static struct medark_bytes unit_of(const struct value *v)
{
	return text_at(v, "valueQuantity.unit|valueQuantity.code");
}

static int add_value(struct values *all, const struct medark_chart_row *row,
		     const struct medark_json_node *at, struct medark_error *err)
{
	struct value *v;
	struct medark_bytes code, unit;

	if (all->count == all->max) {
		size_t max = all->max ? 2 * all->max : 256;
		struct value *grown = realloc(all->list, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "a chart");
		all->list = grown;
		all->max = max;
	}
	v = &all->list[all->count];
	*v = (struct value) { .number = all->count, .row = row, .at = at };
	code = text_at(v, "code.coding.code|code.text|code.coding.display");
	unit = unit_of(v);
	(void)snprintf(v->key, KEY_SIZE, "%.*s\n%.*s", code.size < 100 ? (int)code.size : 100,
		       code.size ? (const char *)code.data : "",
		       unit.size < 50 ? (int)unit.size : 50,
		       unit.size ? (const char *)unit.data : "");
	all->count++;
	return 0;
}

static int add_row(struct values *all, const struct medark_chart_row *row, struct medark_error *err)
{
	const struct medark_view_record *record = row->row.record;
	const struct medark_json_node *n;
	struct medark_json_walk walk;
	size_t before = all->count;

	if (!record->root || row->row.is_wrong)
		return 0;
	medark_json_walk_init(&walk, &record->tree, record->root, "component");
	while ((n = medark_json_walk_next(&walk)))
		MEDARK_TRY(add_value(all, row, n, err));
	return all->count > before ? 0 : add_value(all, row, record->root, err);
}

static int by_key(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static int by_name(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	int order = medark_bytes_compare(x->name, y->name);

	return order ? order : by_key(a, b);
}

/* ---- a test ---- */

static int put_value(struct values *all, const struct value *v, struct medark_error *err)
{
	static const char paths[] = "valueQuantity|valueCodeableConcept|valueString|valueBoolean|"
				    "valueInteger|valueRange|valueRatio|valueTime|valueDateTime|"
				    "valuePeriod|valueSampledData.data|dataAbsentReason";
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET((size_t)1 << 20);
	const struct medark_view_record *record = v->row->row.record;
	bool is_flagged = v->row->row.is_flagged;

	MEDARK_TRY(medark_view_field(&all->c->values, record, v->at, paths, &text, err));
	MEDARK_TRY(medark_html(all->c->out, err, is_flagged ? "<b class=\"flagged\">%b" : "<b>%b",
			       medark_bytes(text.data, text.size)));
	if (is_flagged && v->at == record->root) {
		text.size = 0;
		MEDARK_TRY(medark_view_field(&all->c->values, record, v->at, "interpretation",
					     &text, err));
		MEDARK_TRY(
			medark_html(all->c->out, err, " (%b)", medark_bytes(text.data, text.size)));
	}
	return medark_buffer_text(all->c->out, "</b>", err);
}

static int put_field(struct values *all, const struct value *v, const char *paths,
		     const char *markup, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET((size_t)1 << 20);

	MEDARK_TRY(
		medark_view_field(&all->c->values, v->row->row.record, v->at, paths, &text, err));
	return medark_html(all->c->out, err, markup, medark_bytes(text.data, text.size));
}

static int put_graph(struct values *all, size_t first, size_t behind, struct medark_error *err)
{
	struct medark_trend_point points[POINTS_MAX];
	size_t count = 0;

	for (size_t i = first; i < behind && count < POINTS_MAX; i++) {
		const struct value *v = &all->list[i];

		if (v->row->row.is_dated &&
		    medark_trend_number(text_at(v, "valueQuantity.value|valueInteger"),
					&points[count].value) &&
		    !text_at(v, "valueQuantity.comparator").size)
			points[count++].moment = v->row->row.moment;
	}
	if (count < 2)
		return 0;
	return medark_trend(all->c->out, all->c->chart->language,
			    text_at(&all->list[first], "code.text|code.coding.display"), points,
			    count, err);
}

static int put_dated(struct values *all, const struct value *v, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(all->c->out, "<td>", err));
	if (v) {
		MEDARK_TRY(put_value(all, v, err));
		MEDARK_TRY(medark_html(all->c->out, err, "<br><span class=\"soft when\">%b</span>",
				       medark_view_cell(&v->row->row, 0)));
	}
	return medark_buffer_text(all->c->out, "</td>", err);
}

static int put_test(struct values *all, size_t first, size_t behind, struct medark_error *err)
{
	const struct value *v = &all->list[first], *before = behind - first > 1 ? v + 1 : NULL;

	MEDARK_TRY(put_field(all, v, "code", "<tr><th scope=\"row\">%b</th>", err));
	MEDARK_TRY(put_dated(all, v, err));
	MEDARK_TRY(put_field(all, v, "referenceRange", "<td>%b</td>", err));
	MEDARK_TRY(put_dated(all, before, err));
	MEDARK_TRY(medark_buffer_text(all->c->out, "<td>", err));
	MEDARK_TRY(put_graph(all, first, behind, err));
	return medark_buffer_text(all->c->out, "</td></tr>\n", err);
}

static size_t group_end(const struct values *all, size_t first)
{
	size_t i = first + 1;

	while (i < all->count && strcmp(all->list[i].key, all->list[first].key) == 0)
		i++;
	return i;
}

/* Each test's values together, the latest first; the tests by name. */
static void sort(struct values *all)
{
	qsort(all->list, all->count, sizeof(*all->list), by_key);
	for (size_t i = 0, end; i < all->count; i = end) {
		struct medark_bytes name = text_at(&all->list[i], "code.text|code.coding.display");

		end = group_end(all, i);
		for (size_t k = i; k < end; k++)
			all->list[k].name = name;
	}
	qsort(all->list, all->count, sizeof(*all->list), by_name);
}

static int put_tests(struct values *all, struct medark_error *err)
{
	static const enum medark_word heads[] = { MEDARK_WORD_TEST, MEDARK_WORD_LATEST,
						  MEDARK_WORD_RANGE, MEDARK_WORD_PREVIOUS,
						  MEDARK_WORD_TREND };

	MEDARK_TRY(medark_buffer_text(
		all->c->out,
		"<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr>", err));
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		MEDARK_TRY(medark_html(all->c->out, err, "<th scope=\"col\">%s</th>",
				       chart_word(all->c, heads[i])));
	MEDARK_TRY(medark_buffer_text(all->c->out, "</tr></thead><tbody>\n", err));
	for (size_t i = 0, end; i < all->count; i = end) {
		end = group_end(all, i);
		MEDARK_TRY(put_test(all, i, end, err));
	}
	return medark_buffer_text(all->c->out, "</tbody></table></div>\n", err);
}

/* ---- the grid by date ---- */

/* The latest moments of which there are results; returns how many. */
static size_t find_days(const struct medark_chart_rows *c, enum medark_view_list list,
			const struct medark_chart_row *days[DAYS])
{
	size_t count = 0;

	for (size_t i = c->begin[list]; i < c->begin[list + 1] && count < DAYS; i++) {
		const struct medark_view_row *row = &c->rows[i].row;

		if (row->is_dated && !row->is_wrong &&
		    (count == 0 || days[count - 1]->row.moment != row->moment))
			days[count++] = &c->rows[i];
	}
	return count;
}

static int put_grid_row(struct values *all, size_t first, size_t end,
			const struct medark_chart_row *const *days, size_t count,
			struct medark_error *err)
{
	MEDARK_TRY(put_field(all, &all->list[first], "code", "<tr><th scope=\"row\">%b</th>", err));
	for (size_t d = 0, i = first; d < count; d++) {
		MEDARK_TRY(medark_buffer_text(all->c->out, "<td>", err));
		while (i < end && all->list[i].row->row.moment > days[d]->row.moment)
			i++;
		if (i < end && all->list[i].row->row.is_dated &&
		    all->list[i].row->row.moment == days[d]->row.moment)
			MEDARK_TRY(put_value(all, &all->list[i], err));
		MEDARK_TRY(medark_buffer_text(all->c->out, "</td>", err));
	}
	return medark_buffer_text(all->c->out, "</tr>\n", err);
}

static int put_grid(struct values *all, enum medark_view_list list, struct medark_error *err)
{
	const struct medark_chart_row *days[DAYS];
	size_t count = find_days(all->c, list, days);

	if (count < 2)
		return 0;
	MEDARK_TRY(medark_html(
		all->c->out, err,
		"<details><summary>%s</summary><div class=\"scroll\" tabindex=\"0\"><table "
		"class=\"grid\"><thead><tr><th scope=\"col\">%s</th>",
		chart_word(all->c, MEDARK_WORD_GRID), chart_word(all->c, MEDARK_WORD_TEST)));
	for (size_t d = 0; d < count; d++)
		MEDARK_TRY(medark_html(all->c->out, err, "<th scope=\"col\">%b</th>",
				       medark_view_cell(&days[d]->row, 0)));
	MEDARK_TRY(medark_buffer_text(all->c->out, "</tr></thead><tbody>\n", err));
	for (size_t i = 0, end; i < all->count; i = end) {
		end = group_end(all, i);
		MEDARK_TRY(put_grid_row(all, i, end, days, count, err));
	}
	return medark_buffer_text(all->c->out, "</tbody></table></div></details>\n", err);
}

int medark_chart_results(struct medark_chart_rows *c, enum medark_view_list list,
			 struct medark_error *err)
{
	MEDARK_AUTO(values_clear) struct values all = { .c = c };

	for (size_t i = c->begin[list]; i < c->begin[list + 1]; i++)
		MEDARK_TRY(add_row(&all, &c->rows[i], err));
	if (all.count) {
		sort(&all);
		MEDARK_TRY(put_tests(&all, err));
		MEDARK_TRY(put_grid(&all, list, err));
	}
	MEDARK_TRY(medark_html(c->out, err, "<details><summary>%s</summary>\n",
			       chart_word(c, MEDARK_WORD_ALL_VALUES)));
	MEDARK_TRY(medark_chart_table(c, list, MEDARK_ROWS_ALL, 0, SIZE_MAX, err));
	return medark_buffer_text(c->out, "</details>\n", err);
}
