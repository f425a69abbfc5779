/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: files and folders under the root of a restore, by the paths that items have. Every step is
 * relative to an open folder and follows no link. The same path leads to the same place each time,
 * as long as nothing is removed. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_TREE_H
#define MEDARK_ARCHIVE_TREE_H

#include "archive/safe_path.h"
#include "base/buffer.h"
#include "container/layout.h"

struct medark_tree {
	int root;		     /* borrowed */
	int folder;		     /* the folder used last, or -1 */
	struct medark_buffer raw;    /* its path as given */
	struct medark_buffer actual; /* its path as created */
	bool has_folder;
};

void medark_tree_init(struct medark_tree *tree, int root);
void medark_tree_clear(struct medark_tree *tree);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_tree, medark_tree_clear)

/*
 * Creates a new, empty file (mode 0600) for the path, and its folders (0700). Where the name is
 * not safe or is taken, it gets another one. `out_name`: the name it got in its folder. The
 * descriptor, for writing, is the caller's. MEDARK_E_SYSTEM.
 */
int medark_tree_create(struct medark_tree *tree, struct medark_bytes path,
		       char out_name[MEDARK_NAME_SIZE], int *out_fd,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Makes the folder of that path, unless it is there. */
int medark_tree_make(struct medark_tree *tree, struct medark_bytes path,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Opens what medark_tree_create() made under `name` in the folder of `path`; with name NULL the
 * folder that medark_tree_make() made of `path` itself. `flags` as of open(2).
 */
int medark_tree_open(struct medark_tree *tree, struct medark_bytes path, const char *name,
		     int flags, int *out_fd, struct medark_error *err) MEDARK_MUST_USE;

/* Where the folder used last really is, relative to the root; borrowed until the next call. */
struct medark_bytes medark_tree_actual(const struct medark_tree *tree);

#endif
