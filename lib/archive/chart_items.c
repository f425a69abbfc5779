/* SPDX-License-Identifier: Apache-2.0 */
/* Opaque items (scans, letters) that a restored record's attachment points to. */
#include "archive/attachments.h"
#include "archive/chart.h"
#include "archive/coverage.h"
#include "archive/folder.h"
#include "archive/segment_load.h"
#include "archive/tree.h"
#include "archive/write_all.h"
#include "live/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

struct attached {
	struct medark_chart *chart;
	struct medark_loader *loader;
	struct medark_tree tree;
	struct medark_buffer path;
	uint32_t later; /* of chart->item_paths: those that later archives have */
	int folder;
};

static void attached_clear(struct attached *a)
{
	medark_loader_free(a->loader);
	medark_tree_clear(&a->tree);
	medark_buffer_clear(&a->path);
	medark_fd_close_auto(&a->folder);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct attached, attached_clear)

/* Writes the extents of the item that stand in the loaded segment. */
static int write_extents(const struct medark_map *map, const struct medark_item_row *item, int fd,
			 struct medark_coverage *coverage, struct medark_error *err)
{
	const uint8_t *data = map->content.data;

	for (uint32_t i = 0; i < map->count; data += map->extents[i].length, i++) {
		const struct medark_extent *e = &map->extents[i];
		struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = e->length };

		if (e->item != item->number)
			continue;
		if (e->offset > item->size || e->length > item->size - e->offset)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"a data segment holds bytes behind the end of an "
						"item");
		MEDARK_TRY(medark_write_parts(fd, &part, 1, e->offset, err));
		medark_coverage_extent(coverage, e->item, e->offset, e->offset + e->length);
	}
	return 0;
}

static int write_item(struct attached *a, const struct medark_item_row *item, int fd,
		      struct medark_error *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = item->mtime, .tv_nsec = item->mtime_ns } };
	struct medark_coverage coverage;
	const struct medark_map *map;

	MEDARK_TRY(medark_coverage_init(&coverage, err));
	medark_coverage_item(&coverage, item->number, item->size);
	for (uint32_t n = item->first; n && n <= item->last; n++) {
		MEDARK_TRY(medark_loader_load(a->loader, n, &map, err));
		MEDARK_TRY(write_extents(map, item, fd, &coverage, err));
		MEDARK_TRY(medark_meter_add(&a->chart->meter, map->content.size, 0, item->number,
					    err));
	}
	if (!medark_coverage_is_exact(&coverage)) /* F-17 */
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the segments do not hold every byte of an item exactly once");
	if (fchmod(fd, item->mode & 0777) < 0 || futimens(fd, times) < 0)
		return medark_error_errno(err, errno, "cannot set an item's mode and time");
	return 0;
}

static int begin(struct attached *a, struct medark_error *err)
{
	if (!a->loader)
		MEDARK_TRY(medark_loader_new(a->chart->archive, &a->loader, err));
	if (a->folder >= 0)
		return 0;
	if (mkdirat(a->chart->folder, "items", 0700) < 0)
		return medark_error_errno(err, errno, "cannot make a folder in the target");
	a->folder = medark_folder_open(a->chart->folder, "items");
	if (a->folder < 0)
		return medark_error_errno(err, -a->folder, "cannot use a folder in the target");
	medark_tree_init(&a->tree, a->folder);
	return 0;
}

/* The report tells under which name an item is found: not each path is a safe one. */
static int note_name(struct attached *a, struct medark_error *err)
{
	const char *name = medark_tree_name(&a->tree);
	struct medark_bytes folder = medark_tree_actual(&a->tree);
	struct medark_buffer *names = &a->chart->item_names;

	MEDARK_TRY(medark_buffer_add(names, folder.data, folder.size, err));
	return medark_buffer_add(names, name, strlen(name) + 1, err);
}

/* Of a chain, what was fetched for a record that is gone by now, or that names another, is gone. */
static bool is_wanted(const struct medark_chart *chart, struct medark_bytes path)
{
	struct medark_bytes stem;
	uint32_t same;

	if (!chart->is_everything)
		return medark_attachments_find(&chart->paths, path, &same);
	stem = chart->lineage->count > 1 ? medark_attachment_stem(path) : medark_bytes(NULL, 0);
	if (!stem.size)
		return true;
	return medark_hashset_has(&chart->fetched,
				  medark_bytes(stem.data + stem.size - MEDARK_ATTACHMENT_DIGITS,
					       MEDARK_ATTACHMENT_DIGITS));
}

/* What later archives have replaces what is here: under another title it is the same, too. */
static struct medark_bytes name_of(struct medark_bytes path)
{
	struct medark_bytes stem = medark_attachment_stem(path);

	return stem.size ? stem : path;
}

static int restore_item(struct attached *a, uint64_t number, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct medark_chart_item written = { .archive = (uint32_t)a->chart->at };
	struct medark_item_row item;
	struct medark_bytes row;
	uint32_t same;

	MEDARK_TRY(medark_index_row(a->chart->index, MEDARK_KIND_ITEMS, number, &row, err));
	MEDARK_TRY(medark_item_row_parse(row, number, &a->path, &item, err));
	if (item.kind != MEDARK_ITEM_OPAQUE || !is_wanted(a->chart, item.path))
		return 0;
	if (medark_nameset_find(&a->chart->item_paths, name_of(item.path), &same) &&
	    same < a->later)
		return 0;
	MEDARK_TRY(medark_nameset_add(&a->chart->item_paths, name_of(item.path), err));
	MEDARK_TRY(begin(a, err));
	MEDARK_TRY(medark_tree_create(&a->tree, item.path, item.number, &fd, err));
	MEDARK_TRY(write_item(a, &item, fd, err));
	MEDARK_TRY(note_name(a, err));
	written.number = item.number;
	return medark_buffer_add(&a->chart->items, &written, sizeof(written), err);
}

/* Those of the archive at hand. */
static int restore_items(struct attached *a, struct medark_error *err)
{
	uint64_t count = medark_index_rows(a->chart->index, MEDARK_KIND_ITEMS);

	medark_loader_free(a->loader);
	a->loader = NULL;
	a->later = medark_nameset_count(&a->chart->item_paths);
	for (uint64_t n = 0; n < count; n++)
		MEDARK_TRY(restore_item(a, n, err));
	return 0;
}

int medark_chart_items(struct medark_chart *chart, struct medark_error *err)
{
	MEDARK_AUTO(attached_clear)
	struct attached a = { .chart = chart, .folder = -1, .tree = { .folder = -1 } };

	if (!chart->is_everything && medark_nameset_count(&chart->paths) == 0)
		return 0;
	a.path.limit = MEDARK_PATH_MAX;
	for (size_t k = chart->lineage->count; k-- > 0;) {
		MEDARK_TRY(medark_chart_turn(chart, k, err));
		MEDARK_TRY(restore_items(&a, err));
	}
	return 0;
}
