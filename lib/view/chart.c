/* SPDX-License-Identifier: Apache-2.0 */
#include "view/chart_rows.h"

#define SHOWN_MAX   25 /* rows of a list that are not folded */
#define SUMMARY_MAX 15 /* rows of a list in the summary */
#define LATEST_MAX  8  /* the same, of results and contacts */

static const enum medark_word titles[MEDARK_LIST_COUNT] = {
	[MEDARK_LIST_ALLERGIES] = MEDARK_WORD_ALLERGIES,
	[MEDARK_LIST_ALERTS] = MEDARK_WORD_ALERTS,
	[MEDARK_LIST_MEDICATION] = MEDARK_WORD_MEDICATION,
	[MEDARK_LIST_LABORATORY] = MEDARK_WORD_LABORATORY,
	[MEDARK_LIST_PROBLEMS] = MEDARK_WORD_PROBLEMS,
	[MEDARK_LIST_PROCEDURES] = MEDARK_WORD_PROCEDURES,
	[MEDARK_LIST_LETTERS] = MEDARK_WORD_LETTERS,
	[MEDARK_LIST_APPOINTMENTS] = MEDARK_WORD_APPOINTMENTS,
	[MEDARK_LIST_CONTACTS] = MEDARK_WORD_CONTACTS,
	[MEDARK_LIST_VITALS] = MEDARK_WORD_VITALS,
	[MEDARK_LIST_FINDINGS] = MEDARK_WORD_FINDINGS,
	[MEDARK_LIST_IMMUNISATIONS] = MEDARK_WORD_IMMUNISATIONS,
	[MEDARK_LIST_CARE] = MEDARK_WORD_CARE,
	[MEDARK_LIST_PEOPLE] = MEDARK_WORD_PEOPLE,
	[MEDARK_LIST_REST] = MEDARK_WORD_REST,
};

static size_t size_of(const struct medark_chart_rows *c, enum medark_view_list list)
{
	return c->begin[list + 1] - c->begin[list];
}

static size_t count_of(const struct medark_chart_rows *c, enum medark_view_list list,
		       enum medark_chart_choice choice)
{
	size_t count = 0;

	for (size_t i = c->begin[list]; i < c->begin[list + 1]; i++)
		count += medark_chart_has(c, &c->rows[i], choice);
	return count;
}

/* ---- the red strip ---- */

/* Who may see or use data is in the list, but no warning. */
static bool is_warning(const struct medark_chart_rows *c, const struct medark_chart_row *r)
{
	const struct medark_view_record *record = r->row.record;
	const struct medark_json_node *scope =
		record->root && medark_bytes_is(record->type, "Consent")
			? medark_view_find(record, record->root, "scope.coding.code")
			: NULL;

	if (scope && (medark_bytes_is(scope->text, "patient-privacy") ||
		      medark_bytes_is(scope->text, "research")))
		return false;
	return r->row.is_wrong || medark_chart_has(c, r, MEDARK_ROWS_CURRENT);
}

static int put_warning(struct medark_chart_rows *c, const struct medark_view_row *row,
		       struct medark_error *err)
{
	struct medark_bytes more = medark_view_cell(row, 2);

	MEDARK_TRY(medark_html(c->out, err, row->is_wrong ? "<li class=\"wrong\">%b" : "<li><b>%b",
			       medark_view_cell(row, 1)));
	if (!row->is_wrong)
		MEDARK_TRY(medark_buffer_text(c->out, "</b>", err));
	if (more.size)
		MEDARK_TRY(medark_html(c->out, err, " <span class=\"soft\">%b</span>", more));
	MEDARK_TRY(medark_chart_badge(c, row, err));
	return medark_buffer_text(c->out, "</li>\n", err);
}

/* What the source has not recorded is not the same as a record that says "none known". */
static int put_warnings(struct medark_chart_rows *c, enum medark_view_list list,
			enum medark_word title, struct medark_error *err)
{
	size_t count = 0;

	MEDARK_TRY(medark_html(c->out, err, "<div><h2>%s</h2>\n", chart_word(c, title)));
	if (size_of(c, list) == 0)
		return medark_html(c->out, err, "<p><b>%s</b>: %s.</p></div>\n",
				   chart_word(c, MEDARK_WORD_NOT_RECORDED),
				   chart_word(c, MEDARK_WORD_NOT_RECORDED_HINT));
	for (size_t i = c->begin[list]; i < c->begin[list + 1]; i++)
		count += is_warning(c, &c->rows[i]);
	if (count == 0)
		return medark_html(c->out, err, "<p>%s</p></div>\n",
				   chart_word(c, MEDARK_WORD_NONE_CURRENT));
	MEDARK_TRY(medark_buffer_text(c->out, "<ul>\n", err));
	for (size_t i = c->begin[list]; i < c->begin[list + 1]; i++)
		if (is_warning(c, &c->rows[i]))
			MEDARK_TRY(put_warning(c, &c->rows[i].row, err));
	return medark_buffer_text(c->out, "</ul></div>\n", err);
}

static int put_strip(struct medark_chart_rows *c, struct medark_error *err)
{
	/* Of several on a page none could be told apart by its name. */
	if (c->is_alone)
		MEDARK_TRY(medark_buffer_text(c->out, "<section class=\"strip\">\n", err));
	else
		MEDARK_TRY(medark_html(c->out, err, "<section class=\"strip\" aria-label=\"%s\">\n",
				       chart_word(c, MEDARK_WORD_ALERTS)));
	MEDARK_TRY(put_warnings(c, MEDARK_LIST_ALLERGIES, MEDARK_WORD_ALLERGIES_SHORT, err));
	MEDARK_TRY(put_warnings(c, MEDARK_LIST_ALERTS, MEDARK_WORD_ALERTS, err));
	return medark_buffer_text(c->out, "</section>\n", err);
}

/* ---- contents ---- */

static int put_contents(struct medark_chart_rows *c, struct medark_error *err)
{
	MEDARK_TRY(medark_html(c->out, err,
			       "<nav class=\"contents\" aria-label=\"%s\"><h2>%s</h2><ol>\n<li><a "
			       "href=\"#summary\">%s</a></li>\n",
			       chart_word(c, MEDARK_WORD_CONTENTS),
			       chart_word(c, MEDARK_WORD_CONTENTS),
			       chart_word(c, MEDARK_WORD_SUMMARY)));
	for (int i = 0; i < MEDARK_LIST_COUNT; i++) {
		enum medark_view_list list = (enum medark_view_list)i;

		if (size_of(c, list))
			MEDARK_TRY(medark_html(
				c->out, err,
				"<li><a href=\"#%s\">%s <span class=\"n\">%u</span></a></li>\n",
				medark_view_list_form(list)->name, chart_word(c, titles[i]),
				(unsigned long long)size_of(c, list)));
	}
	return medark_html(c->out, err, "<li><a href=\"#raw\">%s</a></li>\n</ol></nav>\n",
			   chart_word(c, MEDARK_WORD_RAW));
}

/* ---- the summary ---- */

static int put_brief_row(struct medark_chart_rows *c, const struct medark_view_row *row,
			 struct medark_error *err)
{
	MEDARK_TRY(medark_html(c->out, err, "<tr><td><b>%b</b>", medark_view_cell(row, 1)));
	MEDARK_TRY(medark_chart_badge(c, row, err));
	if (row->is_flagged)
		MEDARK_TRY(medark_html(c->out, err, "</td><td class=\"flag\">%b (%b)",
				       medark_view_cell(row, 2), medark_view_cell(row, 3)));
	else
		MEDARK_TRY(medark_html(c->out, err, "</td><td>%b", medark_view_cell(row, 2)));
	return medark_html(c->out, err, "</td><td class=\"when\">%b</td></tr>\n",
			   medark_view_cell(row, 0));
}

static int put_brief(struct medark_chart_rows *c, enum medark_view_list list,
		     enum medark_chart_choice choice, size_t max, struct medark_error *err)
{
	size_t count = count_of(c, list, choice), left = max;

	MEDARK_TRY(medark_html(c->out, err, "<div><h3>%s</h3>\n", chart_word(c, titles[list])));
	if (count == 0)
		return medark_html(c->out, err, "<p class=\"none\">%s</p></div>\n",
				   chart_word(c, size_of(c, list) ? MEDARK_WORD_NONE_CURRENT
								  : MEDARK_WORD_NOT_RECORDED));
	MEDARK_TRY(medark_buffer_text(c->out, "<table class=\"list\"><tbody>\n", err));
	for (size_t i = c->begin[list]; i < c->begin[list + 1] && left; i++) {
		if (!medark_chart_has(c, &c->rows[i], choice))
			continue;
		MEDARK_TRY(put_brief_row(c, &c->rows[i].row, err));
		left--;
	}
	MEDARK_TRY(medark_buffer_text(c->out, "</tbody></table>\n", err));
	if (count > max && c->is_alone)
		MEDARK_TRY(medark_html(c->out, err, "<p>+ %u %s</p>\n",
				       (unsigned long long)(count - max),
				       chart_word(c, MEDARK_WORD_MORE)));
	else if (count > max)
		MEDARK_TRY(medark_html(c->out, err, "<p><a href=\"#%s\">%u %s</a></p>\n",
				       medark_view_list_form(list)->name,
				       (unsigned long long)(count - max),
				       chart_word(c, MEDARK_WORD_MORE)));
	return medark_buffer_text(c->out, "</div>\n", err);
}

static int put_ips_link(struct medark_chart_rows *c, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer href = MEDARK_BUFFER(4096);
	int found = c->chart->link(c->chart->context, MEDARK_LINK_IPS, NULL, NULL, &href, err);

	MEDARK_TRY(found);
	return found ? medark_html(c->out, err, "<p class=\"no-print\"><a href=\"%b\">%s</a></p>\n",
				   medark_bytes(href.data, href.size),
				   chart_word(c, MEDARK_WORD_IPS_LINK))
		     : 0;
}

static int put_summary(struct medark_chart_rows *c, struct medark_error *err)
{
	/* Whoever has only this gives medication by it. */
	size_t medication_max = c->is_alone ? SIZE_MAX : SUMMARY_MAX;

	MEDARK_TRY(medark_html(c->out, err,
			       c->is_alone
				       ? "<section class=\"panel\"><h2>%s</h2>\n"
				       : "<section class=\"panel\" id=\"summary\"><h2>%s</h2>\n",
			       chart_word(c, MEDARK_WORD_SUMMARY)));
	MEDARK_TRY(medark_view_details(c->chart, c->out, err));
	if (!c->is_alone)
		MEDARK_TRY(put_ips_link(c, err));
	MEDARK_TRY(medark_buffer_text(c->out, "<div class=\"pair\">\n", err));
	MEDARK_TRY(put_brief(c, MEDARK_LIST_MEDICATION, MEDARK_ROWS_CURRENT, medication_max, err));
	MEDARK_TRY(put_brief(c, MEDARK_LIST_PROBLEMS, MEDARK_ROWS_CURRENT, SUMMARY_MAX, err));
	MEDARK_TRY(put_brief(c, MEDARK_LIST_LABORATORY, MEDARK_ROWS_ALL, LATEST_MAX, err));
	MEDARK_TRY(put_brief(c, MEDARK_LIST_CONTACTS, MEDARK_ROWS_ALL, LATEST_MAX, err));
	return medark_buffer_text(c->out, "</div></section>\n", err);
}

/* ---- lists ---- */

static int put_folded(struct medark_chart_rows *c, enum medark_view_list list,
		      enum medark_chart_choice choice, enum medark_word title, size_t skip,
		      struct medark_error *err)
{
	size_t count = count_of(c, list, choice);

	if (count <= skip)
		return 0;
	MEDARK_TRY(medark_html(c->out, err, "<details><summary>%s (%u)</summary>\n",
			       chart_word(c, title), (unsigned long long)(count - skip)));
	MEDARK_TRY(medark_chart_table(c, list, choice, skip, SIZE_MAX, err));
	return medark_buffer_text(c->out, "</details>\n", err);
}

/* What is current is in sight, what has ended folded. */
static int put_by_currency(struct medark_chart_rows *c, enum medark_view_list list,
			   struct medark_error *err)
{
	bool is_medication = list == MEDARK_LIST_MEDICATION;

	if (count_of(c, list, MEDARK_ROWS_CURRENT))
		MEDARK_TRY(medark_chart_table(c, list, MEDARK_ROWS_CURRENT, 0, SIZE_MAX, err));
	else
		MEDARK_TRY(medark_html(c->out, err, "<p class=\"none\">%s</p>\n",
				       chart_word(c, MEDARK_WORD_NONE_CURRENT)));
	if (is_medication && count_of(c, list, MEDARK_ROWS_LATELY)) {
		MEDARK_TRY(medark_html(c->out, err, "<h3>%s</h3>\n",
				       chart_word(c, MEDARK_WORD_STOPPED_LATELY)));
		MEDARK_TRY(medark_chart_table(c, list, MEDARK_ROWS_LATELY, 0, SIZE_MAX, err));
	}
	return put_folded(c, list, MEDARK_ROWS_EARLIER, MEDARK_WORD_EARLIER, 0, err);
}

static int put_list(struct medark_chart_rows *c, enum medark_view_list list,
		    struct medark_error *err)
{
	MEDARK_TRY(medark_html(c->out, err,
			       "<section class=\"panel\" id=\"%s\"><h2>%s <span "
			       "class=\"count\">%u</span></h2>\n",
			       medark_view_list_form(list)->name, chart_word(c, titles[list]),
			       (unsigned long long)size_of(c, list)));
	switch (list) {
	case MEDARK_LIST_MEDICATION:
	case MEDARK_LIST_PROBLEMS:
	case MEDARK_LIST_ALLERGIES:
	case MEDARK_LIST_ALERTS:
		MEDARK_TRY(put_by_currency(c, list, err));
		break;
	case MEDARK_LIST_LABORATORY:
	case MEDARK_LIST_VITALS:
		MEDARK_TRY(medark_chart_results(c, list, err));
		break;
	case MEDARK_LIST_LETTERS:
		MEDARK_TRY(medark_chart_letters(c, err));
		break;
	default:
		MEDARK_TRY(medark_chart_table(c, list, MEDARK_ROWS_ALL, 0, SHOWN_MAX, err));
		MEDARK_TRY(
			put_folded(c, list, MEDARK_ROWS_ALL, MEDARK_WORD_EARLIER, SHOWN_MAX, err));
	}
	return medark_buffer_text(c->out, "</section>\n", err);
}

static int put_raw_link(struct medark_chart_rows *c, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer href = MEDARK_BUFFER(4096);
	int found = c->chart->link(c->chart->context, MEDARK_LINK_RAW, NULL, NULL, &href, err);

	MEDARK_TRY(found);
	MEDARK_TRY(medark_html(c->out, err,
			       "<section class=\"panel no-print\" id=\"raw\"><h2>%s</h2>\n",
			       chart_word(c, MEDARK_WORD_RAW)));
	if (c->chart->unresolved)
		MEDARK_TRY(medark_html(c->out, err, "<p>%u %s.</p>\n",
				       (unsigned long long)c->chart->unresolved,
				       chart_word(c, MEDARK_WORD_UNRESOLVED)));
	if (found)
		MEDARK_TRY(medark_html(c->out, err, "<p><a href=\"%b\">%s</a></p>\n",
				       medark_bytes(href.data, href.size),
				       chart_word(c, MEDARK_WORD_RAW_HINT)));
	return medark_buffer_text(c->out, "</section>\n", err);
}

int medark_view_chart(const struct medark_view_chart *chart, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_chart_rows_clear) struct medark_chart_rows c = { 0 };

	MEDARK_TRY(medark_chart_rows_init(&c, chart, out, err));
	MEDARK_TRY(put_strip(&c, err));
	MEDARK_TRY(medark_buffer_text(out, "<div class=\"chart\">\n", err));
	MEDARK_TRY(put_contents(&c, err));
	MEDARK_TRY(medark_buffer_text(out, "<div>\n", err));
	MEDARK_TRY(put_summary(&c, err));
	for (int i = 0; i < MEDARK_LIST_COUNT; i++)
		if (size_of(&c, (enum medark_view_list)i))
			MEDARK_TRY(put_list(&c, (enum medark_view_list)i, err));
	MEDARK_TRY(put_raw_link(&c, err));
	return medark_buffer_text(out, "</div></div>\n", err);
}

int medark_view_summary(const struct medark_view_chart *chart, struct medark_buffer *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_chart_rows_clear) struct medark_chart_rows c = { 0 };

	MEDARK_TRY(medark_chart_rows_init(&c, chart, out, err));
	c.is_alone = true;
	MEDARK_TRY(put_strip(&c, err));
	return put_summary(&c, err);
}

int medark_view_raw(const struct medark_view_chart *chart, struct medark_buffer *out,
		    struct medark_error *err)
{
	const struct medark_view_records *all = chart->records;
	size_t left = MEDARK_VIEW_RAW_MAX;

	for (size_t i = 0; i < all->count; i++) {
		struct medark_bytes text = all->list[i].text;
		bool is_cut = text.size > left;

		if (is_cut)
			text.size = left;
		MEDARK_TRY(medark_html(out, err, "<h3>%b/%b</h3>\n<pre class=\"raw\">%b</pre>\n",
				       all->list[i].type, all->list[i].id, text));
		left -= text.size;
		if (is_cut)
			return medark_html(out, err, "<p class=\"notice bad\">%s</p>\n",
					   medark_word(chart->language, MEDARK_WORD_TOO_LONG));
	}
	return 0;
}
