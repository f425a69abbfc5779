/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/index_root.h"

#include "archive/nameset.h"
#include "base/text.h"
#include "container/member.h"
#include "scan/json.h"

#include <stdlib.h>

/* One object of the root while it is walked. Every wanted name must come, once. */
struct walk {
	struct medark_json_reader json;
	const struct medark_manifest *manifest;
	struct medark_index_root *root;
	struct medark_nameset names; /* of members so far, with the objects around: TABLE/NAME */
	uint32_t seen;
};

static void walk_clear(struct walk *w)
{
	medark_nameset_clear(&w->names);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct walk, walk_clear)

enum root_member {
	ROOT_ARCHIVE,
	ROOT_SIGNER,
	ROOT_LEAVES,
	ROOT_RECORDS,
	ROOT_TABLES,
	ROOT_COUNT,
};

static int bad(struct medark_error *err, const char *what)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "the index's root is malformed: %s", what);
}

/*
 * The member that the walk has come to may stand in the object `of` once. A name with escapes could
 * be one name to this reader and another one to the next.
 */
static int note_name(struct walk *w, const char *of, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER(MEDARK_ROOT_MAX);
	struct medark_bytes key = w->json.raw;
	int added;

	if (w->json.escaped)
		return bad(err, "a name has escapes");
	MEDARK_TRY(medark_buffer_print(&name, err, "%s/", of));
	MEDARK_TRY(medark_buffer_add(&name, key.data, key.size, err));
	added = medark_nameset_add(&w->names, medark_bytes(name.data, name.size), err);
	MEDARK_TRY(added);
	return added ? 0 : bad(err, "a name stands there twice");
}

static int read_number(struct medark_json_reader *json, uint64_t *out, struct medark_error *err)
{
	if (medark_json_next(json) != MEDARK_JSON_NUMBER ||
	    !medark_text_decimal(json->raw, INT64_MAX, out))
		return bad(err, "a number is missing");
	return 0;
}

static int read_hex(struct medark_json_reader *json, void *out, size_t size,
		    struct medark_error *err)
{
	if (medark_json_next(json) != MEDARK_JSON_STRING ||
	    !medark_text_unhex(json->raw, out, size))
		return bad(err, "an id or a hash is missing");
	return 0;
}

/* Decodes a string to the end of root->keys, which has room: it is as large as the whole text. */
static struct medark_bytes keep_key(struct medark_index_root *root, struct medark_bytes raw)
{
	uint8_t *to = root->keys.data + root->keys.size;
	size_t size = medark_json_decode(raw, to);

	root->keys.size += size;
	return medark_bytes(to, size);
}

bool medark_index_sorted_by_key(enum medark_kind kind)
{
	return (kind >= MEDARK_KIND_PATIENTS && kind <= MEDARK_KIND_OUTSIDE) ||
	       kind == MEDARK_KIND_CHANGES;
}

/* `[first row, first field]` */
static int read_page(struct walk *w, enum medark_kind kind, uint32_t number,
		     struct medark_error *err)
{
	struct medark_index_table *table = &w->root->tables[kind];
	struct medark_index_first *page = &table->pages[number];
	const struct medark_index_first *before = number ? page - 1 : NULL;

	if (medark_json_next(&w->json) != MEDARK_JSON_ARRAY_BEGIN)
		return bad(err, "a page's entry is no array");
	MEDARK_TRY(read_number(&w->json, &page->row, err));
	if (medark_json_next(&w->json) != MEDARK_JSON_STRING)
		return bad(err, "a page's first field is missing");
	page->key = keep_key(w->root, w->json.raw);
	if (medark_json_next(&w->json) != MEDARK_JSON_ARRAY_END)
		return bad(err, "a page's entry has more than two elements");
	if (before ? page->row <= before->row : page->row != 0)
		return bad(err, "the pages' first rows do not ascend");
	if (before && medark_index_sorted_by_key(kind) &&
	    medark_bytes_compare(before->key, page->key) > 0)
		return bad(err, "the pages' first fields do not ascend");
	return 0;
}

static int read_pages(struct walk *w, enum medark_kind kind, struct medark_error *err)
{
	struct medark_index_table *table = &w->root->tables[kind];

	table->page_count = medark_manifest_segments(w->manifest, kind);
	table->pages = calloc((size_t)table->page_count + 1, sizeof(*table->pages));
	if (!table->pages)
		return medark_error_memory(err, "the index");
	if (medark_json_next(&w->json) != MEDARK_JSON_ARRAY_BEGIN)
		return bad(err, "a table's pages are no array");
	for (uint32_t i = 0; i < table->page_count; i++)
		MEDARK_TRY(read_page(w, kind, i, err));
	if (medark_json_next(&w->json) != MEDARK_JSON_ARRAY_END)
		return bad(err, "a table has more pages than the archive");
	return 0;
}

static int skip(struct walk *w, struct medark_error *err)
{
	struct medark_bytes value;

	return medark_json_skip(&w->json, &value) ? 0 : bad(err, "it is not JSON");
}

/* `{"rows":N,"pages":[…]}`; names that are not known are passed over (F-2). */
static int read_table(struct walk *w, enum medark_kind kind, struct medark_error *err)
{
	struct medark_index_table *table = &w->root->tables[kind];
	enum medark_json_token token;
	bool has_rows = false;

	if (medark_json_next(&w->json) != MEDARK_JSON_OBJECT_BEGIN)
		return bad(err, "a table is no object");
	while ((token = medark_json_next(&w->json)) == MEDARK_JSON_KEY) {
		MEDARK_TRY(note_name(w, medark_kind_name(kind), err));
		if (medark_bytes_is(w->json.raw, "rows")) {
			MEDARK_TRY(read_number(&w->json, &table->rows, err));
			has_rows = true;
		} else if (medark_bytes_is(w->json.raw, "pages")) {
			MEDARK_TRY(read_pages(w, kind, err));
		} else {
			MEDARK_TRY(skip(w, err));
		}
	}
	if (token != MEDARK_JSON_OBJECT_END || !has_rows || !table->pages)
		return bad(err, "a table lacks its rows or pages");
	if (table->page_count == 0 ? table->rows != 0
				   : table->rows <= table->pages[table->page_count - 1].row)
		return bad(err, "a table's number of rows does not fit its pages");
	return 0;
}

static int read_tables(struct walk *w, struct medark_error *err)
{
	enum medark_json_token token;

	if (medark_json_next(&w->json) != MEDARK_JSON_OBJECT_BEGIN)
		return bad(err, "tables is no object");
	while ((token = medark_json_next(&w->json)) == MEDARK_JSON_KEY) {
		int kind = MEDARK_KIND_ITEMS;

		MEDARK_TRY(note_name(w, "tables", err));
		while (kind < MEDARK_KIND_ROOT &&
		       !medark_bytes_is(w->json.raw, medark_kind_name((enum medark_kind)kind)))
			kind++;
		if (kind < MEDARK_KIND_ROOT)
			MEDARK_TRY(read_table(w, (enum medark_kind)kind, err));
		else
			MEDARK_TRY(skip(w, err));
	}
	if (token != MEDARK_JSON_OBJECT_END)
		return bad(err, "it is not JSON");
	for (int kind = MEDARK_KIND_ITEMS; kind < MEDARK_KIND_CHANGES; kind++)
		if (!w->root->tables[kind].pages)
			return bad(err, "a table is missing");
	if (!w->root->tables[MEDARK_KIND_CHANGES].pages &&
	    medark_manifest_segments(w->manifest, MEDARK_KIND_CHANGES))
		return bad(err, "a table is missing");
	return 0;
}

static int root_member(struct medark_bytes name)
{
	static const char *const names[ROOT_COUNT] = { "archive", "signer", "leaves", "records",
						       "tables" };
	int i = 0;

	while (i < ROOT_COUNT && !medark_bytes_is(name, names[i]))
		i++;
	return i;
}

static int read_member(struct walk *w, struct medark_error *err)
{
	const struct medark_manifest_facts *facts = medark_manifest_facts(w->manifest);
	int member = root_member(w->json.raw);
	struct medark_archive_id archive;
	uint64_t number = 0;

	MEDARK_TRY(note_name(w, "", err));
	if (member == ROOT_COUNT)
		return skip(w, err);
	w->seen |= 1u << member;
	switch (member) {
	case ROOT_ARCHIVE:
		MEDARK_TRY(read_hex(&w->json, &archive, sizeof(archive), err));
		if (memcmp(&archive, &facts->archive, sizeof(archive)) != 0)
			return bad(err, "it is of another archive");
		return 0;
	case ROOT_SIGNER:
		return read_hex(&w->json, &w->root->signer, sizeof(w->root->signer), err);
	case ROOT_TABLES:
		return read_tables(w, err);
	default:
		MEDARK_TRY(read_number(&w->json, &number, err));
		if (number != (member == ROOT_LEAVES ? facts->leaves : facts->records))
			return bad(err, "its counts are not those of MANIFEST");
		return 0;
	}
}

int medark_index_root_parse(struct medark_bytes text, const struct medark_manifest *manifest,
			    struct medark_index_root *out, struct medark_error *err)
{
	MEDARK_AUTO(walk_clear) struct walk w = { .manifest = manifest, .root = out };
	enum medark_json_token token;

	*out = (struct medark_index_root) { .keys = MEDARK_BUFFER_SECRET(MEDARK_ROOT_MAX + 1) };
	MEDARK_TRY(medark_buffer_reserve(&out->keys, text.size + 1, err));
	MEDARK_TRY(medark_nameset_init(&w.names, err));
	medark_json_reader_init(&w.json, text);
	if (medark_json_next(&w.json) != MEDARK_JSON_OBJECT_BEGIN)
		return bad(err, "it is no object");
	while ((token = medark_json_next(&w.json)) == MEDARK_JSON_KEY)
		MEDARK_TRY(read_member(&w, err));
	if (token != MEDARK_JSON_OBJECT_END || medark_json_next(&w.json) != MEDARK_JSON_END)
		return bad(err, "it is not JSON");
	if (w.seen != (1u << ROOT_COUNT) - 1)
		return bad(err, "a name is missing");
	if (out->tables[MEDARK_KIND_PATIENTS].rows > MEDARK_PATIENTS_MAX)
		return bad(err, "too many patients");
	return 0;
}

void medark_index_root_clear(struct medark_index_root *root)
{
	for (int kind = 0; kind < MEDARK_KIND_COUNT; kind++) {
		free(root->tables[kind].pages);
		root->tables[kind].pages = NULL;
	}
	medark_buffer_clear(&root->keys);
}
