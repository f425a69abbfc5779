/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/notes.h"

#include "base/text.h"
#include "container/layout.h"

#include <string.h>
#include <strings.h>

#define MIB (1u << 20)
/* A path of which each byte is escaped, and the rest. */
#define ROW_MAX (8u * MEDARK_PATH_MAX + 1024)

int medark_notes_new(const char *folder, bool report, struct medark_notes **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_notes_free) struct medark_notes *n = calloc(1, sizeof(*n));

	if (!n)
		return medark_error_memory(err, "the report");
	n->row = (struct medark_buffer)MEDARK_BUFFER_SECRET(ROW_MAX);
	if (report)
		MEDARK_TRY(medark_sorter_new(MIB, folder, &n->lines, err));
	*out = MEDARK_TAKE(n);
	return 0;
}

void medark_notes_free(struct medark_notes *n)
{
	if (!n)
		return;
	medark_sorter_free(n->lines);
	medark_buffer_clear(&n->row);
	free(n);
}

static int add_row(struct medark_notes *n, struct medark_error *err)
{
	uint8_t key[8];

	MEDARK_TRY(medark_buffer_print(&n->row, err, "}\n"));
	medark_put_be64(key, n->count++);
	return medark_sorter_add(n->lines, medark_bytes(key, sizeof(key)),
				 medark_bytes(n->row.data, n->row.size), err);
}

int medark_notes_remark(struct medark_notes *n, const char *sentence, struct medark_error *err)
{
	if (!n->lines)
		return 0;
	n->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&n->row, err, "{\"reason\":\"remark\",\"detail\":"));
	MEDARK_TRY(medark_text_json(&n->row, medark_bytes_text(sentence), err));
	return add_row(n, err);
}

/* Ends the line that was begun in n->row with the path, which stands in two parts. */
static int end_line(struct medark_notes *n, const struct medark_note *note,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER_SECRET(2 * MEDARK_PATH_MAX);

	MEDARK_TRY(medark_buffer_print(&path, err, "%s", note->prefix));
	MEDARK_TRY(medark_buffer_add(&path, note->path.data, note->path.size, err));
	MEDARK_TRY(medark_buffer_print(&n->row, err, ",\"path\":"));
	MEDARK_TRY(medark_text_json(&n->row, medark_bytes(path.data, path.size), err));
	return add_row(n, err);
}

int medark_notes_excluded(struct medark_notes *n, const struct medark_note *note,
			  struct medark_error *err)
{
	n->excluded++;
	if (!n->lines)
		return 0;
	n->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&n->row, err, "{\"reason\":\"excluded\",\"detail\":\"%s\"",
				       note->what));
	return end_line(n, note, err);
}

static int add_opaque(struct medark_notes *n, const struct medark_note *note, const char *what,
		      struct medark_error *err)
{
	if (!n->lines)
		return 0;
	n->row.size = 0;
	MEDARK_TRY(medark_buffer_print(
		&n->row, err, "{\"reason\":\"opaque\",\"item\":%u,\"detail\":\"%s%s\"", note->item,
		note->is_inside ? "compressed, and in it " : "", what));
	return end_line(n, note, err);
}

int medark_notes_archive(struct medark_notes *n, const struct medark_note *note,
			 struct medark_error *err)
{
	n->archives++;
	return add_opaque(n, note, "a medark archive: leave it out with --exclude", err);
}

int medark_notes_closed(struct medark_notes *n, const struct medark_note *note,
			struct medark_error *err)
{
	n->closed++;
	return add_opaque(n, note, note->what, err);
}

static bool ends_with(struct medark_bytes text, const char *end)
{
	size_t size = strlen(end);

	return text.size > size &&
	       strncasecmp((const char *)text.data + text.size - size, end, size) == 0;
}

int medark_notes_unrecognised(struct medark_notes *n, const struct medark_note *note,
			      struct medark_error *err)
{
	static const char *const packed[] = { ".gz", ".zst" };
	static const char *const ends[] = { ".json", ".ndjson", ".jsonl", ".xml" };
	struct medark_bytes path = note->path;
	bool is_named = false;

	for (size_t i = 0; note->is_inside && i < 2; i++)
		if (ends_with(path, packed[i]))
			path.size -= strlen(packed[i]);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		is_named |= ends_with(path, ends[i]);
	if (!is_named)
		return 0;
	n->unlike++;
	return add_opaque(n, note, "named as a file of records, but none was recognised in it",
			  err);
}

int medark_notes_report(struct medark_notes *n,
			int (*line)(void *context, struct medark_bytes text,
				    struct medark_error *err),
			void *context, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_sorter_sort(n->lines, err));
	while ((more = medark_sorter_next(n->lines, &key, &value, err)) == 1)
		MEDARK_TRY(line(context, value, err));
	return more;
}
