/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections of a summary say for people. */
#include "ips/summary.h"

#include <string.h>

static const char *word(const struct medark_ips *ips, enum medark_word w)
{
	return medark_word(ips->chart->language, w);
}

static int put_row(const struct medark_ips_entry *e, const struct medark_view_list_form *form,
		   struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out, "<tr>", err));
	for (size_t i = 0; i < form->count; i++) {
		const char *name = form->columns[i];
		bool is_flag = e->row.is_flagged &&
			       (strcmp(name, "flag") == 0 || strcmp(name, "result") == 0);

		MEDARK_TRY(medark_buffer_text(out,
					      i == 0 || strcmp(name, "until") == 0
						      ? "<td class=\"when\">"
					      : is_flag ? "<td class=\"flag\">"
							: "<td>",
					      err));
		MEDARK_TRY(medark_html(out, err, "%b</td>", medark_view_cell(&e->row, i)));
	}
	return medark_buffer_text(out, "</tr>\n", err);
}

/* Rows with the same columns, from *at to `end` at most. */
static int put_table(const struct medark_ips *ips, size_t *at, size_t end,
		     struct medark_buffer *out, struct medark_error *err)
{
	enum medark_view_list list = ips->entries[*at].list;
	const struct medark_view_list_form *form = medark_view_list_form(list);

	if (list == MEDARK_LIST_LETTERS)
		MEDARK_TRY(medark_html(out, err, "<h3>%s</h3>\n", word(ips, MEDARK_WORD_REPORTS)));
	MEDARK_TRY(medark_buffer_text(out, "<table class=\"list\"><thead><tr>", err));
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(medark_html(out, err, "<th scope=\"col\">%s</th>",
				       word(ips, medark_view_column_word(form->columns[i]))));
	MEDARK_TRY(medark_buffer_text(out, "</tr></thead><tbody>\n", err));
	for (; *at < end && ips->entries[*at].list == list; ++*at)
		MEDARK_TRY(put_row(&ips->entries[*at], form, out, err));
	return medark_buffer_text(out, "</tbody></table>\n", err);
}

static int put_left(const struct medark_ips *ips, enum medark_ips_section section,
		    struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_ips_left *left = &ips->left[section];
	const struct {
		size_t count;
		enum medark_word why;
	} parts[] = { { left->aside, MEDARK_WORD_LEFT_ASIDE },
		      { left->earlier, MEDARK_WORD_LEFT_EARLIER },
		      { left->wrong, MEDARK_WORD_LEFT_WRONG },
		      { left->others, MEDARK_WORD_LEFT_OTHERS },
		      { left->unread, MEDARK_WORD_LEFT_UNREAD } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].count)
			MEDARK_TRY(medark_html(out, err, "<p class=\"soft\">%s: %u %s.</p>\n",
					       word(ips, MEDARK_WORD_LEFT_OUT),
					       (unsigned long long)parts[i].count,
					       word(ips, parts[i].why)));
	return 0;
}

/* "No information" is not "none": it is easily read so. */
static int put_none(const struct medark_ips *ips, enum medark_ips_section section,
		    struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_ips_form *form = medark_ips_form(section);

	return form->is_required
		       ? medark_html(out, err, "<p><b>%s</b>: %s.</p>\n", word(ips, form->none),
				     word(ips, MEDARK_WORD_NOT_RECORDED_HINT))
		       : medark_html(out, err, "<p>%s.</p>\n", word(ips, MEDARK_WORD_NONE_HERE));
}

int medark_ips_narrative(const struct medark_ips *ips, enum medark_ips_section section,
			 struct medark_buffer *out, struct medark_error *err)
{
	size_t at = ips->begin[section], end = ips->begin[section + 1];

	if (at == end)
		MEDARK_TRY(put_none(ips, section, out, err));
	while (at < end)
		MEDARK_TRY(put_table(ips, &at, end, out, err));
	return put_left(ips, section, out, err);
}
