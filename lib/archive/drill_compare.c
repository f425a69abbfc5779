/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/drill.h"

#include "archive/leaf_places.h"
#include "archive/row.h"
#include "archive/segment_load.h"
#include "base/parallel.h"
#include "container/merkle.h"
#include "crypto/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that are written to the disk one by one; of more, all of the file system is. */
#define SYNC_ONE_BY_ONE 1000

struct worker {
	struct medark_loader *loader;
	struct medark_buffer content; /* of a segment, as it was read back */
};

struct compare {
	const struct medark_drill_compare *with;
	struct medark_drill_result *out;
	struct medark_digest *hashes; /* of the segments, from what was read back */
	uint32_t segment_count;
	uint64_t largest; /* content of a segment */
	struct medark_key salt_key;
	struct medark_meter meter;
	pthread_mutex_t lock; /* of *out */
	struct worker workers[MEDARK_PARALLEL_MAX];
};

static void compare_free(struct compare *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++) {
		medark_loader_free(c->workers[i].loader);
		medark_buffer_clear(&c->workers[i].content);
	}
	medark_key_clear(&c->salt_key);
	medark_meter_clear(&c->meter);
	pthread_mutex_destroy(&c->lock);
	free(c->hashes);
	free(c);
}
MEDARK_DEFINE_AUTO(struct compare, compare_free)

/* ---- files ---- */

/* What is read next comes from the disk, as far as it is up to us. */
static int drop(const struct compare *c, const struct medark_item_file *file, bool one_by_one,
		struct medark_error *err)
{
	if (c->with->is_memory || !file->size)
		return 0;
	if (one_by_one && fdatasync(file->fd) < 0)
		return medark_error_errno(err, errno, "cannot write what was restored");
	(void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
	return 0;
}

static int check_file(struct compare *c, uint32_t number, bool one_by_one, struct medark_error *err)
{
	struct medark_item_file file;
	struct stat st;
	int code;

	MEDARK_TRY(medark_item_files_acquire(c->with->files, number, &file, err));
	code = fstat(file.fd, &st) == 0
		       ? drop(c, &file, one_by_one, err)
		       : medark_error_errno(err, errno, "cannot look at a restored file");
	medark_item_files_release(c->with->files, &file);
	MEDARK_TRY(code);
	if ((uint64_t)st.st_size != file.size)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"item %" PRIu32 " has %lld bytes where it was restored, "
					"and %" PRIu64 " in the archive",
					number, (long long)st.st_size, file.size);
	return 0;
}

/* How many there are, and their sizes. */
static int check_files(struct compare *c, struct medark_index *index, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	const struct medark_summary *summary = &c->with->archive->summary;
	uint64_t count = medark_index_rows(index, MEDARK_KIND_ITEMS);
	bool one_by_one = count <= SYNC_ONE_BY_ONE;
	struct medark_item_row row;

	if (!c->with->is_memory && !one_by_one && syncfs(c->with->folder) < 0)
		return medark_error_errno(err, errno, "cannot write what was restored");
	for (uint64_t n = 0; n < count; n++) {
		MEDARK_TRY(medark_index_item(index, (uint32_t)n, &path, &row, err));
		if (row.kind == MEDARK_ITEM_DECODED)
			continue;
		if (row.kind != MEDARK_ITEM_DIR)
			MEDARK_TRY(check_file(c, (uint32_t)n, one_by_one, err));
		c->out->items++;
		c->out->bytes += row.kind == MEDARK_ITEM_DIR ? 0 : row.size;
	}
	if (c->out->items != summary->items || c->out->bytes != summary->bytes)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index has not the items that summary.json counts");
	return 0;
}

/* ---- segments ---- */

static int read_exactly(int fd, uint8_t *to, uint64_t size, uint64_t offset,
			struct medark_error *err)
{
	while (size) {
		ssize_t n = pread(fd, to, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot read a restored file");
		if (n == 0)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"a restored file ends too early");
		to += n;
		offset += (uint64_t)n;
		size -= (uint64_t)n;
	}
	return 0;
}

/*
 * The bytes of an extent where they were restored; those of a compressed file's content, which are
 * in no file, from the archive.
 */
static int read_extent(struct compare *c, const struct medark_extent *e, uint8_t *to,
		       const uint8_t *archived, bool *out_packed, struct medark_error *err)
{
	struct medark_item_file file;
	int code = 0;

	MEDARK_TRY(medark_item_files_acquire(c->with->files, e->item, &file, err));
	*out_packed = file.fd < 0;
	if (file.fd >= 0)
		code = read_exactly(file.fd, to, e->length, e->offset, err);
	else
		memcpy(to, archived, e->length);
	medark_item_files_release(c->with->files, &file);
	return code;
}

/* What a segment adds to the result. */
struct found {
	uint64_t leaves, packed, different;
	bool differs;
	uint64_t item, offset; /* of the first byte that does */
};

static void note_difference(struct found *found, const struct medark_extent *e, const uint8_t *read,
			    const uint8_t *archived)
{
	uint64_t at = 0;

	if (memcmp(read, archived, e->length) == 0)
		return;
	while (read[at] == archived[at])
		at++;
	if (found->differs &&
	    (found->item < e->item || (found->item == e->item && found->offset <= e->offset + at)))
		return;
	found->differs = true;
	found->item = e->item;
	found->offset = e->offset + at;
}

static int read_segment(struct compare *c, struct worker *w, const struct medark_map *map,
			const struct medark_leaf_places *places, struct found *found,
			struct medark_error *err)
{
	uint64_t at = 0;
	bool packed;

	w->content.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&w->content, map->content.size + 1, err));
	for (uint32_t i = 0; i < map->count; i++) {
		const struct medark_extent *e = &map->extents[i];
		uint8_t *to = w->content.data + at;

		MEDARK_TRY(read_extent(c, e, to, map->content.data + at, &packed, err));
		note_difference(found, e, to, map->content.data + at);
		if (packed)
			found->packed += medark_leaf_places_from(places, at + e->length) -
					 medark_leaf_places_from(places, at);
		at += e->length;
	}
	w->content.size = map->content.size;
	return 0;
}

/* The segment's hash from the bytes that were read back, and how many leaves differ. */
static int hash_segment(struct compare *c, const struct worker *w, uint32_t number,
			const struct medark_map *map, const struct medark_leaf_places *places,
			struct found *found, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free)
	struct medark_digest *hashes = malloc((places->count + 1) * sizeof(*hashes));
	struct medark_digest root;

	if (!hashes)
		return medark_error_memory(err, "the record tree");
	MEDARK_TRY(medark_leaf_places_hash(places, medark_bytes(w->content.data, w->content.size),
					   &c->salt_key, number, hashes, err));
	medark_merkle_root(hashes, places->count, &root);
	medark_merkle_segment(number, places->count, &root, &c->hashes[number - 1]);
	found->leaves = places->count;
	for (size_t i = 0; found->differs && i < places->count; i++) {
		const struct medark_leaf_place *p = &places->list[i];

		found->different += memcmp(w->content.data + p->offset,
					   map->content.data + p->offset, p->length) != 0;
	}
	return 0;
}

static void add_found(struct compare *c, const struct found *found)
{
	struct medark_drill_result *out = c->out;

	pthread_mutex_lock(&c->lock);
	out->leaves += found->leaves;
	out->packed += found->packed;
	out->different += found->different;
	if (found->differs) {
		if (!out->different_segments || found->item < out->first_item ||
		    (found->item == out->first_item && found->offset < out->first_offset)) {
			out->first_item = found->item;
			out->first_offset = found->offset;
		}
		out->different_segments++;
	}
	pthread_mutex_unlock(&c->lock);
}

static int compare_segment(void *context, unsigned number, uint64_t index, struct medark_error *err)
{
	MEDARK_AUTO(medark_leaf_places_clear) struct medark_leaf_places places = { 0 };
	struct compare *c = context;
	struct worker *w = &c->workers[number];
	const struct medark_map *map;
	struct found found = { 0 };

	if (!w->loader)
		MEDARK_TRY(medark_loader_new(c->with->archive, &w->loader, err));
	MEDARK_TRY(medark_loader_load(w->loader, (uint32_t)index + 1, &map, err));
	MEDARK_TRY(medark_leaf_places_list(map, &places, err));
	MEDARK_TRY(read_segment(c, w, map, &places, &found, err));
	MEDARK_TRY(hash_segment(c, w, (uint32_t)index + 1, map, &places, &found, err));
	add_found(c, &found);
	return medark_meter_add(&c->meter, map->content.size, map->leaves, 0, err);
}

/* ---- the whole ---- */

/* How large the segments are; and that the index has them all. */
static int survey(struct compare *c, struct medark_index *index, struct medark_error *err)
{
	struct medark_segment_row row;
	struct medark_bytes text;
	uint64_t total = 0;

	c->segment_count = medark_manifest_segments(c->with->archive->manifest, MEDARK_KIND_DATA);
	c->hashes = calloc((size_t)c->segment_count + 1, sizeof(*c->hashes));
	if (!c->hashes)
		return medark_error_memory(err, "the record tree");
	for (uint32_t i = 0; i < c->segment_count; i++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, i, &text, err));
		MEDARK_TRY(medark_segment_row_parse(text, i + 1, &row, err));
		total += row.content;
		c->largest = row.content > c->largest ? row.content : c->largest;
	}
	medark_meter_total(&c->meter, total);
	return 0;
}

static int prepare(struct compare *c, struct medark_error *err)
{
	const struct medark_archive *a = c->with->archive;
	struct medark_index *index;

	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		c->workers[i].content =
			(struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_CONTENT_MAX + 1);
	MEDARK_TRY(medark_salt_key(&a->key, a->header.archive.bytes, &c->salt_key, err));
	MEDARK_TRY(medark_archive_index(c->with->archive, &index, err));
	MEDARK_TRY(survey(c, index, err));
	return check_files(c, index, err);
}

int medark_drill_compare(const struct medark_drill_compare *with, struct medark_drill_result *out,
			 struct medark_error *err)
{
	const struct medark_manifest_facts *facts = medark_manifest_facts(with->archive->manifest);
	MEDARK_AUTO(compare_free) struct compare *c = calloc(1, sizeof(*c));
	struct medark_parallel job = { .work = compare_segment, .context = c };
	struct medark_digest root;

	if (!c)
		return medark_error_memory(err, "a drill");
	c->with = with;
	c->out = out;
	pthread_mutex_init(&c->lock, NULL);
	medark_meter_init(&c->meter, with->events, "comparing", 0);
	MEDARK_TRY(prepare(c, err));
	job.count = c->segment_count;
	/* Each holds what was restored beside the segment. */
	job.threads = medark_loader_count(with->archive, 2 * c->largest, with->threads);
	MEDARK_TRY(medark_parallel_run(&job, err));
	out->segments = c->segment_count;
	medark_merkle_root(c->hashes, c->segment_count, &root);
	if (!out->different_segments &&
	    (out->leaves != facts->leaves || !medark_digest_equal(&root, &facts->records_root)))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the archive's records do not lead to the signed records "
					"root");
	return 0;
}
