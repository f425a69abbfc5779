/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tree.h"

#include "archive/folder.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A name that is taken gets "~2" to "~9", and then a suffix that nobody who made the archive can
 * have known: so few names are tried, and the last one is always free.
 */
#define UNIQUE 9

/* Bytes of the longest suffix, with its zero: "~", 16 digits of hex, "-" and an item's number. */
#define SUFFIX_SIZE 29

/* Numbered names that are remembered, 8 MiB of them; every further one is unique at once. */
#define ORDINALS_MAX (8u << 20)

/* A file whose name is numbered. */
struct ordinal {
	uint32_t item;
	uint32_t ordinal;
};

/* A path whose every byte is encoded, and a suffix for every part. */
#define ACTUAL_MAX (24 * MEDARK_PATH_MAX)

void medark_tree_init(struct medark_tree *tree, int root)
{
	*tree = (struct medark_tree) {
		.root = root,
		.folder = -1,
		.raw = MEDARK_BUFFER(MEDARK_PATH_MAX),
		.actual = MEDARK_BUFFER(ACTUAL_MAX),
		.ordinals = MEDARK_BUFFER(ORDINALS_MAX),
	};
}

static void leave(struct medark_tree *tree)
{
	if (tree->folder >= 0)
		(void)close(tree->folder);
	tree->folder = -1;
	tree->has_folder = false;
	tree->raw.size = 0;
	tree->actual.size = 0;
}

void medark_tree_clear(struct medark_tree *tree)
{
	leave(tree);
	medark_buffer_clear(&tree->raw);
	medark_buffer_clear(&tree->actual);
	medark_buffer_clear(&tree->ordinals);
}

/* ---- names ---- */

/* One of the names that a part of a path can get. */
struct candidate {
	struct medark_bytes part;
	const uint32_t *item; /* whose file it is; NULL for a folder */
	unsigned ordinal;     /* 0: as it is, then with ~2, ~3 … and UNIQUE */
};

static void suffix_of(const struct medark_tree *tree, const struct candidate *c,
		      char out[SUFFIX_SIZE])
{
	if (c->ordinal == 0)
		out[0] = '\0';
	else if (c->ordinal < UNIQUE)
		(void)snprintf(out, SUFFIX_SIZE, "~%u", c->ordinal + 1);
	else if (c->item)
		(void)snprintf(out, SUFFIX_SIZE, "~%016llx-%u", (unsigned long long)tree->nonce,
			       *c->item);
	else
		(void)snprintf(out, SUFFIX_SIZE, "~%016llx", (unsigned long long)tree->nonce);
}

/* Returns whether the name differs from the one that is not strict. */
static bool name_of(const struct medark_tree *tree, const struct candidate *c, bool strict,
		    char out[MEDARK_NAME_SIZE])
{
	char suffix[SUFFIX_SIZE], plain[MEDARK_NAME_SIZE];
	size_t size, room;
	bool differs;

	suffix_of(tree, c, suffix);
	(void)medark_safe_name(c->part, strict, out);
	(void)medark_safe_name(c->part, false, plain);
	differs = strcmp(plain, out) != 0;
	size = strlen(out);
	room = MEDARK_NAME_SIZE - 1 - strlen(suffix);
	if (size > room)
		for (size = room; size && ((unsigned char)out[size] & 0xc0) == 0x80;)
			size--; /* to a character's border */
	memcpy(out + size, suffix, strlen(suffix) + 1);
	return differs;
}

/* ---- folders ---- */

/* Opens, and makes if asked to, the folder of this name; a negative errno. */
static int enter(int at, const char *name, bool create)
{
	int fd = medark_folder_open(at, name);

	if (fd != -ENOENT || !create)
		return fd;
	if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	return medark_folder_open(at, name);
}

/* A file system that refuses a name says EINVAL when it is made, and then that it is not there. */
static bool is_refused(int result, bool create)
{
	return result == -EINVAL || (result == -ENOENT && !create);
}

static int enter_candidate(const struct medark_tree *tree, const struct candidate *c, bool create,
			   char actual[MEDARK_NAME_SIZE])
{
	int fd;

	(void)name_of(tree, c, false, actual);
	fd = enter(tree->folder, actual, create);
	if (is_refused(fd, create) && name_of(tree, c, true, actual))
		fd = enter(tree->folder, actual, create);
	return fd;
}

/*
 * Goes into one part of a path; its name is left in `actual`. What stands in the way of a name is a
 * file and stays one, so that the same part leads to the same folder each time.
 */
static int enter_part(struct medark_tree *tree, struct medark_bytes part, bool create,
		      char actual[MEDARK_NAME_SIZE], struct medark_error *err)
{
	struct candidate c = { .part = part };
	int fd;

	do
		fd = enter_candidate(tree, &c, create, actual);
	while ((fd == -ENOTDIR || fd == -ELOOP) && c.ordinal++ < UNIQUE);
	if (fd < 0)
		return medark_error_errno(err, -fd, "cannot use a folder in the target");
	(void)close(tree->folder);
	tree->folder = fd;
	return 0;
}

/* Makes `path` the folder used last; an empty path is the root. */
static int go(struct medark_tree *tree, struct medark_bytes path, bool create,
	      struct medark_error *err)
{
	struct medark_path_parts parts = medark_path_parts(path);
	char name[MEDARK_NAME_SIZE];
	struct medark_bytes part;

	if (tree->has_folder &&
	    medark_bytes_equal(path, medark_bytes(tree->raw.data, tree->raw.size)))
		return 0;
	leave(tree);
	while (tree->nonce == 0)
		MEDARK_TRY(medark_random_public(&tree->nonce, sizeof(tree->nonce), err));
	tree->folder = openat(tree->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->folder < 0)
		return medark_error_errno(err, errno, "cannot use the target");
	while (path.size && medark_path_next(&parts, &part)) {
		MEDARK_TRY(enter_part(tree, part, create, name, err));
		MEDARK_TRY(medark_buffer_print(&tree->actual, err, "%s/", name));
	}
	MEDARK_TRY(medark_buffer_add(&tree->raw, path.data, path.size, err));
	tree->has_folder = true;
	return 0;
}

struct medark_bytes medark_tree_actual(const struct medark_tree *tree)
{
	return medark_bytes(tree->actual.data, tree->actual.size);
}

int medark_tree_make(struct medark_tree *tree, struct medark_bytes path, struct medark_error *err)
{
	return go(tree, path, true, err);
}

int medark_tree_open_folder(struct medark_tree *tree, struct medark_bytes path, int *out_fd,
			    struct medark_error *err)
{
	MEDARK_TRY(go(tree, path, false, err));
	*out_fd = openat(tree->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out_fd < 0)
		return medark_error_errno(err, errno, "cannot open a restored folder again");
	return 0;
}

/* ---- files ---- */

/* A descriptor or a negative errno; the name is the tree's then. */
static int open_candidate(struct medark_tree *tree, const struct candidate *c, int flags)
{
	int fd;

	flags |= O_NOFOLLOW | O_CLOEXEC;
	(void)name_of(tree, c, false, tree->name);
	fd = openat(tree->folder, tree->name, flags, 0600);
	if (fd < 0 && is_refused(-errno, flags & O_CREAT) && name_of(tree, c, true, tree->name))
		fd = openat(tree->folder, tree->name, flags, 0600);
	return fd < 0 ? -errno : fd;
}

static int remember(struct medark_tree *tree, const struct candidate *c, struct medark_error *err)
{
	struct ordinal entry = { .item = *c->item, .ordinal = c->ordinal };

	tree->any_unique |= c->ordinal == UNIQUE;
	if (c->ordinal == 0 || c->ordinal == UNIQUE)
		return 0;
	return medark_buffer_add(&tree->ordinals, &entry, sizeof(entry), err);
}

/* 0 if none is remembered. */
static unsigned remembered(const struct medark_tree *tree, uint32_t item)
{
	const struct ordinal *entries = (const struct ordinal *)(const void *)tree->ordinals.data;
	size_t low = 0, high = tree->ordinals.size / sizeof(*entries);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries[middle].item == item)
			return entries[middle].ordinal;
		if (entries[middle].item < item)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

const char *medark_tree_name(const struct medark_tree *tree)
{
	return tree->name;
}

int medark_tree_create(struct medark_tree *tree, struct medark_bytes path, uint32_t item,
		       int *out_fd, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct candidate c = { .item = &item };
	struct medark_bytes folder;
	bool full = tree->ordinals.size == ORDINALS_MAX;

	medark_path_split(path, &folder, &c.part);
	MEDARK_TRY(go(tree, folder, true, err));
	fd = open_candidate(tree, &c, O_WRONLY | O_CREAT | O_EXCL);
	while (fd == -EEXIST && c.ordinal < UNIQUE) {
		c.ordinal = full ? UNIQUE : c.ordinal + 1;
		fd = open_candidate(tree, &c, O_WRONLY | O_CREAT | O_EXCL);
	}
	if (fd < 0)
		return medark_error_errno(err, -fd, "cannot create a file in the target");
	MEDARK_TRY(remember(tree, &c, err));
	*out_fd = medark_fd_take(&fd);
	return 0;
}

int medark_tree_open_file(struct medark_tree *tree, struct medark_bytes path, uint32_t item,
			  int flags, int *out_fd, struct medark_error *err)
{
	struct candidate c = { .item = &item };
	struct medark_bytes folder;
	int fd = -ENOENT;

	medark_path_split(path, &folder, &c.part);
	MEDARK_TRY(go(tree, folder, false, err));
	c.ordinal = remembered(tree, item);
	/* Nothing else can have the item's unique name: if it is there, it is the item. */
	if (c.ordinal == 0 && tree->any_unique)
		fd = open_candidate(tree, &(struct candidate) { c.part, c.item, UNIQUE }, flags);
	if (fd == -ENOENT)
		fd = open_candidate(tree, &c, flags);
	if (fd < 0)
		return medark_error_errno(err, -fd, "cannot open a restored file again");
	*out_fd = fd;
	return 0;
}
