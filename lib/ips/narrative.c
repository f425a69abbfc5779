/* SPDX-License-Identifier: Apache-2.0 */
/* What the sections of a summary say for people. */
#include "ips/summary.h"

static const char *word(const struct medark_ips *ips, enum medark_word w)
{
	return medark_word(ips->chart->language, w);
}

static int put_row(const struct medark_ips_entry *e, size_t columns, struct medark_buffer *out,
		   struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_text(out, "<tr>", err));
	for (size_t i = 0; i < columns; i++)
		MEDARK_TRY(medark_html(out, err, i ? "<td>%b</td>" : "<td class=\"when\">%b</td>",
				       medark_view_cell(&e->row, i)));
	return medark_buffer_text(out, "</tr>\n", err);
}

static int put_table(const struct medark_ips *ips, enum medark_ips_section section,
		     struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_view_list_form *list =
		medark_view_list_form(medark_ips_form(section)->list);

	MEDARK_TRY(medark_buffer_text(out, "<table class=\"list\"><thead><tr>", err));
	for (size_t i = 0; i < list->count; i++)
		MEDARK_TRY(medark_html(out, err, "<th scope=\"col\">%s</th>",
				       word(ips, medark_view_column_word(list->columns[i]))));
	MEDARK_TRY(medark_buffer_text(out, "</tr></thead><tbody>\n", err));
	for (size_t i = ips->begin[section]; i < ips->begin[section + 1]; i++)
		MEDARK_TRY(put_row(&ips->entries[i], list->count, out, err));
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
			MEDARK_TRY(medark_html(out, err, "<p class=\"left\">%s: %u %s.</p>\n",
					       word(ips, MEDARK_WORD_LEFT_OUT),
					       (unsigned long long)parts[i].count,
					       word(ips, parts[i].why)));
	return 0;
}

int medark_ips_narrative(const struct medark_ips *ips, enum medark_ips_section section,
			 struct medark_buffer *out, struct medark_error *err)
{
	const struct medark_ips_form *form = medark_ips_form(section);

	if (ips->begin[section + 1] > ips->begin[section])
		MEDARK_TRY(put_table(ips, section, out, err));
	else
		MEDARK_TRY(medark_html(
			out, err, "<p class=\"none\">%s.</p>\n",
			word(ips, form->is_required ? form->none : MEDARK_WORD_NONE_HERE)));
	return put_left(ips, section, out, err);
}
