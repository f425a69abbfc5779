/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proof is made in three passes over the few segments that its records stand in: which leaves
 * (prove_choose), their paths, which PROOF holds in front of the records, and the records.
 */
#include "archive/leaf_places.h"
#include "archive/prove_choose.h"
#include "archive/row.h"
#include "archive/segment_load.h"
#include "archive/tail.h"
#include "archive/texts.h"
#include "container/member.h"
#include "container/proof.h"
#include "crypto/envelope.h"
#include "store/output.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

struct prove {
	struct medark_archive *archive;
	struct medark_choice choice;
	struct medark_digest *hashes; /* of all data segments, as the index has them */
	uint32_t segment_count;
	struct medark_merkle_tree *tree; /* over them */
	struct medark_key salt_key;
	struct medark_loader *loader;
	struct medark_buffer text; /* PROOF */
	struct medark_output *output;
};

static void prove_clear(struct prove *p)
{
	medark_choice_clear(&p->choice);
	free(p->hashes);
	medark_merkle_tree_free(p->tree);
	medark_key_clear(&p->salt_key);
	medark_loader_free(p->loader);
	medark_buffer_clear(&p->text);
	medark_output_free(p->output);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct prove, prove_clear)

/* ---- paths ---- */

/* The tree over all segments must be the one that was signed (F-18). */
static int read_tree(struct prove *p, struct medark_error *err)
{
	const struct medark_manifest *manifest = p->archive->manifest;
	uint32_t count = medark_manifest_segments(manifest, MEDARK_KIND_DATA);
	struct medark_segment_row segment;
	struct medark_index *index;
	struct medark_bytes row;

	MEDARK_TRY(medark_archive_index(p->archive, &index, err));
	p->hashes = calloc((size_t)count + 1, sizeof(*p->hashes));
	if (!p->hashes)
		return medark_error_memory(err, "the record tree");
	for (uint32_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, i, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, i + 1, &segment, err));
		p->hashes[i] = segment.hash;
	}
	MEDARK_TRY(medark_merkle_tree_new(p->hashes, count, &p->tree, err));
	p->segment_count = count;
	if (!medark_digest_equal(medark_merkle_tree_root(p->tree),
				 &medark_manifest_facts(manifest)->records_root))
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the index's segments do not lead to the signed records root");
	return 0;
}

/* A segment and the leaves of it that are proved: lines of PROOF. */
static int write_paths(struct prove *p, const struct medark_chosen_leaf *leaves, size_t count,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_leaf_places_clear) struct medark_leaf_places places = { 0 };
	MEDARK_AUTO(medark_heap_free) struct medark_digest *hashes = NULL;
	MEDARK_AUTO(medark_merkle_tree_free) struct medark_merkle_tree *tree = NULL;
	struct medark_proof_line line = { .segment = leaves->segment };
	const struct medark_map *map;
	struct medark_digest hash;

	MEDARK_TRY(medark_loader_load(p->loader, line.segment, &map, err));
	MEDARK_TRY(medark_leaf_places_list(map, &places, err));
	hashes = malloc((places.count + 1) * sizeof(*hashes));
	if (!hashes)
		return medark_error_memory(err, "the record tree");
	MEDARK_TRY(medark_leaf_places_hash(&places, map->content, &p->salt_key, line.segment,
					   hashes, err));
	MEDARK_TRY(medark_merkle_tree_new(hashes, places.count, &tree, err));
	medark_merkle_segment(line.segment, places.count, medark_merkle_tree_root(tree), &hash);
	if (!medark_digest_equal(&hash, &p->hashes[line.segment - 1]))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the records of data segment %" PRIu32
					" do not have the hash that the index says",
					line.segment);
	line.leaves = places.count;
	line.path_count = medark_merkle_tree_path(p->tree, line.segment - 1, line.path);
	MEDARK_TRY(medark_proof_write_line(&p->text, &line, err));
	line.is_leaf = true;
	for (size_t i = 0; i < count; i++) {
		line.leaf = leaves[i].leaf;
		line.path_count = medark_merkle_tree_path(tree, (size_t)leaves[i].leaf, line.path);
		MEDARK_TRY(medark_leaf_salts(&p->salt_key, line.segment, line.leaf, 1, &line.salt,
					     err));
		MEDARK_TRY(medark_proof_write_line(&p->text, &line, err));
	}
	return 0;
}

static int write_text(struct prove *p, const struct medark_chosen_leaf *leaves, size_t count,
		      struct medark_error *err)
{
	const struct medark_archive *a = p->archive;

	MEDARK_TRY(read_tree(p, err));
	MEDARK_TRY(medark_salt_key(&a->key, a->header.archive.bytes, &p->salt_key, err));
	MEDARK_TRY(medark_loader_new(a, &p->loader, err));
	MEDARK_TRY(medark_proof_write_head(&p->text, count, err));
	for (size_t n; count; leaves += n, count -= n) {
		for (n = 1; n < count && leaves[n].segment == leaves->segment;)
			n++;
		MEDARK_TRY(write_paths(p, leaves, n, err));
	}
	return 0;
}

/* ---- the file ---- */

static int write_member(struct prove *p, const char *name, struct medark_bytes content,
			struct medark_error *err)
{
	static const uint8_t padding[MEDARK_TAR_BLOCK];
	uint8_t header[MEDARK_TAR_BLOCK];
	const struct medark_bytes parts[] = {
		medark_bytes(header, sizeof(header)),
		content,
		medark_bytes(padding, (size_t)(medark_member_space(content.size) - sizeof(header) -
					       content.size)),
	};

	medark_member_header(name, content.size, header);
	return medark_output_write_parts(p->output, parts, 3, err);
}

/*
 * MANIFEST and what vouches for it, as the archive has them: the bytes from MANIFEST on. Who can
 * open the archive (KEYS.N.p7m, the last before LOCATOR) is no matter of a proof.
 */
static int write_vouchers(struct prove *p, struct medark_error *err)
{
	MEDARK_AUTO(medark_tail_clear) struct medark_tail tail = { 0 };
	struct medark_digest digest;
	size_t size;

	MEDARK_TRY(medark_tail_read(p->archive->input, &tail, err));
	medark_sha256(tail.bytes.data, tail.bytes.size, &digest);
	/* It was verified when the archive was opened; the file may have changed since. */
	if (!medark_digest_equal(&digest, &p->archive->tail_digest))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the archive has changed while it was read");
	assert(tail.bytes.size > MEDARK_TAIL_SIZE);
	size = tail.bytes.size - MEDARK_TAIL_SIZE;
	for (size_t i = medark_addition_before_keys(tail.additions, tail.addition_count);
	     i < tail.addition_count; i++)
		size -= (size_t)medark_member_space(tail.additions[i].content.size);
	return medark_output_write(p->output, tail.bytes.data, size, err);
}

static int write_records(struct prove *p, const struct medark_chosen_leaf *leaves, size_t count,
			 struct medark_error *err)
{
	char name[MEDARK_TAR_NAME_MAX + 1];
	const struct medark_map *map;

	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_loader_load(p->loader, leaves[i].segment, &map, err));
		(void)snprintf(name, sizeof(name), MEDARK_MEMBER_RECORD, (unsigned)(i + 1));
		MEDARK_TRY(write_member(
			p, name,
			medark_bytes(map->content.data + leaves[i].offset, leaves[i].length), err));
	}
	return 0;
}

static int write_all(struct prove *p, const struct medark_chosen_leaf *leaves, size_t count,
		     struct medark_error *err)
{
	static const uint8_t end[MEDARK_TAR_END];

	MEDARK_TRY(write_member(p, MEDARK_MEMBER_CHECK, medark_text_check(), err));
	MEDARK_TRY(write_vouchers(p, err));
	MEDARK_TRY(write_member(p, MEDARK_MEMBER_PROOF, medark_bytes(p->text.data, p->text.size),
				err));
	MEDARK_TRY(write_records(p, leaves, count, err));
	MEDARK_TRY(medark_output_write(p->output, end, sizeof(end), err));
	return medark_output_finish(p->output, err);
}

static void count_leaves(const struct medark_chosen_leaf *leaves, size_t count,
			 struct medark_prove_result *out)
{
	out->leaves = count;
	for (size_t i = 0; i < count; i++) {
		out->bytes += leaves[i].length;
		out->segments += i == 0 || leaves[i].segment != leaves[i - 1].segment;
	}
}

int medark_archive_prove(struct medark_archive *archive, const struct medark_prove_request *request,
			 const struct medark_events *events, struct medark_prove_result *out,
			 struct medark_error *err)
{
	MEDARK_AUTO(prove_clear)
	struct prove p = { .archive = archive,
			   .choice = MEDARK_CHOICE,
			   .text = MEDARK_BUFFER(MEDARK_PROOF_MAX) };
	struct medark_prove_result result = { .patients = request->patient_count };
	const struct medark_chosen_leaf *leaves;
	size_t count;

	MEDARK_TRY(medark_output_open(request->path, request->replace, &p.output, err));
	MEDARK_TRY(medark_choose(archive, request, events, &p.choice, err));
	leaves = (const struct medark_chosen_leaf *)(void *)p.choice.leaves.data;
	count = p.choice.leaves.size / sizeof(*leaves);
	if (count > MEDARK_NUMBER_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a proof has no room for %zu records",
					count);
	result.records = p.choice.records;
	count_leaves(leaves, count, &result);
	MEDARK_TRY(write_text(&p, leaves, count, err));
	if (request->before)
		MEDARK_TRY(request->before(request->context, &result, err));
	MEDARK_TRY(write_all(&p, leaves, count, err));
	result.size = medark_output_size(p.output);
	*out = result;
	return 0;
}
