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

/* How many names are tried for one part of a path. */
#define TRIES 999

/*
 * A file is remembered by the name that it got, so that any will do: after some in order come
 * random ones. A packed source can hold the same path as often as it likes.
 */
#define FILE_TRIES_ORDERED 99
#define FILE_TRIES	   (FILE_TRIES_ORDERED + 20)

/* Bytes of "~" and a random number in hex. */
#define RANDOM_SUFFIX 9

/* A path whose every byte is encoded, and a suffix for every part. */
#define ACTUAL_MAX (16 * MEDARK_PATH_MAX)

void medark_tree_init(struct medark_tree *tree, int root)
{
	*tree = (struct medark_tree) {
		.root = root,
		.folder = -1,
		.raw = MEDARK_BUFFER(MEDARK_PATH_MAX),
		.actual = MEDARK_BUFFER(ACTUAL_MAX),
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
}

/* The name to try as number `attempt`: 0 the exact one, then with ~2, ~3 … */
static void candidate(const char *name, unsigned attempt, char out[MEDARK_NAME_SIZE])
{
	if (attempt == 0)
		(void)snprintf(out, MEDARK_NAME_SIZE, "%s", name);
	else
		(void)snprintf(out, MEDARK_NAME_SIZE, "%.*s~%u", MEDARK_SAFE_NAME_MAX, name,
			       attempt + 1);
}

static int random_candidate(const char *name, char out[MEDARK_NAME_SIZE], struct medark_error *err)
{
	uint32_t number;

	MEDARK_TRY(medark_random_public(&number, sizeof(number), err));
	(void)snprintf(out, MEDARK_NAME_SIZE, "%.*s~%08x", MEDARK_NAME_SIZE - 1 - RANDOM_SUFFIX,
		       name, (unsigned)number);
	return 0;
}

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

/* Goes into one part of a path; its name is left in `actual`. */
static int enter_part(int at, struct medark_bytes part, bool create, char actual[MEDARK_NAME_SIZE],
		      int *out_fd, struct medark_error *err)
{
	char name[MEDARK_NAME_SIZE];
	bool strict = false;
	int fd;

	(void)medark_safe_name(part, false, name);
	for (unsigned attempt = 0; attempt < TRIES;) {
		candidate(name, attempt, actual);
		fd = enter(at, actual, create);
		if (fd >= 0) {
			*out_fd = fd;
			return 0;
		}
		if (fd == -EINVAL && !strict) {
			strict = true;
			(void)medark_safe_name(part, true, name);
		} else if (fd == -ENOTDIR || fd == -ELOOP) {
			attempt++; /* a file has that name */
		} else {
			return medark_error_errno(err, -fd, "cannot use a folder in the target");
		}
	}
	return medark_error_set(err, MEDARK_E_SYSTEM, "too many items have the same name");
}

/* Makes `path` the folder used last; an empty path is the root. */
static int go(struct medark_tree *tree, struct medark_bytes path, bool create,
	      struct medark_error *err)
{
	struct medark_path_parts parts = medark_path_parts(path);
	char name[MEDARK_NAME_SIZE];
	struct medark_bytes part;
	int next = -1;

	if (tree->has_folder &&
	    medark_bytes_equal(path, medark_bytes(tree->raw.data, tree->raw.size)))
		return 0;
	leave(tree);
	tree->folder = openat(tree->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->folder < 0)
		return medark_error_errno(err, errno, "cannot use the target");
	while (path.size && medark_path_next(&parts, &part)) {
		MEDARK_TRY(enter_part(tree->folder, part, create, name, &next, err));
		(void)close(tree->folder);
		tree->folder = next;
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

int medark_tree_create(struct medark_tree *tree, struct medark_bytes path,
		       char out_name[MEDARK_NAME_SIZE], int *out_fd, struct medark_error *err)
{
	struct medark_bytes folder, leaf;
	char name[MEDARK_NAME_SIZE];
	bool strict = false;

	medark_path_split(path, &folder, &leaf);
	MEDARK_TRY(go(tree, folder, true, err));
	(void)medark_safe_name(leaf, false, name);
	for (unsigned attempt = 0; attempt < FILE_TRIES;) {
		if (attempt < FILE_TRIES_ORDERED)
			candidate(name, attempt, out_name);
		else
			MEDARK_TRY(random_candidate(name, out_name, err));
		*out_fd = openat(tree->folder, out_name,
				 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (*out_fd >= 0)
			return 0;
		if (errno == EINVAL && !strict) {
			strict = true;
			(void)medark_safe_name(leaf, true, name);
		} else if (errno == EEXIST) {
			attempt++;
		} else {
			return medark_error_errno(err, errno, "cannot create a file in the target");
		}
	}
	return medark_error_set(err, MEDARK_E_SYSTEM, "too many items have the same name");
}

int medark_tree_make(struct medark_tree *tree, struct medark_bytes path, struct medark_error *err)
{
	return go(tree, path, true, err);
}

int medark_tree_open(struct medark_tree *tree, struct medark_bytes path, const char *name,
		     int flags, int *out_fd, struct medark_error *err)
{
	struct medark_bytes folder = path, leaf;

	if (name)
		medark_path_split(path, &folder, &leaf);
	MEDARK_TRY(go(tree, folder, false, err));
	*out_fd = openat(tree->folder, name ? name : ".", flags | O_NOFOLLOW | O_CLOEXEC);
	if (*out_fd < 0)
		return medark_error_errno(err, errno, "cannot open a restored file again");
	return 0;
}
