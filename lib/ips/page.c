/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/page.h"

static const char *word(const struct medark_ips *ips, enum medark_word w)
{
	return medark_word(ips->chart->language, w);
}

static int put_head(const struct medark_ips *ips, const char *document, struct medark_buffer *out,
		    struct medark_error *err)
{
	MEDARK_TRY(medark_html(out, err,
			       "<section class=\"panel\"><h2>%s</h2>\n<p><b>%s</b></p>\n<p>%s: "
			       "%u / %u.</p>\n",
			       word(ips, MEDARK_WORD_IPS_TITLE), word(ips, MEDARK_WORD_IPS_HINT),
			       word(ips, MEDARK_WORD_IPS_TAKEN), (unsigned long long)ips->count,
			       (unsigned long long)ips->records));
	MEDARK_TRY(medark_view_details(ips->chart, out, err));
	if (document)
		MEDARK_TRY(medark_html(out, err,
				       "<p class=\"no-print\"><a class=\"button\" href=\"%s\">%s"
				       "</a></p>\n",
				       document, word(ips, MEDARK_WORD_IPS_SAVE)));
	return medark_buffer_text(out, "</section>\n", err);
}

static int put_section(const struct medark_ips *ips, enum medark_ips_section section,
		       struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		out, err,
		"<section class=\"panel\"><h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\">\n",
		word(ips, medark_ips_form(section)->title)));
	MEDARK_TRY(medark_ips_narrative(ips, section, out, err));
	return medark_buffer_text(out, "</div></section>\n", err);
}

int medark_ips_page(const struct medark_ips *ips, const char *document, struct medark_buffer *out,
		    struct medark_error *err)
{
	MEDARK_TRY(put_head(ips, document, out, err));
	for (int i = 0; i < MEDARK_IPS_COUNT; i++)
		if (medark_ips_has(ips, (enum medark_ips_section)i))
			MEDARK_TRY(put_section(ips, (enum medark_ips_section)i, out, err));
	return 0;
}
