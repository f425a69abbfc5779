/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments are read side by side, in any order; what is in them goes straight to its place in the
 * items' files. That every byte was written exactly once is found out at the end (F-17).
 */
#include "archive/item_files.h"
#include "archive/progress.h"
#include "archive/restore.h"
#include "archive/row.h"
#include "archive/segment_load.h"
#include "archive/write_all.h"
#include "base/parallel.h"
#include "container/merkle.h"

#include <stdlib.h>

/* Parts of one pwritev(). */
#define PARTS_MAX 128

/* An extent of a segment, sorted by where it goes. */
struct piece {
	uint32_t item;
	uint64_t offset, length;
	const uint8_t *data;
};

struct worker {
	struct medark_loader *loader;
	struct medark_coverage coverage;
	struct piece *pieces;
	uint32_t room; /* in pieces */
};

struct whole {
	struct medark_archive *archive;
	struct medark_segment_row *segments; /* [number - 1] */
	uint32_t segment_count;
	uint64_t content; /* bytes in all of them */
	struct medark_item_files *files;
	struct medark_coverage coverage;
	struct medark_meter meter;
	struct worker workers[MEDARK_PARALLEL_MAX];
};

static void whole_free(struct whole *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++) {
		medark_loader_free(w->workers[i].loader);
		free(w->workers[i].pieces);
	}
	medark_item_files_free(w->files);
	medark_meter_clear(&w->meter);
	free(w->segments);
	free(w);
}
MEDARK_DEFINE_AUTO(struct whole, whole_free)

/* F-18: the segments table leads to the root that was signed. */
static int check_root(const struct whole *w, struct medark_error *err)
{
	const struct medark_manifest_facts *facts = medark_manifest_facts(w->archive->manifest);
	MEDARK_AUTO(medark_heap_free)
	struct medark_digest *hashes = calloc((size_t)w->segment_count + 1, sizeof(*hashes));
	struct medark_digest root;
	uint64_t leaves = 0;

	if (!hashes)
		return medark_error_memory(err, "the record tree");
	for (uint32_t i = 0; i < w->segment_count; i++) {
		hashes[i] = w->segments[i].hash;
		leaves += w->segments[i].leaves;
	}
	medark_merkle_root(hashes, w->segment_count, &root);
	if (leaves != facts->leaves || !medark_digest_equal(&root, &facts->records_root))
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the index's segments do not lead to the signed records root");
	return 0;
}

static int read_segments(struct whole *w, uint64_t *out_largest, struct medark_error *err)
{
	struct medark_index *index;
	struct medark_bytes row;

	MEDARK_TRY(medark_archive_index(w->archive, &index, err));
	w->segment_count = medark_manifest_segments(w->archive->manifest, MEDARK_KIND_DATA);
	if (medark_index_rows(index, MEDARK_KIND_SEGMENTS) != w->segment_count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index has not as many segments as the archive");
	w->segments = calloc((size_t)w->segment_count + 1, sizeof(*w->segments));
	if (!w->segments)
		return medark_error_memory(err, "the segments");
	for (uint32_t i = 0; i < w->segment_count; i++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, i, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, i + 1, &w->segments[i], err));
		w->content += w->segments[i].content;
		if (w->segments[i].content > *out_largest)
			*out_largest = w->segments[i].content;
	}
	return check_root(w, err);
}

static int by_place(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Lists the map's extents in the order of their places in the items. */
static int sort_pieces(struct worker *worker, const struct medark_map *map,
		       struct medark_error *err)
{
	const uint8_t *data = map->content.data;
	bool sorted = true;

	if (map->count > worker->room) {
		struct piece *pieces = realloc(worker->pieces, map->count * sizeof(*pieces));

		if (!pieces)
			return medark_error_memory(err, "a segment's extents");
		worker->pieces = pieces;
		worker->room = map->count;
	}
	for (uint32_t i = 0; i < map->count; i++) {
		const struct medark_extent *e = &map->extents[i];

		worker->pieces[i] = (struct piece) {
			.item = e->item, .offset = e->offset, .length = e->length, .data = data
		};
		data += e->length;
		sorted = sorted &&
			 (i == 0 || by_place(worker->pieces + i - 1, worker->pieces + i) <= 0);
	}
	if (!sorted)
		qsort(worker->pieces, map->count, sizeof(*worker->pieces), by_place);
	return 0;
}

/* Writes the pieces of one item, joining what follows each other in the file. */
static int write_pieces(const struct medark_item_file *file, const struct piece *pieces,
			uint32_t count, struct medark_error *err)
{
	struct iovec parts[PARTS_MAX];
	uint64_t begin = 0, end = 0;
	int n = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct piece *p = &pieces[i];

		if (p->offset > file->size || p->length > file->size - p->offset)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"it holds bytes behind the end of an item");
		if (n && (n == PARTS_MAX || p->offset != end)) {
			MEDARK_TRY(medark_write_parts(file->fd, parts, n, begin, err));
			n = 0;
		}
		if (n == 0)
			begin = p->offset;
		parts[n++] = (struct iovec) { .iov_base = (void *)(uintptr_t)p->data,
					      .iov_len = p->length };
		end = p->offset + p->length;
	}
	return n ? medark_write_parts(file->fd, parts, n, begin, err) : 0;
}

static int write_item(struct whole *w, const struct piece *pieces, uint32_t count,
		      struct medark_error *err)
{
	struct medark_item_file file;
	int code = 0;

	MEDARK_TRY(medark_item_files_acquire(w->files, pieces[0].item, &file, err));
	if (file.fd >= 0)
		code = write_pieces(&file, pieces, count, err);
	medark_item_files_release(w->files, &file);
	return code;
}

static int write_segment(struct whole *w, struct worker *worker, const struct medark_map *map,
			 struct medark_error *err)
{
	const struct piece *pieces;
	uint32_t begin = 0, end;

	MEDARK_TRY(sort_pieces(worker, map, err));
	pieces = worker->pieces;
	while (begin < map->count) {
		for (end = begin; end < map->count && pieces[end].item == pieces[begin].item; end++)
			medark_coverage_extent(&worker->coverage, pieces[end].item,
					       pieces[end].offset,
					       pieces[end].offset + pieces[end].length);
		MEDARK_TRY(write_item(w, pieces + begin, end - begin, err));
		begin = end;
	}
	return 0;
}

static int restore_segment(void *context, unsigned number, uint64_t index, struct medark_error *err)
{
	struct whole *w = context;
	struct worker *worker = &w->workers[number];
	const struct medark_segment_row *row = &w->segments[index];
	const struct medark_map *map;
	int code;

	if (!worker->loader)
		MEDARK_TRY(medark_loader_new(w->archive, &worker->loader, err));
	MEDARK_TRY(medark_loader_load(worker->loader, (uint32_t)index + 1, &map, err));
	if (map->leaves != row->leaves || map->content.size != row->content)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"data segment %u is not what the index says",
					(unsigned)index + 1);
	code = write_segment(w, worker, map, err);
	if (code < 0)
		return medark_error_prefix(err, code, "data segment %u", (unsigned)index + 1);
	return medark_meter_add(&w->meter, map->content.size, map->leaves,
				map->count ? map->extents[0].item : 0, err);
}

static int check_coverage(struct whole *w, struct medark_error *err)
{
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		medark_coverage_join(&w->coverage, &w->workers[i].coverage);
	if (!medark_coverage_is_exact(&w->coverage))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the segments do not hold every byte of every item exactly "
					"once");
	return 0;
}

int medark_restore_whole(struct medark_archive *archive, int folder, unsigned threads,
			 const struct medark_events *events, struct medark_restore_result *out,
			 struct medark_error *err)
{
	return medark_restore_whole_checked(archive, folder, threads, events, NULL, out, err);
}

int medark_restore_whole_checked(struct medark_archive *archive, int folder, unsigned threads,
				 const struct medark_events *events,
				 const struct medark_restore_check *check,
				 struct medark_restore_result *out, struct medark_error *err)
{
	MEDARK_AUTO(whole_free) struct whole *w = calloc(1, sizeof(*w));
	struct medark_parallel job = { .work = restore_segment, .context = w };
	struct medark_item_totals totals;
	uint64_t largest = 0;

	if (!w)
		return medark_error_memory(err, "a restore");
	w->archive = archive;
	medark_meter_init(&w->meter, events, "restoring", 0);
	MEDARK_TRY(read_segments(w, &largest, err));
	/* Decoded items are read, too, though they go to no file. */
	medark_meter_total(&w->meter, w->content);
	MEDARK_TRY(medark_coverage_init(&w->coverage, err));
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		w->workers[i].coverage = w->coverage;
	MEDARK_TRY(medark_item_files_new(archive->index, folder, &w->files, err));
	MEDARK_TRY(medark_item_files_create(w->files, w->content, &w->coverage, &totals, err));
	job.count = w->segment_count;
	job.threads = medark_loader_count(archive, largest, threads);
	MEDARK_TRY(medark_parallel_run(&job, err));
	MEDARK_TRY(check_coverage(w, err));
	if (check) {
		medark_item_files_reread(w->files);
		MEDARK_TRY(check->check(check->context, w->files, err));
	}
	MEDARK_TRY(medark_item_files_finish(w->files, err));
	out->items = totals.files;
	out->bytes = totals.bytes;
	out->renamed = totals.renamed;
	return 0;
}
