/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The downtime pack: charts as pages in a folder, to be read in any browser without a network.
 * index.html finds patients; who has no scripts has the list of all, by their first letters.
 */
#include "archive/dossiers.h"
#include "archive/html_folder.h"
#include "archive/html_lists.h"
#include "archive/item_find.h"
#include "archive/patient_row.h"
#include "archive/restore.h"
#include "base/words.h"
#include "ips/page.h"
#include "view/chart.h"
#include "view/date.h"
#include "view/patient_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE_MAX ((size_t)1 << 30)
#define ITEM_MAX ((size_t)1 << 30) /* a file of the archive */
#define KEY_MAX	 ((size_t)1 << 16)

/* A patient in the index: where the words to sort by, and the row, stand in `text`. */
struct entry {
	size_t key, row, end;
};

struct html {
	struct medark_lineage *lineage;
	struct medark_item_find *items;
	struct medark_restore_result *result;
	struct medark_meter meter;
	struct medark_html_folder folder;
	struct medark_page_copy copy;
	enum medark_language language;
	char from[MEDARK_HTML_TIME_SIZE], made[MEDARK_HTML_TIME_SIZE];
	struct medark_buffer page, text;
	struct medark_html_lists lists;
	bool has_lists; /* not of some patients alone: nobody would be missed on them */
	struct entry *entries;
	size_t count, max;
};

static void html_clear(struct html *h)
{
	medark_html_folder_end(&h->folder);
	medark_item_find_free(h->items);
	medark_buffer_clear(&h->page);
	medark_buffer_clear(&h->text);
	medark_html_lists_clear(&h->lists);
	medark_meter_clear(&h->meter);
	free(h->entries);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct html, html_clear)

static const char *word(const struct html *h, enum medark_word w)
{
	return medark_word(h->language, w);
}

static struct medark_bytes view(const struct medark_buffer *b)
{
	return medark_bytes(b->data, b->size);
}

static struct medark_page frame(const struct html *h)
{
	return (struct medark_page) { .language = h->language,
				      .copy = &h->copy,
				      .policy = h->folder.policy,
				      .script = medark_html_script() };
}

/* ---- a patient ---- */

struct sheet {
	struct html *h;
	const struct medark_dossier *dossier; /* the records, in the order of those of `files` */
	struct medark_html_files files;
};

/* What an Attachment points to is a file of the archive: 1; 0: there is none, or it is too large.
 */
static int add_item(struct sheet *s, const struct medark_view_record *record,
		    const struct medark_json_node *attachment, struct medark_buffer *out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER_SECRET(ITEM_MAX);
	const struct medark_dossier_record *from =
		&s->dossier->records[record - s->files.records->list];
	struct medark_bytes url = medark_json_text_at(&record->tree, attachment, "url");
	struct medark_item_place place;
	struct medark_item_row row;
	int found = medark_html_files_find(&s->files, attachment, out, err);

	if (found)
		return found;
	found = medark_item_find_url(s->h->items, s->h->lineage,
				     (struct medark_item_place) { from->archive, from->item }, url,
				     &place, err);
	if (found <= 0)
		return found;
	MEDARK_TRY(medark_item_row_of(s->h->lineage, place, &path, &row, err));
	if (row.size > ITEM_MAX)
		return 0;
	MEDARK_TRY(medark_item_read(s->h->lineage, place, &bytes, err));
	MEDARK_TRY(medark_html_files_put(&s->files, attachment,
					 medark_bytes(bytes.data, bytes.size), out, err));
	return 1;
}

static int find_link(void *context, enum medark_view_link kind,
		     const struct medark_view_record *record,
		     const struct medark_json_node *attachment, struct medark_buffer *out,
		     struct medark_error *err)
{
	struct sheet *s = context;
	int found;

	if (kind == MEDARK_LINK_FILE) {
		found = medark_html_files_add(&s->files, record, attachment, out, err);
		return found ? found : add_item(s, record, attachment, out, err);
	}
	MEDARK_TRY(medark_buffer_print(out, err, "%llu-%s.html",
				       (unsigned long long)s->files.patient,
				       kind == MEDARK_LINK_RAW ? "raw" : "ips"));
	return 1;
}

static int put_raw(const struct medark_view_chart *chart, struct medark_buffer *out,
		   struct medark_error *err)
{
	MEDARK_TRY(medark_html(out, err, "<h2>%s</h2>\n",
			       medark_word(chart->language, MEDARK_WORD_RAW)));
	return medark_view_raw(chart, out, err);
}

static int put_ips(const struct medark_view_chart *chart, struct medark_buffer *out,
		   struct medark_error *err)
{
	MEDARK_AUTO(medark_ips_clear) struct medark_ips ips = { 0 };

	MEDARK_TRY(medark_ips_init(&ips, chart, err));
	return medark_ips_page(&ips, NULL, out, err);
}

/* A page of a patient: what its name ends with, and what is on it. */
struct leaf {
	const char *ending;
	int (*put)(const struct medark_view_chart *chart, struct medark_buffer *out,
		   struct medark_error *err);
};

static int write_page(struct html *h, const struct medark_view_chart *chart,
		      const struct medark_page *page, const struct leaf *leaf,
		      struct medark_error *err)
{
	char name[64];

	h->page.size = 0;
	MEDARK_TRY(medark_page_begin(page, &h->page, err));
	MEDARK_TRY(leaf->put(chart, &h->page, err));
	MEDARK_TRY(medark_page_end(page, &h->page, err));
	(void)snprintf(name, sizeof(name), "%llu%s.html", (unsigned long long)h->result->patients,
		       leaf->ending);
	return medark_html_write(&h->folder, MEDARK_HTML_PATIENTS, name, view(&h->page), err);
}

static int write_pages(struct html *h, const struct medark_view_chart *chart,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sheet = MEDARK_BUFFER_SECRET(KEY_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer banner = MEDARK_BUFFER_SECRET(PAGE_MAX);
	static const struct leaf leaves[] = { { "", medark_view_chart },
					      { "-raw", put_raw },
					      { "-ips", put_ips } };
	char number[64];
	struct medark_page_link links[3] = { { word(h, MEDARK_WORD_ALL_PATIENTS), "../index.html",
					       false } };
	struct medark_page page = frame(h);
	size_t count = 1;

	(void)snprintf(number, sizeof(number), "%llu.html",
		       (unsigned long long)h->result->patients);
	MEDARK_TRY(medark_view_sheet(&chart->facts, h->language, &sheet, err));
	MEDARK_TRY(medark_view_banner(chart, &banner, err));
	page.title = page.sheet = view(&sheet);
	page.banner = view(&banner);
	if (h->has_lists)
		links[count++] = (struct medark_page_link) { word(h, MEDARK_WORD_LISTS),
							     "../lists/0.html", false };
	page.links = links;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++) {
		page.link_count = count;
		if (i) /* the others lead back to the chart */
			links[page.link_count++] =
				(struct medark_page_link) { word(h, MEDARK_WORD_TO_THE_CHART),
							    number, false };
		MEDARK_TRY(write_page(h, chart, &page, &leaves[i], err));
	}
	return 0;
}

/* ---- the index ---- */

static int new_entry(struct html *h, struct entry **out, struct medark_error *err)
{
	if (h->count == h->max) {
		size_t max = h->max ? 2 * h->max : 256;
		struct entry *grown = realloc(h->entries, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "an index");
		h->entries = grown;
		h->max = max;
	}
	*out = &h->entries[h->count++];
	return 0;
}

/* What a patient is found by: names, birth date in usual orders, numbers. */
static int put_keys(struct html *h, const struct medark_view_chart *chart, struct medark_error *err)
{
	const struct medark_view_facts *f = &chart->facts;
	const char *names[] = { f->family, f->given, f->text, f->bsn };
	const char *b = f->birth_date;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		MEDARK_TRY(medark_html(&h->text, err, "%s ", names[i]));
	if (strlen(b) == 10)
		MEDARK_TRY(medark_html(&h->text, err, "%s %b-%b-%b %b%b%b ", b,
				       medark_bytes(b + 8, 2), medark_bytes(b + 5, 2),
				       medark_bytes(b, 4), medark_bytes(b + 8, 2),
				       medark_bytes(b + 5, 2), medark_bytes(b, 4)));
	for (size_t i = 0; i < chart->records->count; i++) {
		const struct medark_view_record *r = &chart->records->list[i];
		const struct medark_json_node *n;
		struct medark_json_walk walk;

		if (r->is_outside || !medark_bytes_is(r->type, "Patient") || !r->root)
			continue;
		medark_json_walk_init(&walk, &r->tree, r->root, "identifier.value");
		while ((n = medark_json_walk_next(&walk)))
			MEDARK_TRY(medark_html(&h->text, err, "%b ", n->text));
	}
	return 0;
}

static int put_entry(struct html *h, const struct medark_view_chart *chart,
		     struct medark_error *err)
{
	const struct medark_view_facts *f = &chart->facts;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(KEY_MAX);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer born = MEDARK_BUFFER_SECRET(KEY_MAX);
	struct entry *e;

	MEDARK_TRY(new_entry(h, &e, err));
	MEDARK_TRY(medark_view_patient_name(f, h->language, &name, err));
	MEDARK_TRY(medark_view_date(h->language, medark_bytes_text(f->birth_date), &born, err));
	e->key = h->text.size;
	MEDARK_TRY(medark_words_join(view(&name), &h->text, err));
	e->row = h->text.size;
	MEDARK_TRY(medark_buffer_text(&h->text, "<tr data-k=\"", err));
	MEDARK_TRY(put_keys(h, chart, err));
	MEDARK_TRY(medark_html(
		&h->text, err,
		"\"><td><a href=\"patients/%u.html\"><bdi>%b</bdi></a> <span class=\"soft\">%s</span></td><td "
		"class=\"when\">%b</td><td>%s</td><td>%b</td></tr>\n",
		(unsigned long long)h->result->patients, view(&name),
		f->is_deceased ? word(h, MEDARK_WORD_DECEASED) : "", view(&born), f->bsn,
		medark_patient_number_in(chart->records, f->id)));
	e->end = h->text.size;
	return 0;
}

static int by_key(const void *a, const void *b, void *context)
{
	const struct html *h = context;
	const struct entry *x = a, *y = b;
	int order = medark_bytes_compare(medark_bytes(h->text.data + x->key, x->row - x->key),
					 medark_bytes(h->text.data + y->key, y->row - y->key));

	return order ? order : (x->key > y->key) - (x->key < y->key);
}

static char letter_of(const struct html *h, const struct entry *e)
{
	char c = (char)(e->row > e->key ? h->text.data[e->key] : '?');

	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : '#');
}

static int put_head(struct html *h, struct medark_error *err)
{
	return medark_html(
		&h->page, err,
		"<div class=\"scroll\" tabindex=\"0\"><table class=\"list people\"><thead><tr><th "
		"scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
		"scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n",
		word(h, MEDARK_WORD_NAME), word(h, MEDARK_WORD_BIRTH_DATE),
		word(h, MEDARK_WORD_BSN), word(h, MEDARK_WORD_NUMBER));
}

/* Hidden until the script is there. */
static int put_find(struct html *h, struct medark_error *err)
{
	MEDARK_TRY(medark_html(
		&h->page, err,
		"<div class=\"find\" id=\"find\" hidden><label for=\"q\">%s<span class=\"soft\"> "
		"(%s)</span><input id=\"q\" type=\"search\" autocomplete=\"off\" "
		"spellcheck=\"false\"></label></div>\n"
		"<p id=\"say\" role=\"status\" data-found=\"%s\" data-none=\"%s\" "
		"data-more=\"%s\"></p>\n<section class=\"panel\" id=\"found\" hidden>",
		word(h, MEDARK_WORD_FIND), word(h, MEDARK_WORD_FIND_HINT),
		word(h, MEDARK_WORD_FOUND), word(h, MEDARK_WORD_NOT_FOUND),
		word(h, MEDARK_WORD_REFINE)));
	MEDARK_TRY(put_head(h, err));
	return medark_buffer_text(&h->page, "</tbody></table></div></section>\n", err);
}

static int put_letters(struct html *h, struct medark_error *err)
{
	char last = '\0';

	MEDARK_TRY(medark_html(&h->page, err, "<nav class=\"letters\" aria-label=\"%s\">",
			       word(h, MEDARK_WORD_CONTENTS)));
	for (size_t i = 0; i < h->count; i++) {
		const char letter[2] = { letter_of(h, &h->entries[i]), '\0' };

		if (letter[0] == last)
			continue;
		last = letter[0];
		MEDARK_TRY(medark_html(&h->page, err, "<a href=\"#l%s\">%s</a>",
				       last == '#' ? "0" : letter, letter));
	}
	return medark_buffer_text(&h->page, "</nav>\n", err);
}

static int put_all(struct html *h, struct medark_error *err)
{
	char last = '\0';

	for (size_t i = 0; i < h->count; i++) {
		const struct entry *e = &h->entries[i];
		const char letter[2] = { letter_of(h, e), '\0' };

		if (letter[0] != last) {
			if (last)
				MEDARK_TRY(medark_buffer_text(
					&h->page, "</tbody></table></div></section>\n", err));
			last = letter[0];
			MEDARK_TRY(medark_html(&h->page, err,
					       "<section class=\"panel\" id=\"l%s\"><h2>%s</h2>\n",
					       last == '#' ? "0" : letter, letter));
			MEDARK_TRY(put_head(h, err));
		}
		MEDARK_TRY(
			medark_buffer_add(&h->page, h->text.data + e->row, e->end - e->row, err));
	}
	return last ? medark_buffer_text(&h->page, "</tbody></table></div></section>\n", err) : 0;
}

static int write_index(struct html *h, struct medark_error *err)
{
	const struct medark_page_link lists = { word(h, MEDARK_WORD_LISTS), "lists/0.html", false };
	struct medark_page page = frame(h);

	page.title = medark_bytes_text(word(h, MEDARK_WORD_PATIENTS));
	page.links = &lists;
	page.link_count = h->has_lists;
	if (h->count)
		qsort_r(h->entries, h->count, sizeof(*h->entries), by_key, h);
	h->page.size = 0;
	MEDARK_TRY(medark_page_begin(&page, &h->page, err));
	MEDARK_TRY(medark_html(&h->page, err,
			       "<p class=\"notice bad\"><b>%s</b> %s</p>\n<h1>%s <span "
			       "class=\"count\">%u</span></h1>\n",
			       word(h, MEDARK_WORD_PLAIN_TITLE), word(h, MEDARK_WORD_PLAIN_WARNING),
			       word(h, MEDARK_WORD_PATIENTS), (unsigned long long)h->count));
	MEDARK_TRY(put_find(h, err));
	MEDARK_TRY(medark_buffer_text(&h->page, "<div id=\"all\">\n", err));
	MEDARK_TRY(put_letters(h, err));
	MEDARK_TRY(put_all(h, err));
	MEDARK_TRY(medark_buffer_text(&h->page, "</div>\n", err));
	MEDARK_TRY(medark_page_end(&page, &h->page, err));
	return medark_html_write(&h->folder, MEDARK_HTML_TOP, "index.html", view(&h->page), err);
}

/* ---- the whole ---- */

static int add_patient(void *context, const struct medark_dossiers_patient *patient,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records records = { 0 };
	const struct medark_dossier *d = patient->dossier;
	const struct medark_patient_row *row = patient->row;
	struct html *h = context;
	struct sheet sheet = { .h = h, .dossier = d };
	struct medark_view_chart chart = {
		.records = &records,
		.language = h->language,
		.on = h->from,
		.unresolved = d->unresolved,
		.link = find_link,
		.context = &sheet,
		.facts = medark_patient_row_facts(row),
	};
	int code;

	for (size_t i = 0; i < d->count; i++) {
		const struct medark_dossier_record *r = &d->records[i];

		MEDARK_TRY(medark_view_records_add(&records, r->type, r->text, r->is_xml,
						   r->is_outside, err));
		h->result->records += !r->is_outside;
		h->result->referenced += r->is_outside;
	}
	MEDARK_TRY(medark_view_records_sort(&records, err));
	h->result->patients++;
	h->result->unresolved += d->unresolved;
	sheet.files = (struct medark_html_files) { .folder = &h->folder,
						   .records = &records,
						   .patient = h->result->patients };
	code = write_pages(h, &chart, err);
	h->result->opaque += sheet.files.count;
	medark_html_files_clear(&sheet.files);
	MEDARK_TRY(code);
	MEDARK_TRY(put_entry(h, &chart, err));
	if (h->has_lists)
		MEDARK_TRY(medark_html_lists_add(&h->lists, &chart, h->result->patients, err));
	return medark_meter_add(&h->meter, 0, d->count, h->result->patients, err);
}

static int begin(struct html *h, const struct medark_lineage *lineage,
		 const struct medark_restore_request *request, struct medark_error *err)
{
	const struct medark_header *header = &lineage->archives[lineage->count - 1]->header;
	int64_t now = (int64_t)time(NULL);
	int language = medark_language_find(request->language ? request->language : "en");

	if (language < 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"pages are written in English (en) and Dutch (nl)");
	h->language = (enum medark_language)language;
	h->page = (struct medark_buffer)MEDARK_BUFFER_SECRET(PAGE_MAX);
	h->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(PAGE_MAX);
	medark_html_time(header->created, h->from);
	medark_html_time(now, h->made);
	h->copy = (struct medark_page_copy) { .from = h->from,
					      .made = h->made,
					      .age = now - header->created,
					      .source = header->source,
					      .archives = lineage->count,
					      .is_complete = h->result->complete };
	h->has_lists = request->patient_count == 0;
	MEDARK_TRY(medark_item_find_new(h->lineage, &h->items, err));
	return medark_html_lists_init(&h->lists, h->language, h->made, err);
}

static int write_lists(struct html *h, struct medark_error *err)
{
	const struct medark_page_link links[] = { { word(h, MEDARK_WORD_ALL_PATIENTS),
						    "../index.html", false },
						  { word(h, MEDARK_WORD_LISTS), "0.html", false } };
	struct medark_page page = frame(h);

	page.links = links;
	page.link_count = 2;
	return h->has_lists ? medark_html_lists_write(&h->lists, &h->folder, &page, err) : 0;
}

/* Into a folder, or into a ZIP file. */
static int restore(struct medark_lineage *lineage, int folder, struct medark_sealed_zip *zip,
		   const struct medark_restore_request *request, const struct medark_events *events,
		   struct medark_restore_result *out, struct medark_error *err)
{
	MEDARK_AUTO(html_clear)
	struct html h = { .lineage = lineage, .result = out, .folder.places = { -1, -1, -1, -1 } };
	const struct medark_dossiers_setup setup = {
		.lineage = lineage, .request = request, .each = add_patient, .context = &h
	};

	medark_meter_init(&h.meter, events, "restoring", 0);
	MEDARK_TRY(begin(&h, lineage, request, err));
	MEDARK_TRY(medark_html_folder_begin(&h.folder, folder, zip, err));
	MEDARK_TRY(medark_dossiers_each(&setup, err));
	MEDARK_TRY(write_lists(&h, err));
	return write_index(&h, err);
}

int medark_restore_html(struct medark_lineage *lineage, int folder,
			const struct medark_restore_request *request,
			const struct medark_events *events, struct medark_restore_result *out,
			struct medark_error *err)
{
	return restore(lineage, folder, NULL, request, events, out, err);
}

int medark_restore_html_zip(struct medark_lineage *lineage, int fd,
			    const struct medark_restore_request *request,
			    const struct medark_events *events, struct medark_restore_result *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_zip_free) struct medark_sealed_zip *zip = NULL;

	MEDARK_TRY(medark_sealed_zip_new(fd, request->passphrase, &zip, err));
	MEDARK_TRY(restore(lineage, -1, zip, request, events, out, err));
	return medark_sealed_zip_finish(zip, err);
}
