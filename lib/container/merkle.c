/* SPDX-License-Identifier: Apache-2.0 */
#include "container/merkle.h"

#include "base/bytes.h"
#include "crypto/leaf.h"

#include <stdlib.h>

/*
 * RFC 6962 splits from the top, at the largest power of two below the count. Joining neighbours
 * level by level and carrying an odd last one up unchanged gives the same tree, in place.
 */
void medark_merkle_root(struct medark_digest *hashes, size_t count, struct medark_digest *out)
{
	if (count == 0) {
		medark_sha256("", 0, out);
		return;
	}
	while (count > 1) {
		medark_node_hash(hashes, count / 2, hashes);
		if (count % 2)
			hashes[count / 2] = hashes[count - 1];
		count = (count + 1) / 2;
	}
	*out = hashes[0];
}

void medark_merkle_segment(uint64_t segment, uint64_t leaves, const struct medark_digest *root,
			   struct medark_digest *out)
{
	uint8_t message[1 + 8 + 8 + MEDARK_DIGEST_SIZE] = { 0x02 };

	medark_put_be64(message + 1, segment);
	medark_put_be64(message + 9, leaves);
	memcpy(message + 17, root->bytes, MEDARK_DIGEST_SIZE);
	medark_sha256(message, sizeof(message), out);
}

/* ---- paths ---- */

struct medark_merkle_tree {
	size_t count;		      /* of the lowest level */
	struct medark_digest nodes[]; /* level by level, from the lowest; the root last */
};

void medark_merkle_tree_free(struct medark_merkle_tree *tree)
{
	free(tree);
}

/* Nodes of all levels together; as above, an odd last one is carried up. */
static size_t nodes_of(size_t count)
{
	size_t all = count;

	while (count > 1) {
		count = (count + 1) / 2;
		all += count;
	}
	return all;
}

int medark_merkle_tree_new(const struct medark_digest *hashes, size_t count,
			   struct medark_merkle_tree **out, struct medark_error *err)
{
	struct medark_merkle_tree *tree = NULL;
	struct medark_digest *level;

	if (count <= SIZE_MAX / 4 / sizeof(*hashes))
		tree = malloc(sizeof(*tree) + nodes_of(count) * sizeof(*hashes));
	if (!tree)
		return medark_error_memory(err, "a tree of hashes");
	tree->count = count;
	memcpy(tree->nodes, hashes, count * sizeof(*hashes));
	level = tree->nodes;
	while (count > 1) {
		struct medark_digest *above = level + count;

		medark_node_hash(level, count / 2, above);
		if (count % 2)
			above[count / 2] = level[count - 1];
		count = (count + 1) / 2;
		level = above;
	}
	*out = tree;
	return 0;
}

const struct medark_digest *medark_merkle_tree_root(const struct medark_merkle_tree *tree)
{
	return &tree->nodes[nodes_of(tree->count) - 1];
}

size_t medark_merkle_tree_path(const struct medark_merkle_tree *tree, size_t index,
			       struct medark_digest out[MEDARK_MERKLE_PATH_MAX])
{
	const struct medark_digest *level = tree->nodes;
	size_t count = tree->count, used = 0;

	while (count > 1) {
		if ((index ^ 1) < count)
			out[used++] = level[index ^ 1];
		level += count;
		count = (count + 1) / 2;
		index /= 2;
	}
	return used;
}

bool medark_merkle_fold(const struct medark_digest *hash, uint64_t index, uint64_t count,
			const struct medark_digest *path, size_t path_count,
			struct medark_digest *out_root)
{
	struct medark_digest pair[2] = { *hash };
	uint64_t last = count - 1;

	if (index >= count)
		return false;
	for (size_t i = 0; i < path_count; i++) {
		bool is_right = index % 2 || index == last;

		if (last == 0)
			return false;
		pair[1] = is_right ? pair[0] : path[i];
		pair[0] = is_right ? path[i] : pair[0];
		medark_node_hash(pair, 1, pair);
		/* Levels where it was carried up have no neighbour. */
		while (is_right && index % 2 == 0 && index) {
			index /= 2;
			last /= 2;
		}
		index /= 2;
		last /= 2;
	}
	*out_root = pair[0];
	return last == 0;
}
