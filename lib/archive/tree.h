/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: files and folders under the root of a restore, by the paths that items have. Every step is
 * relative to an open folder and follows no link. The same path leads to the same place each time,
 * as long as nothing is removed. Names never run out, and the memory for them is bounded. One
 * thread at a time.
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
	char name[MEDARK_NAME_SIZE];   /* of the file used last */
	struct medark_buffer ordinals; /* of files whose name is numbered, by item */
	uint64_t nonce;		       /* in unique names; 0: not drawn yet */
	bool any_unique;	       /* a file has a unique name */
};

void medark_tree_init(struct medark_tree *tree, int root);
void medark_tree_clear(struct medark_tree *tree);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_tree, medark_tree_clear)

/*
 * Creates a new, empty file (mode 0600) for the path, and its folders (0700). Where the name is
 * not safe or is taken, it gets another one. `item`: its number, larger than in the call before.
 * The descriptor, for writing, is the caller's. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_tree_create(struct medark_tree *tree, struct medark_bytes path, uint32_t item,
		       int *out_fd, struct medark_error *err) MEDARK_MUST_USE;

/* Makes the folder of that path, unless it is there. */
int medark_tree_make(struct medark_tree *tree, struct medark_bytes path,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Opens what medark_tree_create() made for the same path and item. `flags` as of open(2). The
 * descriptor is the caller's. MEDARK_E_SYSTEM.
 */
int medark_tree_open_file(struct medark_tree *tree, struct medark_bytes path, uint32_t item,
			  int flags, int *out_fd, struct medark_error *err) MEDARK_MUST_USE;

/* Opens, to read it, what medark_tree_make() made; the same otherwise. */
int medark_tree_open_folder(struct medark_tree *tree, struct medark_bytes path, int *out_fd,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Where the folder used last really is, relative to the root; borrowed until the next call. */
struct medark_bytes medark_tree_actual(const struct medark_tree *tree);

/* The name in that folder of the file created or opened last; borrowed until the next call. */
const char *medark_tree_name(const struct medark_tree *tree);

#endif
