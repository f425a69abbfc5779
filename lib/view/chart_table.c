/* SPDX-License-Identifier: Apache-2.0 */
#include "view/chart_private.h"
#include "view/date.h"

#define THREE_MONTHS (92 * 24 * 3600)

/* A column's heading, by its name in lists.c. */
static const struct {
	const char *name;
	enum medark_word word;
} heads[] = {
	{ "date", MEDARK_WORD_DATE },
	{ "what", MEDARK_WORD_WHAT },
	{ "reaction", MEDARK_WORD_REACTION },
	{ "criticality", MEDARK_WORD_CRITICALITY },
	{ "status", MEDARK_WORD_STATUS },
	{ "note", MEDARK_WORD_NOTE },
	{ "kind", MEDARK_WORD_KIND },
	{ "until", MEDARK_WORD_UNTIL },
	{ "by", MEDARK_WORD_BY },
	{ "dose", MEDARK_WORD_DOSE },
	{ "reason", MEDARK_WORD_REASON },
	{ "result", MEDARK_WORD_RESULT },
	{ "flag", MEDARK_WORD_FLAG },
	{ "reference_range", MEDARK_WORD_RANGE },
	{ "text", MEDARK_WORD_TEXT },
	{ "place", MEDARK_WORD_WHERE },
	{ "contact", MEDARK_WORD_CONTACT },
};

enum medark_word medark_view_column_word(const char *name)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (strcmp(heads[i].name, name) == 0)
			return heads[i].word;
	return MEDARK_WORD_WHAT;
}

/* Has it ended not long before the copy was made, as far as the source says when? */
static bool is_lately(const struct medark_chart_rows *c, const struct medark_view_row *row)
{
	static const char ends[] = "effectivePeriod.end|dispenseRequest.validityPeriod.end|"
				   "whenHandedOver|effectiveDateTime|authoredOn";
	const struct medark_json_node *n =
		row->record->root ? medark_view_find(row->record, row->record->root, ends) : NULL;
	int64_t end, on;

	return n && medark_view_moment(n->text, &end) &&
	       medark_view_moment(medark_bytes_text(c->chart->on), &on) && end >= on - THREE_MONTHS;
}

bool medark_chart_has(const struct medark_chart_rows *c, const struct medark_chart_row *r,
		      enum medark_chart_choice choice)
{
	/* Of what cannot be read (XML, a fault) nobody knows that it has ended. */
	bool is_current = (r->row.is_current && !r->row.is_wrong) || !r->row.record->root;

	switch (choice) {
	case MEDARK_ROWS_CURRENT:
		return is_current;
	case MEDARK_ROWS_LATELY:
		return !is_current && is_lately(c, &r->row);
	case MEDARK_ROWS_EARLIER:
		return !is_current && (r->list != MEDARK_LIST_MEDICATION || !is_lately(c, &r->row));
	default:
		return true;
	}
}

int medark_chart_badge(struct medark_chart_rows *c, const struct medark_view_row *row,
		       struct medark_error *err)
{
	if (!row->record->root)
		return medark_html(c->out, err, " <span class=\"badge\">%s</span>",
				   chart_word(c, MEDARK_WORD_NOT_READ));
	return row->is_wrong ? medark_html(c->out, err, " <span class=\"badge\">%s</span>",
					   chart_word(c, MEDARK_WORD_WRONG))
			     : 0;
}

static int put_row(struct medark_chart_rows *c, const struct medark_chart_row *r,
		   const struct medark_view_list_form *form, struct medark_error *err)
{
	MEDARK_TRY(
		medark_buffer_text(c->out, r->row.is_wrong ? "<tr class=\"wrong\">" : "<tr>", err));
	for (size_t i = 0; i < form->count; i++) {
		const char *name = form->columns[i];
		bool is_flag = r->row.is_flagged &&
			       (strcmp(name, "flag") == 0 || strcmp(name, "result") == 0);

		MEDARK_TRY(medark_buffer_text(c->out,
					      i == 0 || strcmp(name, "until") == 0
						      ? "<td class=\"when\">"
					      : is_flag ? "<td class=\"flag\">"
							: "<td>",
					      err));
		MEDARK_TRY(medark_html(c->out, err, "%b", medark_view_cell(&r->row, i)));
		if (i == 1)
			MEDARK_TRY(medark_chart_badge(c, &r->row, err));
		MEDARK_TRY(medark_buffer_text(c->out, "</td>", err));
	}
	return medark_buffer_text(c->out, "</tr>\n", err);
}

int medark_chart_table(struct medark_chart_rows *c, enum medark_view_list list,
		       enum medark_chart_choice choice, size_t skip, size_t max,
		       struct medark_error *err)
{
	const struct medark_view_list_form *form = medark_view_list_form(list);

	MEDARK_TRY(medark_buffer_text(
		c->out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr>",
		err));
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(medark_html(c->out, err, "<th scope=\"col\">%s</th>",
				       chart_word(c, medark_view_column_word(form->columns[i]))));
	MEDARK_TRY(medark_buffer_text(c->out, "</tr></thead><tbody>\n", err));
	for (size_t i = c->begin[list]; i < c->begin[list + 1] && max; i++) {
		if (!medark_chart_has(c, &c->rows[i], choice) || (skip && skip--))
			continue;
		MEDARK_TRY(put_row(c, &c->rows[i], form, err));
		max--;
	}
	return medark_buffer_text(c->out, "</tbody></table></div>\n", err);
}
