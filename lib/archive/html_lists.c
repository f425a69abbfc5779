/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/html_lists.h"

#include "base/time.h"
#include "view/agenda.h"
#include "view/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADMITTED    MEDARK_HTML_DAYS
#define LISTS	    (MEDARK_HTML_DAYS + 1)
#define ROWS_MAX    1000 /* of a list */
#define SHEETS_MAX  100	 /* patients of a document */
#define PLACES_MAX  60	 /* that can be printed alone */
#define ALL_PLACES  SIZE_MAX
#define TEXT_MAX    ((size_t)1 << 30)
#define DAY_SECONDS INT64_C(86400)

/* A row of a list. */
struct row {
	char key[MEDARK_AGENDA_KEY];
	size_t at, size; /* of its markup */
	size_t part;	 /* whose it is */
};

/* What is printed of a patient, one behind the other in `text`. */
struct part {
	size_t sheet, banner, summary, end;
};

int medark_html_lists_init(struct medark_html_lists *l, enum medark_language language,
			   const char *made, struct medark_error *err)
{
	char text[MEDARK_TIME_SIZE];
	int64_t seconds;

	*l = (struct medark_html_lists) {
		.language = language,
		.parts = MEDARK_BUFFER_SECRET(TEXT_MAX),
		.text = MEDARK_BUFFER_SECRET(TEXT_MAX),
	};
	for (size_t i = 0; i < LISTS; i++)
		l->rows[i] = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXT_MAX);
	if (!medark_view_moment(medark_bytes(made, strlen(made) < 10 ? 0 : 10), &seconds))
		return medark_error_set(err, MEDARK_E_SYSTEM, "this machine's clock has no date");
	for (size_t i = 0; i < MEDARK_HTML_DAYS; i++) {
		(void)medark_time_format(seconds + (int64_t)i * DAY_SECONDS, text);
		(void)snprintf(l->days[i], sizeof(l->days[i]), "%.10s", text);
	}
	return 0;
}

void medark_html_lists_clear(struct medark_html_lists *l)
{
	for (size_t i = 0; i < LISTS; i++)
		medark_buffer_clear(&l->rows[i]);
	medark_buffer_clear(&l->parts);
	medark_buffer_clear(&l->text);
}

/* ---- gathering ---- */

static size_t row_count(const struct medark_html_lists *l, size_t list)
{
	return l->rows[list].size / sizeof(struct row);
}

static struct row *row_at(const struct medark_html_lists *l, size_t list, size_t i)
{
	return (struct row *)(void *)l->rows[list].data + i;
}

static int add_part(struct medark_html_lists *l, const struct medark_view_chart *chart,
		    struct medark_error *err)
{
	struct part part = { .sheet = l->text.size };

	MEDARK_TRY(medark_view_sheet(&chart->facts, l->language, &l->text, err));
	part.banner = l->text.size;
	MEDARK_TRY(medark_view_banner(chart, &l->text, err));
	part.summary = l->text.size;
	MEDARK_TRY(medark_view_summary(chart, &l->text, err));
	part.end = l->text.size;
	return medark_buffer_add(&l->parts, &part, sizeof(part), err);
}

static int add_row(struct medark_html_lists *l, size_t list, const struct medark_view_chart *chart,
		   const struct medark_view_record *record, uint64_t number,
		   struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(1 << 16);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer link = MEDARK_BUFFER_SECRET(1 << 17);
	struct medark_agenda_patient patient = { .records = chart->records,
						 .id = chart->facts.id,
						 .birth_date = chart->facts.birth_date };
	struct row row = { .at = l->text.size, .part = l->parts.size / sizeof(struct part) };

	MEDARK_TRY(medark_view_patient_name(&chart->facts, l->language, &name, err));
	MEDARK_TRY(medark_html(&link, err, "<a href=\"../patients/%u.html\"><bdi>%b</bdi></a>",
			       (unsigned long long)number, medark_bytes(name.data, name.size)));
	patient.name = medark_bytes(link.data, link.size);
	MEDARK_TRY(medark_agenda_row(&patient, record, l->language, row.key, &l->text, err));
	row.size = l->text.size - row.at;
	return medark_buffer_add(&l->rows[list], &row, sizeof(row), err);
}

/* The list of a record; LISTS: none. */
static size_t list_of(const struct medark_html_lists *l, const struct medark_view_record *record)
{
	if (record->is_outside)
		return LISTS;
	if (medark_agenda_is_admission(record))
		return ADMITTED;
	for (size_t i = 0; i < MEDARK_HTML_DAYS; i++)
		if (medark_agenda_is_appointment(record, l->days[i]))
			return i;
	return LISTS;
}

int medark_html_lists_add(struct medark_html_lists *l, const struct medark_view_chart *chart,
			  uint64_t number, struct medark_error *err)
{
	bool has_rows = false;

	for (size_t i = 0; i < chart->records->count; i++) {
		const struct medark_view_record *record = &chart->records->list[i];
		size_t list = list_of(l, record);

		if (list == LISTS)
			continue;
		if (row_count(l, list) >= ROWS_MAX) {
			l->is_cut[list] = true;
			continue;
		}
		MEDARK_TRY(add_row(l, list, chart, record, number, err));
		has_rows = true;
	}
	return has_rows ? add_part(l, chart, err) : 0;
}

/* ---- writing ---- */

struct writer {
	struct medark_html_lists *lists;
	const struct medark_page *page;
	struct medark_html_folder *folder;
	struct medark_buffer out, title;
	size_t list, place;
	uint32_t *chosen; /* parts of a document, in the order of their rows */
	size_t count;
};

static void writer_clear(struct writer *w)
{
	medark_buffer_clear(&w->out);
	medark_buffer_clear(&w->title);
	free(w->chosen);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct writer, writer_clear)

static const char *word(const struct writer *w, enum medark_word which)
{
	return medark_word(w->lists->language, which);
}

static void list_name(size_t list, char out[16])
{
	if (list == ADMITTED)
		(void)snprintf(out, 16, "admitted");
	else
		(void)snprintf(out, 16, "%zu", list);
}

/* Of a document: all places are 0. */
static void document_name(const struct writer *w, size_t place, size_t part, char out[64])
{
	char name[16];

	list_name(w->list, name);
	(void)snprintf(out, 64, "%s-%zu-%zu.html", name, place == ALL_PLACES ? 0 : place + 1,
		       part + 1);
}

/* By time or place; the order of the archive otherwise. */
static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool is_next_place(const struct writer *w, size_t i)
{
	return w->list == ADMITTED &&
	       (i == 0 || strcmp(row_at(w->lists, w->list, i)->key,
				 row_at(w->lists, w->list, i - 1)->key) != 0);
}

static size_t count_places(const struct writer *w)
{
	size_t places = 0;

	for (size_t i = 0; i < row_count(w->lists, w->list); i++)
		places += is_next_place(w, i);
	return places <= PLACES_MAX ? places : 0;
}

static int put_list_title(struct writer *w, struct medark_buffer *out, struct medark_error *err)
{
	if (w->list == ADMITTED)
		return medark_buffer_text(out, word(w, MEDARK_WORD_ADMITTED), err);
	MEDARK_TRY(medark_buffer_print(out, err, "%s ", word(w, MEDARK_WORD_APPOINTMENTS_OF)));
	return medark_view_date(w->lists->language, medark_bytes_text(w->lists->days[w->list]), out,
				err);
}

static int write_page(struct writer *w, const char *name, struct medark_error *err)
{
	return medark_html_write(w->folder, MEDARK_HTML_LISTS, name,
				 medark_bytes(w->out.data, w->out.size), err);
}

/* ---- documents ---- */

/* The patients of a place, each once, in the order of the rows. */
static void choose(struct writer *w)
{
	size_t place = SIZE_MAX;

	w->count = 0;
	for (size_t i = 0; i < row_count(w->lists, w->list); i++) {
		uint32_t part = (uint32_t)row_at(w->lists, w->list, i)->part;
		bool is_new = true;

		place += is_next_place(w, i);
		for (size_t k = 0; k < w->count; k++)
			is_new &= w->chosen[k] != part;
		if (is_new && (w->place == ALL_PLACES || w->place == place))
			w->chosen[w->count++] = part;
	}
}

static int put_part(struct writer *w, size_t i, struct medark_error *err)
{
	const struct part *p =
		(const struct part *)(const void *)w->lists->parts.data + w->chosen[i];
	const uint8_t *text = w->lists->text.data;
	const struct medark_page_part part = {
		.sheet = medark_bytes(text + p->sheet, p->banner - p->sheet),
		.banner = medark_bytes(text + p->banner, p->summary - p->banner),
		.number = i + 1,
		.count = w->count,
	};

	MEDARK_TRY(medark_page_part_begin(w->page, &part, &w->out, err));
	MEDARK_TRY(medark_buffer_add(&w->out, text + p->summary, p->end - p->summary, err));
	return medark_page_part_end(&w->out, err);
}

static int write_document(struct writer *w, size_t number, struct medark_error *err)
{
	struct medark_page page = *w->page;
	size_t from = number * SHEETS_MAX;
	size_t end = w->count - from < SHEETS_MAX ? w->count : from + SHEETS_MAX;
	char name[64];

	page.title = medark_bytes(w->title.data, w->title.size);
	page.has_parts = true;
	w->out.size = 0;
	MEDARK_TRY(medark_page_begin(&page, &w->out, err));
	MEDARK_TRY(medark_html(&w->out, err,
			       "<h1 class=\"no-print\">%s: %b</h1>\n<p class=\"notice no-print\">"
			       "<b>%s %u %s %u %s %u.</b> %s</p>\n",
			       word(w, MEDARK_WORD_PRINT_TITLE), page.title,
			       word(w, MEDARK_WORD_PATIENTS), (unsigned long long)from + 1,
			       word(w, MEDARK_WORD_PRINT_TO), (unsigned long long)end,
			       word(w, MEDARK_WORD_PRINT_OF), (unsigned long long)w->count,
			       word(w, MEDARK_WORD_PRINT_HINT)));
	if (w->lists->is_cut[w->list])
		MEDARK_TRY(medark_html(&w->out, err, "<p class=\"notice bad no-print\">%s</p>\n",
				       word(w, MEDARK_WORD_LIST_CUT)));
	document_name(w, w->place, number + 1, name);
	if (end < w->count)
		MEDARK_TRY(medark_html(&w->out, err,
				       "<p class=\"no-print\"><a href=\"%s\">%s</a></p>\n", name,
				       word(w, MEDARK_WORD_PRINT_NEXT)));
	for (size_t i = from; i < end; i++)
		MEDARK_TRY(put_part(w, i, err));
	MEDARK_TRY(medark_page_end(&page, &w->out, err));
	document_name(w, w->place, number, name);
	return write_page(w, name, err);
}

static int write_documents(struct writer *w, size_t place, const char *place_name,
			   struct medark_error *err)
{
	w->place = place;
	w->title.size = 0;
	MEDARK_TRY(put_list_title(w, &w->title, err));
	if (place_name)
		MEDARK_TRY(medark_buffer_print(&w->title, err, ", %s", place_name));
	choose(w);
	for (size_t i = 0; i * SHEETS_MAX < w->count; i++)
		MEDARK_TRY(write_document(w, i, err));
	return 0;
}

/* ---- lists ---- */

static int put_choice(struct writer *w, size_t place, const char *text, struct medark_error *err)
{
	char name[64];

	document_name(w, place, 0, name);
	return medark_html(&w->out, err, "<a href=\"%s\">%s</a>", name, text);
}

static int put_documents(struct writer *w, size_t places, struct medark_error *err)
{
	size_t place = 0;

	MEDARK_TRY(medark_html(&w->out, err,
			       "<p class=\"print\">%s</p><nav class=\"letters\" aria-label=\"%s\">",
			       word(w, MEDARK_WORD_PRINT_LIST), word(w, MEDARK_WORD_PRINT_LIST)));
	MEDARK_TRY(put_choice(w, ALL_PLACES, word(w, MEDARK_WORD_ALL), err));
	for (size_t i = 0; places > 1 && i < row_count(w->lists, w->list); i++)
		if (is_next_place(w, i))
			MEDARK_TRY(put_choice(w, place++, row_at(w->lists, w->list, i)->key, err));
	return medark_buffer_text(&w->out, "</nav>\n", err);
}

static int put_days(struct writer *w, struct medark_error *err)
{
	size_t here = w->list;
	char name[16];

	MEDARK_TRY(medark_html(&w->out, err, "<nav class=\"letters\" aria-label=\"%s\">",
			       word(w, MEDARK_WORD_LISTS)));
	for (size_t i = 0; i < LISTS; i++) {
		list_name(i, name);
		MEDARK_TRY(medark_html(&w->out, err,
				       i == here ? "<a href=\"%s.html\" aria-current=\"page\">"
						 : "<a href=\"%s.html\">",
				       name));
		if (i == ADMITTED)
			MEDARK_TRY(medark_html(&w->out, err, "%s", word(w, MEDARK_WORD_ADMITTED)));
		else
			MEDARK_TRY(medark_view_date(w->lists->language,
						    medark_bytes_text(w->lists->days[i]), &w->out,
						    err));
		MEDARK_TRY(medark_buffer_text(&w->out, "</a>", err));
	}
	return medark_buffer_text(&w->out, "</nav>\n", err);
}

static int put_rows(struct writer *w, struct medark_error *err)
{
	struct medark_html_lists *l = w->lists;

	MEDARK_TRY(medark_agenda_begin(l->language, w->list == ADMITTED, &w->out, err));
	for (size_t i = 0; i < row_count(l, w->list); i++)
		MEDARK_TRY(medark_buffer_add(&w->out, l->text.data + row_at(l, w->list, i)->at,
					     row_at(l, w->list, i)->size, err));
	MEDARK_TRY(medark_agenda_end(&w->out, err));
	return l->is_cut[w->list] ? medark_html(&w->out, err, "<p class=\"notice bad\">%s</p>\n",
						word(w, MEDARK_WORD_LIST_CUT))
				  : 0;
}

static int write_list(struct writer *w, size_t places, struct medark_error *err)
{
	struct medark_page page = *w->page;
	char name[16], file[24];

	page.title = medark_bytes_text(word(w, MEDARK_WORD_LISTS));
	w->out.size = 0;
	MEDARK_TRY(medark_page_begin(&page, &w->out, err));
	MEDARK_TRY(medark_buffer_text(&w->out, "<h1>", err));
	MEDARK_TRY(put_list_title(w, &w->out, err));
	MEDARK_TRY(medark_buffer_text(&w->out, "</h1>\n", err));
	MEDARK_TRY(put_days(w, err));
	if (row_count(w->lists, w->list)) {
		MEDARK_TRY(put_documents(w, places, err));
		MEDARK_TRY(put_rows(w, err));
	} else {
		MEDARK_TRY(medark_html(&w->out, err, "<p class=\"notice\">%s</p>\n",
				       word(w, MEDARK_WORD_NOBODY_LISTED)));
	}
	MEDARK_TRY(medark_page_end(&page, &w->out, err));
	list_name(w->list, name);
	(void)snprintf(file, sizeof(file), "%s.html", name);
	return write_page(w, file, err);
}

static int write_all(struct writer *w, struct medark_error *err)
{
	struct medark_html_lists *l = w->lists;
	size_t count = row_count(l, w->list), places, place = 0;

	if (count)
		qsort(l->rows[w->list].data, count, sizeof(struct row), by_key);
	places = count_places(w);
	MEDARK_TRY(write_list(w, places, err));
	MEDARK_TRY(write_documents(w, ALL_PLACES, NULL, err));
	for (size_t i = 0; places > 1 && i < count; i++)
		if (is_next_place(w, i))
			MEDARK_TRY(write_documents(w, place++, row_at(l, w->list, i)->key, err));
	return 0;
}

int medark_html_lists_write(struct medark_html_lists *l, struct medark_html_folder *folder,
			    const struct medark_page *page, struct medark_error *err)
{
	MEDARK_AUTO(writer_clear)
	struct writer w = { .lists = l,
			    .page = page,
			    .folder = folder,
			    .out = MEDARK_BUFFER_SECRET(TEXT_MAX),
			    .title = MEDARK_BUFFER_SECRET(1 << 16),
			    .chosen = malloc(ROWS_MAX * sizeof(*w.chosen)) };

	if (!w.chosen)
		return medark_error_memory(err, "lists");
	MEDARK_TRY(medark_html_folder_make(folder, MEDARK_HTML_LISTS, err));
	for (w.list = 0; w.list < LISTS; w.list++)
		MEDARK_TRY(write_all(&w, err));
	return 0;
}
