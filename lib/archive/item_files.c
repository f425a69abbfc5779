/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/item_files.h"

#include "archive/item.h"
#include "archive/row.h"
#include "archive/tree.h"
#include "archive/write_all.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files kept open: more than there are threads, and fewer than any system allows. */
#define OPEN_MAX 192

#define REPORT	     "medark-renamed.json"
#define REPORT_FLUSH (64u << 10)

struct open_file {
	struct medark_item_file file;
	unsigned users;
	uint64_t used; /* a clock of uses; 0: the place is free */
};

struct medark_item_files {
	struct medark_index *index;
	struct medark_tree tree;
	struct medark_buffer path;
	pthread_mutex_t lock; /* of everything, while threads write */
	struct open_file open[OPEN_MAX];
	uint64_t clock;
	bool any_renamed;
	bool is_reread; /* items are opened for reading */
};

int medark_item_files_new(struct medark_index *index, int root, struct medark_item_files **out,
			  struct medark_error *err)
{
	struct medark_item_files *files = calloc(1, sizeof(*files));

	if (!files)
		return medark_error_memory(err, "the items");
	files->index = index;
	medark_tree_init(&files->tree, root);
	files->path.limit = MEDARK_PATH_MAX;
	pthread_mutex_init(&files->lock, NULL);
	*out = files;
	return 0;
}

static void close_all(struct medark_item_files *files)
{
	for (size_t i = 0; i < OPEN_MAX; i++) {
		if (files->open[i].used && files->open[i].file.fd >= 0)
			(void)close(files->open[i].file.fd);
		files->open[i] = (struct open_file) { 0 };
	}
}

void medark_item_files_reread(struct medark_item_files *files)
{
	close_all(files);
	files->is_reread = true;
}

void medark_item_files_free(struct medark_item_files *files)
{
	if (!files)
		return;
	close_all(files);
	medark_tree_clear(&files->tree);
	medark_buffer_clear(&files->path);
	pthread_mutex_destroy(&files->lock);
	free(files);
}

static int read_item(struct medark_item_files *files, uint64_t number, struct medark_item_row *out,
		     struct medark_error *err)
{
	struct medark_bytes row;

	MEDARK_TRY(medark_index_row(files->index, MEDARK_KIND_ITEMS, number, &row, err));
	return medark_item_row_parse(row, number, &files->path, out, err);
}

/* Is the item, which was created or opened last, really at its path? A folder's ends in a slash. */
static bool is_renamed(const struct medark_item_files *files, const struct medark_item_row *item)
{
	struct medark_bytes actual = medark_tree_actual(&files->tree), path = item->path;

	if (item->kind == MEDARK_ITEM_DIR)
		return actual.size != path.size + 1 ||
		       !medark_bytes_equal(path, medark_bytes(actual.data, path.size));
	if (path.size < actual.size ||
	    !medark_bytes_equal(actual, medark_bytes(path.data, actual.size)))
		return true;
	return !medark_bytes_is(medark_bytes(path.data + actual.size, path.size - actual.size),
				medark_tree_name(&files->tree));
}

static int create_file(struct medark_item_files *files, const struct medark_item_row *item,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;

	MEDARK_TRY(medark_tree_create(&files->tree, item->path, item->number, &fd, err));
	/* The size now, so that threads write into the middle of it without growing it by turns. */
	if (item->size && ftruncate(fd, (off_t)item->size) < 0)
		return medark_error_errno(err, errno, "cannot create a file of %llu bytes",
					  (unsigned long long)item->size);
	return 0;
}

int medark_item_files_create(struct medark_item_files *files, uint64_t content,
			     struct medark_coverage *coverage, struct medark_item_totals *out,
			     struct medark_error *err)
{
	uint64_t count = medark_index_rows(files->index, MEDARK_KIND_ITEMS);
	struct medark_item_row item;

	*out = (struct medark_item_totals) { 0 };
	for (uint64_t n = 0; n < count; n++) {
		bool renamed;

		MEDARK_TRY(read_item(files, n, &item, err));
		if (item.size > content)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"the segments cannot hold the bytes of every item");
		content -= item.size;
		medark_coverage_item(coverage, item.number, item.size);
		if (item.kind == MEDARK_ITEM_DECODED)
			continue;
		if (item.kind == MEDARK_ITEM_DIR) {
			MEDARK_TRY(medark_tree_make(&files->tree, item.path, err));
		} else {
			MEDARK_TRY(create_file(files, &item, err));
			out->files++;
			out->bytes += item.size;
		}
		renamed = is_renamed(files, &item);
		out->renamed += renamed;
		files->any_renamed |= renamed;
	}
	return 0;
}

/* A place for one more open file: a free one, or the one that was not used for longest. */
static struct open_file *free_place(struct medark_item_files *files)
{
	struct open_file *best = NULL;

	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct open_file *o = &files->open[i];

		if (o->users == 0 && (!best || o->used < best->used))
			best = o;
	}
	assert(best); /* there are more places than threads */
	if (best->used && best->file.fd >= 0)
		(void)close(best->file.fd);
	best->used = 0;
	return best;
}

static int open_item(struct medark_item_files *files, uint32_t number, struct open_file **out,
		     struct medark_error *err)
{
	struct medark_item_row item;
	struct open_file *place;
	int fd = -1;

	if (number >= medark_index_rows(files->index, MEDARK_KIND_ITEMS))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"it holds bytes of an item that does not exist");
	MEDARK_TRY(read_item(files, number, &item, err));
	if (item.kind == MEDARK_ITEM_DIR)
		return medark_error_set(err, MEDARK_E_FORMAT, "it holds bytes of a folder");
	place = free_place(files);
	if (item.kind != MEDARK_ITEM_DECODED)
		MEDARK_TRY(medark_tree_open_file(&files->tree, item.path, number,
						 files->is_reread ? O_RDONLY : O_WRONLY, &fd, err));
	place->file = (struct medark_item_file) { .item = number, .fd = fd, .size = item.size };
	*out = place;
	return 0;
}

int medark_item_files_acquire(struct medark_item_files *files, uint32_t item,
			      struct medark_item_file *out, struct medark_error *err)
{
	struct open_file *found = NULL;
	int code = 0;

	pthread_mutex_lock(&files->lock);
	for (size_t i = 0; i < OPEN_MAX && !found; i++)
		if (files->open[i].used && files->open[i].file.item == item)
			found = &files->open[i];
	if (!found)
		code = open_item(files, item, &found, err);
	if (code == 0) {
		found->users++;
		found->used = ++files->clock;
		*out = found->file;
	}
	pthread_mutex_unlock(&files->lock);
	return code;
}

void medark_item_files_release(struct medark_item_files *files, const struct medark_item_file *file)
{
	pthread_mutex_lock(&files->lock);
	for (size_t i = 0; i < OPEN_MAX; i++)
		if (files->open[i].used && files->open[i].file.item == file->item)
			files->open[i].users--;
	pthread_mutex_unlock(&files->lock);
}

/* Permission bits only: a restore never makes a set-user-id file. */
static int set_attributes(int fd, const struct medark_item_row *item, struct medark_error *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = item->mtime, .tv_nsec = item->mtime_ns } };

	if (fchmod(fd, item->mode & 0777) < 0 || futimens(fd, times) < 0)
		return medark_error_errno(err, errno, "cannot set an item's mode and time");
	return 0;
}

/* A line about the item that was opened last. */
static int report_item(const struct medark_item_files *files, const struct medark_item_row *item,
		       struct medark_buffer *report, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer actual = MEDARK_BUFFER(32 * MEDARK_PATH_MAX);
	struct medark_bytes folder = medark_tree_actual(&files->tree);
	const char *name = medark_tree_name(&files->tree);
	bool is_folder = item->kind == MEDARK_ITEM_DIR;

	MEDARK_TRY(medark_buffer_add(&actual, folder.data, folder.size - is_folder, err));
	if (!is_folder)
		MEDARK_TRY(medark_buffer_add(&actual, name, strlen(name), err));
	MEDARK_TRY(medark_buffer_print(report, err, "{\"item\":%u,\"path\":", item->number));
	MEDARK_TRY(medark_text_json(report, item->path, err));
	if (!medark_text_is_utf8(item->path)) {
		MEDARK_TRY(medark_buffer_print(report, err, ",\"path_hex\":\""));
		for (size_t i = 0; i < item->path.size; i++)
			MEDARK_TRY(medark_buffer_print(report, err, "%02x", item->path.data[i]));
		MEDARK_TRY(medark_buffer_print(report, err, "\""));
	}
	MEDARK_TRY(medark_buffer_print(report, err, ",\"name\":"));
	MEDARK_TRY(medark_text_json(report, medark_bytes(actual.data, actual.size), err));
	return medark_buffer_print(report, err, "}\n");
}

/* One item's attributes; with `report` (else NULL) a line in it if the item was renamed. */
static int finish_item(struct medark_item_files *files, const struct medark_item_row *item,
		       struct medark_buffer *report, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	bool is_folder = item->kind == MEDARK_ITEM_DIR;

	if (is_folder)
		MEDARK_TRY(medark_tree_open_folder(&files->tree, item->path, &fd, err));
	else
		MEDARK_TRY(medark_tree_open_file(&files->tree, item->path, item->number, O_RDONLY,
						 &fd, err));
	if (report) {
		if (is_renamed(files, item))
			MEDARK_TRY(report_item(files, item, report, err));
		if (is_folder) /* its time would change once more */
			return 0;
	}
	return set_attributes(fd, item, err);
}

static int finish_files(struct medark_item_files *files, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer report = MEDARK_BUFFER(64 * MEDARK_PATH_MAX + REPORT_FLUSH);
	uint64_t count = medark_index_rows(files->index, MEDARK_KIND_ITEMS);
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct medark_item_row item;

	if (files->any_renamed)
		MEDARK_TRY(medark_tree_create(&files->tree, medark_bytes_text(REPORT),
					      MEDARK_ITEM_NONE, &fd, err));
	for (uint64_t n = 0; n < count; n++) {
		MEDARK_TRY(read_item(files, n, &item, err));
		if (item.kind == MEDARK_ITEM_DECODED)
			continue;
		MEDARK_TRY(finish_item(files, &item, &report, err));
		if (report.size > REPORT_FLUSH) {
			MEDARK_TRY(medark_write_all(fd, report.data, report.size, err));
			report.size = 0;
		}
	}
	if (report.size)
		MEDARK_TRY(medark_write_all(fd, report.data, report.size, err));
	return 0;
}

int medark_item_files_finish(struct medark_item_files *files, struct medark_error *err)
{
	struct medark_item_row item;

	MEDARK_TRY(finish_files(files, err));
	/* A folder may lose the right to be entered: what is in it stands before it in this order.
	 */
	for (uint64_t n = medark_index_rows(files->index, MEDARK_KIND_ITEMS); n-- > 0;) {
		MEDARK_TRY(read_item(files, n, &item, err));
		if (item.kind == MEDARK_ITEM_DIR)
			MEDARK_TRY(finish_item(files, &item, NULL, err));
	}
	return 0;
}
