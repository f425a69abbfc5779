/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_tree.h"

#include <assert.h>
#include <string.h>

/* ---- building ---- */

void medark_json_tree_clear(struct medark_json_tree *tree)
{
	medark_buffer_clear(&tree->nodes);
	medark_buffer_clear(&tree->texts);
}

struct build {
	struct medark_json_tree *tree;
	struct medark_bytes text;
	struct medark_json_reader json;
	struct medark_bytes name;		  /* of the member whose value comes next */
	uint32_t open[MEDARK_JSON_DEPTH_MAX + 1]; /* containers, by depth */
	uint32_t last[MEDARK_JSON_DEPTH_MAX + 1]; /* what stands last in them; 0: nothing yet */
	uint32_t depth;
};

static struct medark_json_node *node(const struct medark_json_tree *tree, uint32_t i)
{
	return (struct medark_json_node *)(void *)tree->nodes.data + i;
}

/* A string's bytes without escapes. What is decoded is never longer: the memory does not move. */
static int decode(struct build *b, struct medark_bytes *out, struct medark_error *err)
{
	struct medark_buffer *texts = &b->tree->texts;

	*out = b->json.raw;
	if (!b->json.escaped)
		return 0;
	if (!texts->capacity)
		MEDARK_TRY(medark_buffer_reserve(texts, b->text.size, err));
	out->data = texts->data + texts->size;
	out->size = medark_json_decode(b->json.raw, texts->data + texts->size);
	texts->size += out->size;
	return 0;
}

static void link_node(struct build *b, uint32_t number)
{
	uint32_t *last = &b->last[b->depth];

	if (number == 0)
		return;
	if (*last)
		node(b->tree, *last)->next = number;
	else
		node(b->tree, b->open[b->depth])->child = number;
	*last = number;
}

static int add(struct build *b, enum medark_json_token token, struct medark_error *err)
{
	struct medark_json_node n = { .kind = token, .name = b->name };
	uint32_t number = (uint32_t)(b->tree->nodes.size / sizeof(n));

	if (number == MEDARK_JSON_TREE_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, "a record has too many values");
	b->name = medark_bytes(NULL, 0);
	n.whole = n.text = b->json.raw;
	if (token == MEDARK_JSON_STRING) {
		n.whole = medark_bytes(b->json.raw.data - 1, b->json.raw.size + 2);
		MEDARK_TRY(decode(b, &n.text, err));
	}
	MEDARK_TRY(medark_buffer_add(&b->tree->nodes, &n, sizeof(n), err));
	link_node(b, number);
	if (token == MEDARK_JSON_OBJECT_BEGIN || token == MEDARK_JSON_ARRAY_BEGIN) {
		b->open[++b->depth] = number;
		b->last[b->depth] = 0;
		node(b->tree, number)->text = medark_bytes(NULL, 0);
		node(b->tree, number)->whole = medark_bytes(b->json.at - 1, 0);
	}
	return 0;
}

static void close_container(struct build *b)
{
	struct medark_json_node *n = node(b->tree, b->open[b->depth--]);

	n->whole.size = (size_t)(b->json.at - n->whole.data);
}

static int take(struct build *b, enum medark_json_token token, struct medark_error *err)
{
	switch (token) {
	case MEDARK_JSON_KEY:
		return decode(b, &b->name, err);
	case MEDARK_JSON_OBJECT_END:
	case MEDARK_JSON_ARRAY_END:
		close_container(b);
		return 0;
	default:
		return add(b, token, err);
	}
}

int medark_json_tree_parse(struct medark_json_tree *tree, struct medark_bytes text,
			   struct medark_error *err)
{
	struct build b = { .tree = tree, .text = text };
	enum medark_json_token token;

	medark_json_tree_clear(tree);
	tree->nodes = (struct medark_buffer)MEDARK_BUFFER((size_t)MEDARK_JSON_TREE_MAX *
							  sizeof(struct medark_json_node));
	tree->texts = (struct medark_buffer)MEDARK_BUFFER_SECRET(text.size + 1);
	medark_json_reader_init(&b.json, text);
	while ((token = medark_json_next(&b.json)) > MEDARK_JSON_END)
		MEDARK_TRY(take(&b, token, err));
	if (token == MEDARK_JSON_BAD || tree->nodes.size == 0) {
		medark_json_tree_clear(tree);
		return medark_error_set(err, MEDARK_E_FORMAT, "a record is no valid JSON");
	}
	return 0;
}

/* ---- reading ---- */

const struct medark_json_node *medark_json_tree_root(const struct medark_json_tree *tree)
{
	return tree->nodes.size ? node(tree, 0) : NULL;
}

const struct medark_json_node *medark_json_first(const struct medark_json_tree *tree,
						 const struct medark_json_node *of)
{
	return of && of->child ? node(tree, of->child) : NULL;
}

const struct medark_json_node *medark_json_next_of(const struct medark_json_tree *tree,
						   const struct medark_json_node *n)
{
	return n->next ? node(tree, n->next) : NULL;
}

const struct medark_json_node *medark_json_member(const struct medark_json_tree *tree,
						  const struct medark_json_node *of,
						  const char *name)
{
	const struct medark_json_node *n;

	if (!of || of->kind != MEDARK_JSON_OBJECT_BEGIN)
		return NULL;
	for (n = medark_json_first(tree, of); n; n = medark_json_next_of(tree, n))
		if (medark_bytes_is(n->name, name))
			return n;
	return NULL;
}

/* ---- paths ---- */

/* What stands in `of` is looked at next, for the member that `name` begins with. */
static void push(struct medark_json_walk *w, const struct medark_json_node *of, const char *name,
		 bool is_element)
{
	assert(w->depth < sizeof(w->steps) / sizeof(*w->steps));
	w->steps[w->depth++] = (struct medark_json_step) { .at = medark_json_first(w->tree, of),
							   .name = name,
							   .is_element = is_element };
}

void medark_json_walk_init(struct medark_json_walk *w, const struct medark_json_tree *tree,
			   const struct medark_json_node *from, const char *path)
{
	w->tree = tree;
	w->depth = 0;
	if (from && from->kind == MEDARK_JSON_OBJECT_BEGIN)
		push(w, from, path, false);
}

const struct medark_json_node *medark_json_walk_next(struct medark_json_walk *w)
{
	while (w->depth) {
		struct medark_json_step *step = &w->steps[w->depth - 1];
		const struct medark_json_node *n = step->at;
		size_t size = strcspn(step->name, ".");
		const char *rest = step->name + size + (step->name[size] == '.');

		if (!n) {
			w->depth--;
			continue;
		}
		step->at = medark_json_next_of(w->tree, n);
		if (!step->is_element &&
		    !medark_bytes_equal(n->name, medark_bytes(step->name, size)))
			continue;
		if (n->kind == MEDARK_JSON_ARRAY_BEGIN) {
			if (!step->is_element)
				push(w, n, step->name, true);
			continue;
		}
		if (!*rest && n->kind != MEDARK_JSON_NULL)
			return n;
		if (*rest && n->kind == MEDARK_JSON_OBJECT_BEGIN)
			push(w, n, rest, false);
	}
	return NULL;
}

const struct medark_json_node *medark_json_at(const struct medark_json_tree *tree,
					      const struct medark_json_node *from, const char *path)
{
	struct medark_json_walk w;

	medark_json_walk_init(&w, tree, from, path);
	return medark_json_walk_next(&w);
}

struct medark_bytes medark_json_text_at(const struct medark_json_tree *tree,
					const struct medark_json_node *from, const char *path)
{
	const struct medark_json_node *n = medark_json_at(tree, from, path);

	return n ? n->text : medark_bytes(NULL, 0);
}
