/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/join.h"

#include "archive/write_all.h"
#include "scan/json.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of a temporary file for the moment before it is unlinked. */
#define TEMPORARY "part.medark-partial"

void medark_joins_init(struct medark_joins *joins, int folder)
{
	*joins = (struct medark_joins) { .folder = folder };
}

static void unmap(struct medark_joins *joins)
{
	if (joins->mapped)
		(void)munmap(joins->mapped, joins->mapped_size);
	joins->mapped = NULL;
}

void medark_joins_clear(struct medark_joins *joins)
{
	unmap(joins);
	for (size_t i = 0; i < MEDARK_JOINS_MAX; i++) {
		if (joins->joins[i].active)
			(void)close(joins->joins[i].fd);
		joins->joins[i].active = false;
	}
}

bool medark_joins_pending(const struct medark_joins *joins)
{
	for (size_t i = 0; i < MEDARK_JOINS_MAX; i++)
		if (joins->joins[i].active)
			return true;
	return false;
}

static int temporary(int folder)
{
	int fd = folder < 0 ? memfd_create("medark", MFD_CLOEXEC)
			    : openat(folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd >= 0 || folder < 0)
		return fd;
	fd = openat(folder, TEMPORARY, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlinkat(folder, TEMPORARY, 0);
	return fd;
}

/* The unfinished record that the extent goes on with; NULL if there is none. */
static struct medark_join *continued(struct medark_joins *joins, const struct medark_extent *extent)
{
	for (size_t i = 0; i < MEDARK_JOINS_MAX; i++) {
		struct medark_join *j = &joins->joins[i];

		if (j->active && j->item == extent->item && j->next == extent->offset)
			return j;
	}
	return NULL;
}

static int begin(struct medark_joins *joins, const struct medark_extent *extent,
		 struct medark_join **out, struct medark_error *err)
{
	struct medark_join *j = joins->joins;

	while (j < joins->joins + MEDARK_JOINS_MAX && j->active)
		j++;
	if (j == joins->joins + MEDARK_JOINS_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the last parts of large records are missing");
	*j = (struct medark_join) { .item = extent->item, .fd = temporary(joins->folder) };
	if (j->fd < 0)
		return medark_error_errno(err, errno, "cannot make a temporary file");
	j->active = true;
	*out = j;
	return 0;
}

/* Ends a record and maps it; the file lives as long as the mapping. */
static int finish(struct medark_joins *joins, struct medark_join *j, struct medark_bytes *out,
		  struct medark_error *err)
{
	size_t size = (size_t)j->size + MEDARK_JSON_PADDING;
	void *mapped = MAP_FAILED;

	if (ftruncate(j->fd, (off_t)size) == 0)
		mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE, j->fd, 0);
	if (mapped == MAP_FAILED)
		return medark_error_errno(err, errno, "cannot put a large record together");
	joins->mapped = mapped;
	joins->mapped_size = size;
	(void)close(j->fd);
	j->active = false;
	*out = medark_bytes(mapped, (size_t)j->size);
	return 1;
}

int medark_joins_add(struct medark_joins *joins, const struct medark_extent *extent,
		     struct medark_bytes content, struct medark_bytes *out,
		     struct medark_error *err)
{
	struct medark_join *j = continued(joins, extent);

	unmap(joins);
	if (!j && extent->kind == MEDARK_EXTENT_RECORD) {
		*out = content;
		return 1;
	}
	if (!j)
		MEDARK_TRY(begin(joins, extent, &j, err));
	MEDARK_TRY(medark_write_all(j->fd, content.data, content.size, err));
	j->size += content.size;
	j->next = extent->offset + extent->length;
	return extent->kind == MEDARK_EXTENT_RECORD ? finish(joins, j, out, err) : 0;
}
