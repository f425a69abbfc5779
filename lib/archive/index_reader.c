/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/index_reader.h"

#include "archive/member_read.h"
#include "container/segment.h"
#include "scan/json.h"

#include <assert.h>
#include <stdlib.h>

/* Ceiling of cached pages; two of the largest always fit. */
#define CACHE_MAX (48u << 20)

struct page {
	struct page *newer, *older; /* by last use */
	enum medark_kind kind;
	uint32_t number; /* from 0 */
	uint32_t rows;
	size_t cost;	  /* bytes of memory */
	uint32_t *begins; /* of each row in text, and the end of the last */
	struct medark_buffer text;
};

struct medark_index {
	struct medark_index_source source;
	struct medark_index_root root;
	struct medark_segment_reader *reader;
	struct page **pages[MEDARK_KIND_COUNT]; /* [kind][number], NULL: not in memory */
	struct page *newest, *oldest;
	size_t cached;
	struct medark_buffer sealed;
	struct medark_buffer field; /* a decoded first field */
};

static void page_free(struct page *page)
{
	if (!page)
		return;
	medark_buffer_clear(&page->text);
	free(page->begins);
	free(page);
}
MEDARK_DEFINE_AUTO(struct page, page_free)

static void unlink_page(struct medark_index *index, struct page *page)
{
	if (page->newer)
		page->newer->older = page->older;
	else
		index->newest = page->older;
	if (page->older)
		page->older->newer = page->newer;
	else
		index->oldest = page->newer;
	page->newer = page->older = NULL;
}

static void push_page(struct medark_index *index, struct page *page)
{
	page->older = index->newest;
	if (index->newest)
		index->newest->newer = page;
	else
		index->oldest = page;
	index->newest = page;
}

static void drop_oldest(struct medark_index *index)
{
	struct page *page = index->oldest;

	unlink_page(index, page);
	index->pages[page->kind][page->number] = NULL;
	index->cached -= page->cost;
	page_free(page);
}

/* Reads, checks and unseals one index segment; *out is borrowed from the segment reader. */
static int unseal(struct medark_index *index, enum medark_kind kind, uint32_t number,
		  struct medark_bytes *out, struct medark_error *err)
{
	const struct medark_manifest_member *member =
		medark_manifest_segment(index->source.manifest, kind, number);
	struct medark_bytes sealed;
	int code;

	if (!member)
		return medark_error_set(err, MEDARK_E_FORMAT, "a page of the index is missing");
	MEDARK_TRY(medark_member_read(index->source.input, member, &index->sealed, &sealed, err));
	code = medark_segment_read(index->reader, kind, number, sealed, out, err);
	if (code < 0)
		return medark_error_prefix(err, code, "%s", member->name);
	return 0;
}

/* Finds the rows; there must be as many as the root says, each ended by LF. */
static int find_rows(struct page *page, struct medark_error *err)
{
	const uint8_t *text = page->text.data;
	size_t size = page->text.size, at = 0;
	uint32_t row = 0;

	page->begins = malloc(((size_t)page->rows + 1) * sizeof(*page->begins));
	if (!page->begins)
		return medark_error_memory(err, "a page of the index");
	while (at < size && row < page->rows) {
		const uint8_t *lf = memchr(text + at, '\n', size - at);

		page->begins[row] = (uint32_t)at;
		if (!lf)
			break;
		at = (size_t)(lf - text) + 1;
		row++;
	}
	if (row != page->rows || at != size)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a page of the index has not the rows that its root says");
	page->begins[row] = (uint32_t)at;
	return 0;
}

static int load(struct medark_index *index, enum medark_kind kind, uint32_t number,
		struct page **out, struct medark_error *err)
{
	MEDARK_AUTO(page_free) struct page *page = calloc(1, sizeof(*page));
	const struct medark_index_table *table = &index->root.tables[kind];
	struct medark_bytes text;
	uint64_t end, rows;

	if (!page)
		return medark_error_memory(err, "a page of the index");
	page->text =
		(struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX + MEDARK_JSON_PADDING);
	MEDARK_TRY(unseal(index, kind, number + 1, &text, err));
	MEDARK_TRY(medark_buffer_reserve(&page->text, text.size + MEDARK_JSON_PADDING, err));
	MEDARK_TRY(medark_buffer_add(&page->text, text.data, text.size, err));
	memset(page->text.data + text.size, 0, MEDARK_JSON_PADDING);
	end = number + 1 < table->page_count ? table->pages[number + 1].row : table->rows;
	rows = end - table->pages[number].row;
	if (rows > text.size)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a page of the index has not the rows that its root says");
	page->rows = (uint32_t)rows;
	page->kind = kind;
	page->number = number;
	MEDARK_TRY(find_rows(page, err));
	page->cost = page->text.capacity + page->rows * sizeof(*page->begins);
	*out = MEDARK_TAKE(page);
	return 0;
}

static int get_page(struct medark_index *index, enum medark_kind kind, uint32_t number,
		    struct page **out, struct medark_error *err)
{
	struct page *page = index->pages[kind][number];

	if (page && page == index->newest) {
		*out = page;
		return 0;
	}
	if (page) {
		unlink_page(index, page);
	} else {
		MEDARK_TRY(load(index, kind, number, &page, err));
		index->pages[kind][number] = page;
		index->cached += page->cost;
	}
	push_page(index, page);
	while (index->cached > CACHE_MAX && index->oldest != page)
		drop_oldest(index);
	*out = page;
	return 0;
}

int medark_index_open(const struct medark_index_source *source, struct medark_index **out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_index_free) struct medark_index *index = calloc(1, sizeof(*index));
	struct medark_bytes text;

	if (!index)
		return medark_error_memory(err, "the index");
	index->source = *source;
	index->sealed.limit = MEDARK_MEMBER_READ_MAX;
	index->field = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	MEDARK_TRY(medark_segment_reader_new(source->key,
					     &medark_manifest_facts(source->manifest)->archive,
					     &index->reader, err));
	MEDARK_TRY(unseal(index, MEDARK_KIND_ROOT, 1, &text, err));
	MEDARK_TRY(medark_index_root_parse(text, source->manifest, &index->root, err));
	if (!medark_digest_equal(&index->root.signer, source->signer))
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the index names another signer than the one who signed the "
			"manifest");
	for (int kind = MEDARK_KIND_ITEMS; kind < MEDARK_KIND_ROOT; kind++) {
		size_t count = index->root.tables[kind].page_count;

		index->pages[kind] = calloc(count + 1, sizeof(struct page *));
		if (!index->pages[kind])
			return medark_error_memory(err, "the index");
	}
	*out = MEDARK_TAKE(index);
	return 0;
}

void medark_index_free(struct medark_index *index)
{
	if (!index)
		return;
	while (index->oldest)
		drop_oldest(index);
	for (int kind = 0; kind < MEDARK_KIND_COUNT; kind++)
		free(index->pages[kind]);
	medark_segment_reader_free(index->reader);
	medark_index_root_clear(&index->root);
	medark_buffer_clear(&index->sealed);
	medark_buffer_clear(&index->field);
	free(index);
}

bool medark_index_is_increment(const struct medark_index *index)
{
	return index->root.tables[MEDARK_KIND_CHANGES].pages != NULL;
}

uint64_t medark_index_rows(const struct medark_index *index, enum medark_kind kind)
{
	return index->root.tables[kind].rows;
}

static struct medark_bytes page_row(const struct page *page, uint32_t i)
{
	return medark_bytes(page->text.data + page->begins[i],
			    page->begins[i + 1] - page->begins[i] - 1);
}

int medark_index_row(struct medark_index *index, enum medark_kind kind, uint64_t row,
		     struct medark_bytes *out, struct medark_error *err)
{
	const struct medark_index_table *table = &index->root.tables[kind];
	uint32_t low = 0, high = table->page_count;
	struct page *page;

	assert(row < table->rows);
	/* The last page whose first row is not behind `row`; the first page begins with row 0. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (table->pages[middle].row <= row)
			low = middle;
		else
			high = middle;
	}
	MEDARK_TRY(get_page(index, kind, low, &page, err));
	*out = page_row(page, (uint32_t)(row - table->pages[low].row));
	return 0;
}

/* The value of `{"key":"…"`, with which every row of `patients` begins. */
static int patient_key(struct medark_index *index, struct medark_bytes row,
		       struct medark_bytes *out, struct medark_error *err)
{
	static const char begin[] = "{\"key\":\"";
	const uint8_t *p = row.data + sizeof(begin) - 1, *end = row.data + row.size, *from = p;
	bool escaped = false;

	if (!medark_bytes_starts(row, begin))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index does not begin with its key");
	for (; p < end && *p != '"'; p++) {
		if (*p == '\\') {
			escaped = true;
			p++;
		}
	}
	if (p >= end)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index does not begin with its key");
	*out = medark_bytes(from, (size_t)(p - from));
	if (!escaped)
		return 0;
	index->field.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&index->field, out->size, err));
	*out = medark_bytes(index->field.data, medark_json_decode(*out, index->field.data));
	return 0;
}

int medark_index_first_field(struct medark_index *index, enum medark_kind kind,
			     struct medark_bytes row, struct medark_bytes *out,
			     struct medark_error *err)
{
	const uint8_t *tab;

	if (kind == MEDARK_KIND_PATIENTS)
		return patient_key(index, row, out, err);
	tab = row.size ? memchr(row.data, '\t', row.size) : NULL;
	if (!tab)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index has one field only");
	*out = medark_bytes(row.data, (size_t)(tab - row.data));
	return 0;
}

int medark_index_lower(struct medark_index *index, enum medark_kind kind, struct medark_bytes key,
		       uint64_t *out_row, struct medark_error *err)
{
	const struct medark_index_table *table = &index->root.tables[kind];
	uint32_t low = 0, high = table->page_count;
	struct medark_bytes field;
	struct page *page;

	if (table->rows == 0) {
		*out_row = 0;
		return 0;
	}
	/* The last page that begins before `key` holds the border, or ends at it. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (medark_bytes_compare(table->pages[middle].key, key) < 0)
			low = middle;
		else
			high = middle;
	}
	MEDARK_TRY(get_page(index, kind, low, &page, err));
	*out_row = table->pages[low].row;
	low = 0;
	high = page->rows;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		MEDARK_TRY(
			medark_index_first_field(index, kind, page_row(page, middle), &field, err));
		if (medark_bytes_compare(field, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*out_row += low;
	return 0;
}

int medark_index_item(struct medark_index *index, uint32_t number, struct medark_buffer *path,
		      struct medark_item_row *out, struct medark_error *err)
{
	struct medark_bytes row;

	if (number >= medark_index_rows(index, MEDARK_KIND_ITEMS))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a data segment names an item that does not exist");
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_ITEMS, number, &row, err));
	return medark_item_row_parse(row, number, path, out, err);
}
