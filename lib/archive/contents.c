/* SPDX-License-Identifier: Apache-2.0 */
/* What an archive holds besides patients: its items, and what of them is in quarantine. */
#include "archive/open.h"
#include "archive/row.h"

/* Scratch for texts, each with a zero behind it. */
struct texts {
	struct medark_buffer path, detail;
};

static void texts_clear(struct texts *t)
{
	medark_buffer_clear(&t->path);
	medark_buffer_clear(&t->detail);
}

#define TEXTS                                                                                      \
	{                                                                                          \
		.path = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX + 1),                                 \
		.detail = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX + 1),                               \
	}

/* Where a row of the quarantine stands: by item, what is none last, and by offset. */
struct place {
	uint64_t item, offset;
};

static int terminate(struct medark_buffer *text, struct medark_error *err)
{
	return medark_buffer_add(text, "", 1, err);
}

static int read_item(struct medark_index *index, uint64_t number, struct texts *texts,
		     struct medark_item_row *out, struct medark_error *err)
{
	struct medark_bytes row;

	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_ITEMS, number, &row, err));
	MEDARK_TRY(medark_item_row_parse(row, number, &texts->path, out, err));
	return terminate(&texts->path, err);
}

static int read_quarantined(struct medark_index *index, uint64_t i, struct texts *texts,
			    struct medark_quarantine_row *out, struct medark_error *err)
{
	struct medark_item_row item;
	struct medark_bytes row;

	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_QUARANTINE, i, &row, err));
	MEDARK_TRY(medark_quarantine_row_parse(row, &texts->detail, out, err));
	MEDARK_TRY(terminate(&texts->detail, err));
	texts->path.size = 0;
	if (!out->has_item)
		return terminate(&texts->path, err);
	if (out->item >= medark_index_rows(index, MEDARK_KIND_ITEMS))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index's table quarantine names an item that is not "
					"there");
	MEDARK_TRY(read_item(index, out->item, texts, &item, err));
	if (out->offset > item.size || out->length > item.size - out->offset)
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the index's table quarantine names bytes that the item does "
			"not have");
	return 0;
}

/* In any other order each row could want another page: hours of work out of a few KiB. */
static int check_order(struct place *last, const struct medark_quarantine_row *row,
		       struct medark_error *err)
{
	struct place here = { .item = row->has_item ? row->item : UINT64_MAX,
			      .offset = row->offset };

	if (here.item < last->item || (here.item == last->item && here.offset < last->offset))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index's table quarantine is not in order");
	*last = here;
	return 0;
}

int medark_archive_items(struct medark_archive *archive,
			 int (*each)(void *context, const struct medark_item_entry *item),
			 void *context, struct medark_error *err)
{
	__attribute__((cleanup(texts_clear))) struct texts texts = TEXTS;
	struct medark_index *index;
	int code = 0;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	for (uint64_t i = 0; i < medark_index_rows(index, MEDARK_KIND_ITEMS) && code == 0; i++) {
		struct medark_item_row row;

		MEDARK_TRY(read_item(index, i, &texts, &row, err));
		code = each(context, &(struct medark_item_entry) {
					     .number = i,
					     .kind = row.kind_name,
					     .path = (const char *)texts.path.data,
					     .path_size = texts.path.size - 1,
					     .size = row.size,
					     .records = row.records,
					     .mtime = row.mtime,
					     .mtime_ns = row.mtime_ns,
					     .mode = row.mode,
					     .has_parent = row.has_parent,
					     .parent = row.parent,
				     });
	}
	return code;
}

int medark_archive_quarantine(struct medark_archive *archive,
			      int (*each)(void *context,
					  const struct medark_quarantine_entry *entry),
			      void *context, struct medark_error *err)
{
	__attribute__((cleanup(texts_clear))) struct texts texts = TEXTS;
	struct place last = { 0 };
	struct medark_index *index;
	int code = 0;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	for (uint64_t i = 0; i < medark_index_rows(index, MEDARK_KIND_QUARANTINE) && code == 0;
	     i++) {
		struct medark_quarantine_row row;

		MEDARK_TRY(read_quarantined(index, i, &texts, &row, err));
		MEDARK_TRY(check_order(&last, &row, err));
		code = each(context, &(struct medark_quarantine_entry) {
					     .reason = row.reason,
					     .has_item = row.has_item,
					     .item = row.item,
					     .path = (const char *)texts.path.data,
					     .path_size = texts.path.size - 1,
					     .offset = row.offset,
					     .length = row.length,
					     .detail = (const char *)texts.detail.data,
					     .detail_size = texts.detail.size - 1,
				     });
	}
	return code;
}
