/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tree: a JSON text as a tree that is walked again and again, as the records of a chart are.
 * Numbers stay as they stand in the text: 1.10 is not 1.1. One thread at a time builds it; then any
 * number may read.
 */
#ifndef MEDARK_SCAN_JSON_TREE_H
#define MEDARK_SCAN_JSON_TREE_H

#include "base/buffer.h"
#include "scan/json.h"

/* Values of one text. A record of that many is none that a person reads. */
#define MEDARK_JSON_TREE_MAX (UINT32_C(1) << 24)

struct medark_json_node {
	enum medark_json_token kind; /* OBJECT_BEGIN, ARRAY_BEGIN, STRING, NUMBER, TRUE … */
	uint32_t next;		     /* number of the next one in the same container; 0: none */
	uint32_t child;		     /* of the first one inside; 0: none */
	struct medark_bytes name;    /* of a member, decoded; else empty */
	struct medark_bytes text;    /* a string, decoded; a number or word as it stands */
	struct medark_bytes whole;   /* all its bytes in the text, with quotes or braces */
};

struct medark_json_tree {
	struct medark_buffer nodes; /* struct medark_json_node; number 0 is the whole */
	struct medark_buffer texts; /* decoded strings that had escapes */
};

/* Secrets may stand in it: it is wiped. May be called on a zeroed object. */
void medark_json_tree_clear(struct medark_json_tree *tree);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_json_tree, medark_json_tree_clear)

/*
 * Makes the tree of `text`, which is borrowed for as long as the tree is read; what `tree` held
 * before goes. A name that stands twice is there twice. MEDARK_E_FORMAT: it is not one valid text,
 * or has more values than MEDARK_JSON_TREE_MAX; MEDARK_E_MEMORY.
 */
int medark_json_tree_parse(struct medark_json_tree *tree, struct medark_bytes text,
			   struct medark_error *err) MEDARK_MUST_USE;

/* The whole; NULL of a tree that was not made. All nodes are borrowed from the tree. */
const struct medark_json_node *medark_json_tree_root(const struct medark_json_tree *tree);

/* What is in an object or array, one after the other; NULL: no more, or it is neither. */
const struct medark_json_node *medark_json_first(const struct medark_json_tree *tree,
						 const struct medark_json_node *of);
const struct medark_json_node *medark_json_next_of(const struct medark_json_tree *tree,
						   const struct medark_json_node *node);

/* The first member of that name; NULL: none, or no object, or `of` is NULL. */
const struct medark_json_node *medark_json_member(const struct medark_json_tree *tree,
						  const struct medark_json_node *of,
						  const char *name);

/*
 * A walk along a path of names with dots between ("code.coding.system"), through the arrays on the
 * way: each value that it leads to, in the text's order, without null and arrays in arrays.
 * Embedded, no clean-up; the path, of at most MEDARK_JSON_PATH_MAX names, is borrowed.
 */
#define MEDARK_JSON_PATH_MAX 12
struct medark_json_walk {
	const struct medark_json_tree *tree;
	struct medark_json_step {
		const struct medark_json_node *at; /* what comes next; NULL: no more */
		const char *name;		   /* the path from that member's name on */
		bool is_element;		   /* of an array that has this name */
	} steps[2 * MEDARK_JSON_PATH_MAX + 1];
	size_t depth;
};

void medark_json_walk_init(struct medark_json_walk *w, const struct medark_json_tree *tree,
			   const struct medark_json_node *from, const char *path);
/* The next value; NULL: no more. */
const struct medark_json_node *medark_json_walk_next(struct medark_json_walk *w);

/* The first value that a path leads to; NULL: none. */
const struct medark_json_node *medark_json_at(const struct medark_json_tree *tree,
					      const struct medark_json_node *from,
					      const char *path);

/* The text of it, if it is a string, a number, true or false; else empty. */
struct medark_bytes medark_json_text_at(const struct medark_json_tree *tree,
					const struct medark_json_node *from, const char *path);

#endif
