/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "view/chart_private.h"
#include "view/file_kind.h"
#include "view/narrative.h"

#define OPEN_MAX  8 /* letters that are not folded */
#define TEXT_MAX  ((size_t)256 << 10)
#define IMAGE_MAX ((size_t)4 << 20) /* of base64 */
#define PARTS_MAX 64		    /* sections, attachments of one letter */

/* ---- attachments ---- */

static int put_file(struct medark_chart_rows *c, const struct medark_view_record *record,
		    const struct medark_json_node *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer href = MEDARK_BUFFER(4096);
	struct medark_bytes title = medark_json_text_at(&record->tree, a, "title");
	int found = c->chart->link(c->chart->context, MEDARK_LINK_FILE, record, a, &href, err);

	MEDARK_TRY(found);
	if (!title.size)
		title = medark_json_text_at(&record->tree, a, "contentType");
	if (!title.size)
		title = medark_bytes_text(chart_word(c, MEDARK_WORD_DOCUMENT));
	if (found)
		return medark_html(c->out, err,
				   "<p>%s: <a href=\"%b\" rel=\"noreferrer\">%b</a></p>\n",
				   chart_word(c, MEDARK_WORD_ATTACHED),
				   medark_bytes(href.data, href.size), title);
	return medark_html(c->out, err, "<p class=\"soft\">%s: %b, %s</p>\n",
			   chart_word(c, MEDARK_WORD_ATTACHED), title,
			   chart_word(c, MEDARK_WORD_NOT_SHOWN));
}

static int put_letter(struct medark_chart_rows *c, struct medark_bytes text, bool is_cut,
		      struct medark_error *err)
{
	MEDARK_TRY(medark_html(c->out, err, "<pre class=\"letter\">%b</pre>\n", text));
	return is_cut ? medark_html(c->out, err, "<p class=\"soft\">%s</p>\n",
				    chart_word(c, MEDARK_WORD_CUT_SHORT))
		      : 0;
}

static int put_attachment(struct medark_chart_rows *c, const struct medark_view_record *record,
			  const struct medark_json_node *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(TEXT_MAX + 4);
	struct medark_bytes data = medark_json_text_at(&record->tree, a, "data"), head;
	struct medark_bytes type = medark_json_text_at(&record->tree, a, "contentType");
	const char *image;

	if (!data.size || medark_base64_decode_begin(data, TEXT_MAX, &bytes, NULL) < 0)
		return put_file(c, record, a, err);
	head = medark_bytes(bytes.data, bytes.size);
	image = medark_file_image(head);
	if (image && data.size <= IMAGE_MAX && medark_base64_is(data))
		return medark_html(c->out, err,
				   "<img class=\"image\" src=\"data:%s;base64,%b\" alt=\"%b\">\n",
				   image, data, medark_json_text_at(&record->tree, a, "title"));
	if (medark_bytes_starts(type, "text/plain"))
		return put_letter(c, head, bytes.size >= TEXT_MAX, err);
	return put_file(c, record, a, err);
}

static int put_attachments(struct medark_chart_rows *c, const struct medark_view_record *record,
			   const char *path, struct medark_error *err)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;
	size_t left = PARTS_MAX;

	medark_json_walk_init(&walk, &record->tree, record->root, path);
	while (left-- && (n = medark_json_walk_next(&walk)))
		MEDARK_TRY(put_attachment(c, record, n, err));
	return 0;
}

/* ---- texts ---- */

static int put_narratives(struct medark_chart_rows *c, const struct medark_view_record *record,
			  const char *path, struct medark_error *err)
{
	const struct medark_json_node *n;
	struct medark_json_walk walk;
	size_t left = PARTS_MAX;

	medark_json_walk_init(&walk, &record->tree, record->root, path);
	while (left-- && (n = medark_json_walk_next(&walk))) {
		MEDARK_TRY(medark_buffer_text(c->out, "<div class=\"narrative\">", err));
		MEDARK_TRY(medark_narrative(c->out, n->text, err));
		MEDARK_TRY(medark_buffer_text(c->out, "</div>\n", err));
	}
	return 0;
}

static int put_plain(struct medark_chart_rows *c, const struct medark_view_record *record,
		     struct medark_error *err)
{
	static const char paths[] = "conclusion|summary|payload.contentString|note.text";
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET((size_t)1 << 20);

	MEDARK_TRY(medark_view_field(&c->values, record, record->root, paths, &text, err));
	return text.size ? put_letter(c, medark_bytes(text.data, text.size), false, err) : 0;
}

static int put_document(struct medark_chart_rows *c, const struct medark_view_row *row,
			struct medark_error *err)
{
	static const char *const attachments[] = { "content.attachment", "presentedForm",
						   "payload.contentAttachment" };
	const struct medark_view_record *record = row->record;

	MEDARK_TRY(medark_html(c->out, err, "<article class=\"doc\"><header><h3>%b",
			       medark_view_cell(row, 1)));
	MEDARK_TRY(medark_chart_badge(c, row, err));
	MEDARK_TRY(medark_html(c->out, err,
			       "</h3><span class=\"when\">%b</span><span>%b</span>"
			       "<span class=\"soft\">%b</span><span class=\"soft\">%b</span>"
			       "</header>\n",
			       medark_view_cell(row, 0), medark_view_cell(row, 2),
			       medark_view_cell(row, 3), medark_view_cell(row, 5)));
	if (record->root) {
		MEDARK_TRY(put_plain(c, record, err));
		MEDARK_TRY(put_narratives(c, record, "text.div", err));
		MEDARK_TRY(put_narratives(c, record, "section.text.div", err));
		for (size_t i = 0; i < sizeof(attachments) / sizeof(*attachments); i++)
			MEDARK_TRY(put_attachments(c, record, attachments[i], err));
	}
	return medark_buffer_text(c->out, "</article>\n", err);
}

/* Of results that stand in their own list; letters would be lost among them. */
static bool is_laboratory(const struct medark_chart_row *r)
{
	const struct medark_view_record *record = r->row.record;
	const struct medark_json_node *n =
		record->root && medark_bytes_is(record->type, "DiagnosticReport")
			? medark_view_find(record, record->root, "category.coding.code")
			: NULL;

	return n && (medark_bytes_is(n->text, "LAB") || medark_bytes_is(n->text, "laboratory"));
}

static int put_group(struct medark_chart_rows *c, bool is_lab, size_t open, enum medark_word title,
		     struct medark_error *err)
{
	size_t begin = c->begin[MEDARK_LIST_LETTERS], end = c->begin[MEDARK_LIST_LETTERS + 1];
	size_t count = 0, done = 0;

	for (size_t i = begin; i < end; i++)
		count += is_laboratory(&c->rows[i]) == is_lab;
	for (size_t i = begin; i < end; i++) {
		if (is_laboratory(&c->rows[i]) != is_lab)
			continue;
		if (done++ == open)
			MEDARK_TRY(medark_html(c->out, err, "<details><summary>%s (%u)</summary>\n",
					       chart_word(c, title),
					       (unsigned long long)(count - open)));
		MEDARK_TRY(put_document(c, &c->rows[i].row, err));
	}
	return count > open ? medark_buffer_text(c->out, "</details>\n", err) : 0;
}

int medark_chart_letters(struct medark_chart_rows *c, struct medark_error *err)
{
	MEDARK_TRY(put_group(c, false, OPEN_MAX, MEDARK_WORD_EARLIER, err));
	return put_group(c, true, 0, MEDARK_WORD_LAB_REPORTS, err);
}
