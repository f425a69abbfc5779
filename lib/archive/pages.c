/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/pages.h"

#include "archive/row_check.h"
#include "base/text.h"
#include "container/member.h"

#define PAGE_SIZE (256u << 10)

struct page {
	struct medark_task task;
	struct medark_buffer plain;
};

struct medark_pages {
	struct medark_pipeline *pipeline;
	enum medark_kind kind; /* MEDARK_KIND_DATA: no table yet */
	struct page *page;     /* being filled, or NULL */
	uint32_t page_count;
	uint64_t rows;
	struct medark_row_check check;
	struct medark_buffer list;   /* the table's "pages", without brackets */
	struct medark_buffer tables; /* finished tables, without braces */
};

static void free_page(struct page *page)
{
	if (!page)
		return;
	medark_buffer_clear(&page->plain);
	free(page);
}

void medark_pages_free(struct medark_pages *p)
{
	if (!p)
		return;
	free_page(p->page);
	medark_row_check_clear(&p->check);
	medark_buffer_clear(&p->list);
	medark_buffer_clear(&p->tables);
	free(p);
}

int medark_pages_new(struct medark_pipeline *pipeline, struct medark_pages **out,
		     struct medark_error *err)
{
	struct medark_pages *p = calloc(1, sizeof(*p));

	if (!p)
		return medark_error_memory(err, "the index");
	p->pipeline = pipeline;
	p->kind = MEDARK_KIND_DATA;
	p->check = (struct medark_row_check)MEDARK_ROW_CHECK;
	p->list = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_ROOT_MAX);
	p->tables = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_ROOT_MAX);
	*out = p;
	return 0;
}

static int fill(struct medark_task *task, struct medark_fill *fill, struct medark_error *err)
{
	struct page *page = (struct page *)task; /* its first member */

	return medark_buffer_add(&fill->plain, page->plain.data, page->plain.size, err);
}

static void done(struct medark_task *task)
{
	free_page((struct page *)task);
}

static struct page *new_page(enum medark_kind kind, uint32_t number, struct medark_error *err)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page) {
		(void)medark_error_memory(err, "a page of the index");
		return NULL;
	}
	page->task =
		(struct medark_task) { .kind = kind, .number = number, .fill = fill, .done = done };
	page->plain = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_ROOT_MAX);
	return page;
}

/* On success the pipeline owns the page. */
static int submit(struct medark_pages *p, struct page *page, struct medark_error *err)
{
	int result = medark_pipeline_submit(p->pipeline, &page->task, err);

	if (result < 0)
		free_page(page);
	return result;
}

static int end_page(struct medark_pages *p, struct medark_error *err)
{
	struct page *page = MEDARK_TAKE(p->page);

	return page ? submit(p, page, err) : 0;
}

static int end_table(struct medark_pages *p, struct medark_error *err)
{
	if (p->kind == MEDARK_KIND_DATA)
		return 0;
	MEDARK_TRY(end_page(p, err));
	MEDARK_TRY(medark_buffer_print(&p->tables, err, "%s\"%s\":{\"rows\":%llu,\"pages\":[",
				       p->tables.size ? "," : "", medark_kind_name(p->kind),
				       (unsigned long long)p->rows));
	MEDARK_TRY(medark_buffer_add(&p->tables, p->list.data, p->list.size, err));
	return medark_buffer_print(&p->tables, err, "]}");
}

int medark_pages_table(struct medark_pages *p, enum medark_kind kind, struct medark_error *err)
{
	MEDARK_TRY(end_table(p, err));
	p->kind = kind;
	p->rows = 0;
	p->page_count = 0;
	p->list.size = 0;
	medark_row_check_table(&p->check, kind);
	return 0;
}

/* What the root says of a page. */
static int list_page(struct medark_pages *p, struct medark_bytes first, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(&p->list, err, "%s[%llu,", p->list.size ? "," : "",
				       (unsigned long long)p->rows));
	MEDARK_TRY(medark_text_json(&p->list, first, err));
	return medark_buffer_print(&p->list, err, "]");
}

static int begin_page(struct medark_pages *p, struct medark_bytes first, struct medark_error *err)
{
	int result;

	p->page = new_page(p->kind, p->page_count + 1, err);
	if (!p->page)
		return MEDARK_E_MEMORY;
	p->page_count++;
	result = list_page(p, first, err);
	return result < 0 ? medark_error_prefix(err, result, "the pages of the index's table %s",
						medark_kind_name(p->kind))
			  : 0;
}

int medark_pages_row(struct medark_pages *p, struct medark_bytes row, struct medark_bytes first,
		     struct medark_error *err)
{
	if (row.size >= MEDARK_PAGE_MAX)
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"the index cannot hold what the source says: row %llu of the table %s has "
			"%zu bytes, more than a reader takes; export the sources in parts",
			(unsigned long long)p->rows, medark_kind_name(p->kind), row.size);
	MEDARK_TRY(medark_row_check(&p->check, row, first, err));
	if (p->page && p->page->plain.size && p->page->plain.size + row.size >= PAGE_SIZE)
		MEDARK_TRY(end_page(p, err));
	if (!p->page)
		MEDARK_TRY(begin_page(p, first, err));
	MEDARK_TRY(medark_buffer_add(&p->page->plain, row.data, row.size, err));
	MEDARK_TRY(medark_buffer_add(&p->page->plain, "\n", 1, err));
	p->rows++;
	return 0;
}

int medark_pages_finish(struct medark_pages *p, struct medark_buffer *out_tables,
			struct medark_error *err)
{
	MEDARK_TRY(end_table(p, err));
	p->kind = MEDARK_KIND_DATA;
	MEDARK_TRY(medark_buffer_add(out_tables, "{", 1, err));
	MEDARK_TRY(medark_buffer_add(out_tables, p->tables.data, p->tables.size, err));
	return medark_buffer_add(out_tables, "}", 1, err);
}

int medark_pages_submit(struct medark_pages *p, enum medark_kind kind, uint32_t number,
			struct medark_bytes plain, struct medark_error *err)
{
	struct page *page = new_page(kind, number, err);
	int result;

	if (!page)
		return MEDARK_E_MEMORY;
	result = medark_buffer_add(&page->plain, plain.data, plain.size, err);
	if (result < 0) {
		free_page(page);
		return result;
	}
	return submit(p, page, err);
}
