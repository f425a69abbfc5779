/* SPDX-License-Identifier: Apache-2.0 */
#include "forge.h"

#include "archive/row.h"
#include "base/text.h"
#include "container/map.h"
#include "container/member.h"
#include "container/merkle.h"
#include "container/segment.h"

#include <stdlib.h>

#define SEPARATOR 0x1e

static const char letters[MEDARK_KIND_COUNT] = "dispfnboqr";
static const struct medark_key key = { "a key that everybody may know of" };
static const struct medark_archive_id id = { "an archive's id" };

void forge_split(struct medark_bytes input, struct forge_parts *out)
{
	out->count = 0;
	while (input.size && out->count < FORGE_PARTS_MAX) {
		const uint8_t *end = memchr(input.data, SEPARATOR, input.size);
		size_t size = end ? (size_t)(end - input.data) : input.size;

		if (size) {
			out->part[out->count].letter = (char)input.data[0];
			out->part[out->count++].text = medark_bytes(input.data + 1, size - 1);
		}
		size += end != NULL;
		input = medark_bytes(input.data + size, input.size - size);
	}
}

struct medark_bytes forge_get(const struct forge_parts *parts, char letter)
{
	for (size_t i = 0; i < parts->count; i++)
		if (parts->part[i].letter == letter)
			return parts->part[i].text;
	return medark_bytes(NULL, 0);
}

/* What is being made. */
struct work {
	const struct forge_parts *parts;
	struct medark_buffer tar, sealed, root, segments;
	struct medark_segment_writer *writer;
	struct medark_manifest_writer *manifest;
	struct medark_manifest_facts facts;
	uint32_t data;
};

static void work_clear(struct work *w)
{
	medark_buffer_clear(&w->tar);
	medark_buffer_clear(&w->sealed);
	medark_buffer_clear(&w->root);
	medark_buffer_clear(&w->segments);
	medark_segment_writer_free(w->writer);
	medark_manifest_writer_free(w->manifest);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct work, work_clear)

static bool add_segment(struct work *w, enum medark_kind kind, uint32_t number,
			struct medark_bytes text)
{
	char name[MEDARK_TAR_NAME_MAX + 1];

	medark_member_name(kind, number, name);
	return medark_segment_write(w->writer, kind, number, text, &w->sealed, NULL) == 0 &&
	       forge_member(&w->tar, w->manifest, name,
			    medark_bytes(w->sealed.data, w->sealed.size));
}

static void print_segment_row(struct work *w, uint32_t number, struct medark_bytes data)
{
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
	uint64_t leaves = 0, content = 0;

	if (medark_map_parse(data, &map, NULL) == 0) {
		leaves = map.leaves;
		content = map.content.size;
	}
	forge_expect(medark_buffer_print(&w->segments, NULL, "%u\t%llu\t%llu\t%064u\n", number,
					 (unsigned long long)leaves, (unsigned long long)content,
					 number) == 0);
}

static bool add_data(struct work *w)
{
	for (size_t i = 0; i < w->parts->count; i++) {
		if (w->parts->part[i].letter != 'd')
			continue;
		w->data++;
		if (!add_segment(w, MEDARK_KIND_DATA, w->data, w->parts->part[i].text))
			return false;
		print_segment_row(w, w->data, w->parts->part[i].text);
	}
	return true;
}

/* The first field of a page's first row as a JSON string; of `patients`, a JSON text as it is. */
static void print_key(struct work *w, enum medark_kind kind, struct medark_bytes page)
{
	static const char begin[] = "{\"key\":\"";
	size_t skip = kind == MEDARK_KIND_PATIENTS ? sizeof(begin) - 1 : 0, n = 0;
	struct medark_bytes field;

	if (page.size < skip)
		skip = 0;
	field = medark_bytes(page.data + skip, page.size - skip);
	while (n < field.size && field.data[n] != (skip ? '"' : '\t') && field.data[n] != '\n')
		n += skip && field.data[n] == '\\' && n + 1 < field.size ? 2 : 1;
	field.size = n;
	if (skip)
		forge_expect(medark_buffer_print(&w->root, NULL, "\"%.*s\"", (int)n,
						 (const char *)field.data) == 0);
	else
		forge_expect(medark_text_json(&w->root, field, NULL) == 0);
}

static bool add_page(struct work *w, enum medark_kind kind, uint32_t number, uint64_t *rows,
		     struct medark_bytes page)
{
	if (!add_segment(w, kind, number, page))
		return false;
	forge_expect(medark_buffer_print(&w->root, NULL, "%s[%llu,", number > 1 ? "," : "",
					 (unsigned long long)*rows) == 0);
	print_key(w, kind, page);
	forge_expect(medark_buffer_print(&w->root, NULL, "]") == 0);
	for (size_t i = 0; i < page.size; i++)
		*rows += page.data[i] == '\n';
	return true;
}

static bool add_table(struct work *w, enum medark_kind kind)
{
	uint32_t number = 0;
	uint64_t rows = 0;

	forge_expect(medark_buffer_print(&w->root, NULL, "%s\"%s\":{\"pages\":[",
					 kind == MEDARK_KIND_ITEMS ? "" : ",",
					 medark_kind_name(kind)) == 0);
	for (size_t i = 0; i < w->parts->count; i++)
		if (w->parts->part[i].letter == letters[kind] &&
		    !add_page(w, kind, ++number, &rows, w->parts->part[i].text))
			return false;
	if (kind == MEDARK_KIND_SEGMENTS && number == 0 && w->data &&
	    !add_page(w, kind, 1, &rows, medark_bytes(w->segments.data, w->segments.size)))
		return false;
	forge_expect(medark_buffer_print(&w->root, NULL, "],\"rows\":%llu}",
					 (unsigned long long)rows) == 0);
	return true;
}

/* The root of the tree and the number of leaves that the table of segments leads to (F-18). */
static void sum_segments(struct work *w)
{
	struct medark_bytes text = forge_get(w->parts, 's');
	struct medark_digest hashes[FORGE_PARTS_MAX];
	struct medark_segment_row row;
	size_t count = 0;

	if (!text.data)
		text = medark_bytes(w->segments.data, w->segments.size);
	while (text.size && count < FORGE_PARTS_MAX) {
		const uint8_t *lf = memchr(text.data, '\n', text.size);
		size_t size = lf ? (size_t)(lf - text.data) : text.size;

		if (medark_segment_row_parse(medark_bytes(text.data, size), (uint32_t)count + 1,
					     &row, NULL) < 0 ||
		    row.leaves > INT64_MAX - w->facts.leaves)
			break;
		w->facts.leaves += row.leaves;
		hashes[count++] = row.hash;
		size += lf != NULL;
		text = medark_bytes(text.data + size, text.size - size);
	}
	medark_merkle_root(hashes, count, &w->facts.records_root);
}

static bool add_tables(struct work *w)
{
	struct medark_bytes root = forge_get(w->parts, 'r');
	char hex[2 * MEDARK_ARCHIVE_ID_SIZE + 1];

	medark_text_hex(id.bytes, sizeof(id.bytes), hex);
	sum_segments(w);
	forge_expect(medark_buffer_print(&w->root, NULL,
					 "{\"archive\":\"%s\",\"leaves\":%llu,\"records\":0,"
					 "\"signer\":\"%064d\",\"tables\":{",
					 hex, (unsigned long long)w->facts.leaves, 0) == 0);
	for (int kind = MEDARK_KIND_ITEMS; kind < MEDARK_KIND_ROOT; kind++)
		if (!add_table(w, (enum medark_kind)kind))
			return false;
	forge_expect(medark_buffer_print(&w->root, NULL, "}}") == 0);
	if (!root.data)
		root = medark_bytes(w->root.data, w->root.size);
	return add_segment(w, MEDARK_KIND_ROOT, 1, root);
}

static bool add_clear(struct work *w, const char *name)
{
	return forge_member(&w->tar, w->manifest, name, medark_bytes_text(name));
}

static bool add_all(struct work *w)
{
	return add_clear(w, MEDARK_MEMBER_README) && add_clear(w, MEDARK_MEMBER_RECOVER) &&
	       add_clear(w, MEDARK_MEMBER_FORMAT) && add_clear(w, MEDARK_MEMBER_HEADER) &&
	       add_clear(w, MEDARK_MEMBER_KEYS) && add_data(w) && add_tables(w) &&
	       add_clear(w, MEDARK_MEMBER_SUMMARY);
}

static struct medark_archive *open_archive(struct work *w)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = calloc(1, sizeof(*a));

	forge_expect(a != NULL);
	if (medark_manifest_writer_finish(w->manifest, &w->facts, &text, NULL) < 0)
		return NULL;
	forge_expect(
		medark_manifest_parse(medark_bytes(text.data, text.size), &a->manifest, NULL) == 0);
	forge_expect(medark_input_open(forge_file(medark_bytes(w->tar.data, w->tar.size)),
				       &a->input, NULL) == 0);
	medark_sha256(NULL, 0, &a->tail_digest); /* nothing stands behind the members */
	a->header.archive = a->summary.archive = id;
	a->summary.opaque = 1;
	a->key = key;
	a->has_key = true;
	return MEDARK_TAKE(a);
}

struct medark_archive *forge_archive(const struct forge_parts *parts)
{
	MEDARK_AUTO(work_clear)
	struct work w = {
		.parts = parts,
		.tar = MEDARK_BUFFER(64u << 20),
		.sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX),
		.root = MEDARK_BUFFER(4u << 20),
		.segments = MEDARK_BUFFER(4u << 20),
		.facts = { .archive = id, .sequence = 1 },
	};

	forge_expect(medark_digest_setup(NULL) == 0 &&
		     medark_segment_writer_new(&key, &id, 1, &w.writer, NULL) == 0 &&
		     medark_manifest_writer_new(&w.manifest, NULL) == 0);
	return add_all(&w) ? open_archive(&w) : NULL;
}
