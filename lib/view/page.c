/* SPDX-License-Identifier: Apache-2.0 */
#include "view/page.h"

#include "base/embed.h"
#include "view/date.h"

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

MEDARK_EMBED(style, "style.css");

struct medark_bytes medark_page_style(void)
{
	return MEDARK_EMBEDDED(style);
}

static const char *word(const struct medark_page *page, enum medark_word w)
{
	return medark_word(page->language, w);
}

static int put_bytes(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	return medark_buffer_add(out, text.data, text.size, err);
}

static int put_style(const struct medark_page *page, struct medark_buffer *out,
		     struct medark_error *err)
{
	if (page->style_href)
		return medark_html(out, err, "<link rel=\"stylesheet\" href=\"%s\">\n",
				   page->style_href);
	MEDARK_TRY(medark_buffer_text(out, "<style>", err));
	MEDARK_TRY(put_bytes(out, medark_page_style(), err));
	return medark_buffer_text(out, "</style>\n", err);
}

static int put_head(const struct medark_page *page, struct medark_buffer *out,
		    struct medark_error *err)
{
	MEDARK_TRY(medark_html(out, err,
			       "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
			       "<meta charset=\"utf-8\">\n",
			       medark_language_code(page->language)));
	if (page->policy)
		MEDARK_TRY(medark_html(
			out, err, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n",
			page->policy));
	MEDARK_TRY(
		medark_html(out, err,
			    "<meta name=\"viewport\" content=\"width=device-width, "
			    "initial-scale=1\">\n<meta name=\"referrer\" content=\"same-origin\">\n"
			    "<title>%b</title>\n",
			    page->title));
	MEDARK_TRY(put_style(page, out, err));
	return medark_buffer_text(out, "</head>\n", err);
}

/* ---- how fresh it is ---- */

static int put_age(const struct medark_page *page, struct medark_buffer *out,
		   struct medark_error *err)
{
	const struct medark_page_copy *copy = page->copy;
	uint64_t age = (uint64_t)copy->age, unit = age < 2 * HOUR  ? MINUTE
						   : age < 2 * DAY ? HOUR
								   : DAY;

	if (copy->age < 0)
		return 0;
	return medark_html(out, err, "%u %s", (unsigned long long)(age / unit),
			   word(page, unit == MINUTE ? MEDARK_WORD_MINUTES
				      : unit == HOUR ? MEDARK_WORD_HOURS
						     : MEDARK_WORD_DAYS));
}

/*
 * "7 h old": of a page that is kept it says when that was, and names the units for a script that
 * counts on.
 */
static int put_how_old(const struct medark_page *page, struct medark_buffer *out,
		       struct medark_error *err)
{
	const struct medark_page_copy *copy = page->copy;

	if (copy->age < 0)
		return 0;
	if (!copy->made) {
		MEDARK_TRY(medark_buffer_text(out, ", <b>", err));
		MEDARK_TRY(put_age(page, out, err));
		return medark_html(out, err, " %s</b>", word(page, MEDARK_WORD_OLD));
	}
	MEDARK_TRY(medark_html(out, err,
			       ", <b class=\"age\" data-from=\"%s\" data-units=\"%s,%s,%s\" "
			       "data-old=\"%s\">",
			       copy->from, word(page, MEDARK_WORD_MINUTES),
			       word(page, MEDARK_WORD_HOURS), word(page, MEDARK_WORD_DAYS),
			       word(page, MEDARK_WORD_OLD)));
	MEDARK_TRY(put_age(page, out, err));
	MEDARK_TRY(medark_html(out, err, " %s ", word(page, MEDARK_WORD_OLD_AT)));
	MEDARK_TRY(medark_view_date(page->language, medark_bytes_text(copy->made), out, err));
	return medark_buffer_text(out, "</b>", err);
}

static int put_freshness(const struct medark_page *page, struct medark_buffer *out,
			 struct medark_error *err)
{
	const char *from = page->copy->from;

	MEDARK_TRY(medark_html(out, err, "<time datetime=\"%s\">", from));
	MEDARK_TRY(medark_view_date(page->language, medark_bytes_text(from), out, err));
	MEDARK_TRY(medark_buffer_text(out, "</time>", err));
	return put_how_old(page, out, err);
}

static int put_copy(const struct medark_page *page, struct medark_buffer *out,
		    struct medark_error *err)
{
	const struct medark_page_copy *copy = page->copy;

	MEDARK_TRY(medark_html(out, err, "<p class=\"copy%s\"><strong>%s</strong> <span>%s ",
			       copy->is_complete ? "" : " gaps",
			       word(page, MEDARK_WORD_EMERGENCY_COPY),
			       word(page, MEDARK_WORD_DATA_OF)));
	MEDARK_TRY(put_freshness(page, out, err));
	MEDARK_TRY(medark_html(out, err, ", %s</span>", word(page, MEDARK_WORD_READ_ONLY)));
	if (copy->source)
		MEDARK_TRY(medark_html(out, err, " <span>%s: <bdi>%s</bdi></span>",
				       word(page, MEDARK_WORD_SOURCE), copy->source));
	if (copy->archives > 1)
		MEDARK_TRY(medark_html(out, err, " <span>%u %s</span>",
				       (unsigned long long)copy->archives,
				       word(page, MEDARK_WORD_ARCHIVES)));
	if (!copy->is_complete)
		MEDARK_TRY(medark_html(out, err, " <b class=\"gap\">%s</b>",
				       word(page, MEDARK_WORD_INCOMPLETE)));
	return medark_buffer_text(out, "</p>\n", err);
}

/* ---- the rest of the frame ---- */

static int put_links(const struct medark_page *page, struct medark_buffer *out,
		     struct medark_error *err)
{
	if (page->link_count == 0)
		return 0;
	MEDARK_TRY(medark_html(out, err, "<nav class=\"links\" aria-label=\"%s\">",
			       word(page, MEDARK_WORD_NAVIGATION)));
	for (size_t i = 0; i < page->link_count; i++) {
		const struct medark_page_link *link = &page->links[i];

		MEDARK_TRY(medark_html(out, err, "<a href=\"%s\"", link->href));
		if (link->is_current)
			MEDARK_TRY(medark_buffer_text(out, " aria-current=\"page\"", err));
		MEDARK_TRY(medark_html(out, err, ">%s</a>", link->text));
	}
	return medark_buffer_text(out, "</nav>\n", err);
}

/*
 * Printed on every sheet, by a head that a table repeats; on the screen the banners say it.
 * `part`: of which it is; NULL: of the whole page.
 */
static int put_sheet(const struct medark_page *page, const struct medark_page_part *part,
		     struct medark_buffer *out, struct medark_error *err)
{
	struct medark_bytes sheet = part ? part->sheet : page->sheet;

	if (page->has_parts || (!page->copy && sheet.size == 0))
		return 0;
	MEDARK_TRY(medark_html(out, err, "<div class=\"sheet\" aria-hidden=\"true\"><p><b>%b</b>",
			       sheet));
	if (page->copy) {
		MEDARK_TRY(medark_html(out, err, " <span>%s, %s ",
				       word(page, MEDARK_WORD_EMERGENCY_COPY),
				       word(page, MEDARK_WORD_DATA_OF)));
		MEDARK_TRY(medark_view_date(page->language, medark_bytes_text(page->copy->from),
					    out, err));
		MEDARK_TRY(medark_buffer_text(out, "</span>", err));
	}
	/* Of a whole page the banner above says it. */
	if (part && page->copy && !page->copy->is_complete)
		MEDARK_TRY(medark_html(out, err, " <span class=\"gap\">%s</span>",
				       word(page, MEDARK_WORD_INCOMPLETE)));
	if (part)
		MEDARK_TRY(medark_html(out, err, " <span>%u/%u</span>",
				       (unsigned long long)part->number,
				       (unsigned long long)part->count));
	return medark_buffer_text(out, "</p></div>\n", err);
}

int medark_page_part_begin(const struct medark_page *page, const struct medark_page_part *part,
			   struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(
		medark_html(out, err, "<section class=\"part\" aria-label=\"%b\">\n", part->sheet));
	MEDARK_TRY(put_sheet(page, part, out, err));
	MEDARK_TRY(medark_buffer_text(out, "<div class=\"part-body\">\n", err));
	return put_bytes(out, part->banner, err);
}

int medark_page_part_end(struct medark_buffer *out, struct medark_error *err)
{
	return medark_buffer_text(out, "</div></section>\n", err);
}

/*
 * The patient's banner. On a telephone's screen it stays in sight alone, with how old the data is
 * once more: the rest of the head would take half of the screen.
 */
static int put_who(const struct medark_page *page, struct medark_buffer *out,
		   struct medark_error *err)
{
	if (page->banner.size == 0)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, "<div class=\"who\">\n", err));
	MEDARK_TRY(put_bytes(out, page->banner, err));
	if (page->copy) {
		MEDARK_TRY(medark_html(out, err, "<p class=\"fresh%s\" aria-hidden=\"true\">%s ",
				       page->copy->is_complete ? "" : " gap",
				       word(page, MEDARK_WORD_EMERGENCY_COPY)));
		MEDARK_TRY(put_freshness(page, out, err));
		MEDARK_TRY(medark_buffer_text(out, "</p>\n", err));
	}
	return medark_buffer_text(out, "</div>\n", err);
}

int medark_page_begin(const struct medark_page *page, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_TRY(put_head(page, out, err));
	MEDARK_TRY(medark_html(out, err,
			       page->has_parts
				       ? "<body class=\"parts\">\n<a class=\"skip\" "
					 "href=\"#main\">%s</a>\n"
				       : "<body>\n<a class=\"skip\" href=\"#main\">%s</a>\n",
			       word(page, MEDARK_WORD_SKIP)));
	MEDARK_TRY(put_sheet(page, NULL, out, err));
	MEDARK_TRY(medark_buffer_text(out,
				      page->banner.size ? "<header class=\"top about\">\n"
							: "<header class=\"top\">\n",
				      err));
	if (page->copy)
		MEDARK_TRY(put_copy(page, out, err));
	MEDARK_TRY(put_links(page, out, err));
	MEDARK_TRY(put_who(page, out, err));
	return medark_buffer_text(
		out,
		page->is_narrow ? "</header>\n<main id=\"main\" tabindex=\"-1\" class=\"narrow\">\n"
		: page->is_report
			? "</header>\n<main id=\"main\" tabindex=\"-1\" class=\"report\">\n"
			: "</header>\n<main id=\"main\" tabindex=\"-1\">\n",
		err);
}

int medark_page_end(const struct medark_page *page, struct medark_buffer *out,
		    struct medark_error *err)
{
	if (page->is_report)
		MEDARK_TRY(
			medark_buffer_text(out, "</main>\n<footer><p>medark</p></footer>\n", err));
	else
		MEDARK_TRY(medark_html(out, err,
				       "</main>\n<footer><p>%s</p><p>medark</p></footer>\n",
				       word(page, MEDARK_WORD_AS_RECORDED)));
	if (page->script.size) {
		MEDARK_TRY(medark_buffer_text(out, "<script>", err));
		MEDARK_TRY(put_bytes(out, page->script, err));
		MEDARK_TRY(medark_buffer_text(out, "</script>\n", err));
	}
	return medark_buffer_text(out, "</body>\n</html>\n", err);
}
