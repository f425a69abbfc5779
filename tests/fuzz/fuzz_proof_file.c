/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole proof of records: as it is, and as a signer makes it who is trusted and hostile. For that
 * an input is parts with a byte 0x1e between them (forge.h): `P` the text PROOF, `c` each a record.
 * The MANIFEST is one that the first leaf of PROOF leads to, signed.
 */
#include "forge.h"

#include "archive/texts.h"
#include "container/member.h"
#include "container/proof.h"

#include <medark/proof.h>

#include <stdio.h>
#include <string.h>

#define FILE_MAX     ((size_t)1 << 20)
#define SEGMENTS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_one(void *context, const struct medark_proof_record *record,
		     struct medark_error *err)
{
	uint64_t *count = context;

	(void)err;
	*count += 1;
	forge_expect(record->number == *count && record->type && record->id);
	forge_expect(record->segment && (record->size == 0 || record->data));
	return 0;
}

static int try_proof(struct medark_bytes content)
{
	struct medark_proof_info info;
	struct medark_error err = { 0 };
	uint64_t count = 0;
	int code = medark_proof_verify(forge_file(content), forge_trust(), count_one, &count, &info,
				       &err);

	forge_expect(code == 0 || (code == MEDARK_E_FORMAT && *err.message));
	if (code == 0)
		forge_expect(info.leaves == count && count && info.records <= count &&
			     info.size == content.size);
	return code;
}

/* The root that the first leaf leads to; how many segments there have to be at least. */
static uint32_t lead(const struct forge_parts *parts, struct medark_digest *out_root)
{
	struct medark_proof_reader reader;
	struct medark_proof_line segment, line;
	struct medark_bytes record = forge_get(parts, 'c');
	struct medark_digest hash, tree;

	if (medark_proof_begin(forge_get(parts, 'P'), &reader, NULL) < 0 ||
	    medark_proof_next(&reader, &segment, NULL) <= 0 ||
	    medark_proof_next(&reader, &line, NULL) <= 0 || !line.is_leaf ||
	    segment.segment > SEGMENTS_MAX)
		return 0;
	medark_leaf_hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])line.salt, &record, 1, &hash);
	if (!medark_merkle_fold(&hash, line.leaf, line.leaves, line.path, line.path_count, &tree))
		return 0;
	medark_merkle_segment(segment.segment, segment.leaves, &tree, &hash);
	for (uint32_t n = segment.segment; n <= SEGMENTS_MAX; n++)
		if (medark_merkle_fold(&hash, segment.segment - 1, n, segment.path,
				       segment.path_count, out_root))
			return n;
	return 0;
}

static void add(struct medark_manifest_writer *w, const char *name)
{
	static const struct medark_digest none;

	forge_expect(medark_manifest_writer_add(w, name, 1, &none, NULL) == 0);
}

static void make_manifest(uint32_t segments, const struct medark_digest *root,
			  struct medark_buffer *out)
{
	static const char *const front[] = { MEDARK_MEMBER_README, MEDARK_MEMBER_RECOVER,
					     MEDARK_MEMBER_FORMAT, MEDARK_MEMBER_HEADER,
					     MEDARK_MEMBER_KEYS };
	const struct medark_manifest_facts facts = { .sequence = 1, .records_root = *root };
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	char name[MEDARK_TAR_NAME_MAX + 1];

	forge_expect(medark_manifest_writer_new(&w, NULL) == 0);
	for (size_t i = 0; i < sizeof(front) / sizeof(front[0]); i++)
		add(w, front[i]);
	for (uint32_t n = 1; n <= segments; n++) {
		medark_member_name(MEDARK_KIND_DATA, n, name);
		add(w, name);
	}
	add(w, MEDARK_MEMBER_ROOT);
	add(w, MEDARK_MEMBER_SUMMARY);
	forge_expect(medark_manifest_writer_finish(w, &facts, out, NULL) == 0);
}

static void make_proof(const struct forge_parts *parts, uint32_t segments,
		       const struct medark_digest *root, struct medark_buffer *out)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer manifest = MEDARK_BUFFER(FILE_MAX);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(FILE_MAX);
	static const uint8_t end[MEDARK_TAR_END];
	char name[32];
	unsigned number = 0;

	make_manifest(segments, root, &manifest);
	forge_sign(medark_bytes(manifest.data, manifest.size), &p7s);
	(void)forge_member(out, NULL, MEDARK_MEMBER_CHECK, medark_text_check());
	(void)forge_member(out, NULL, MEDARK_MEMBER_MANIFEST,
			   medark_bytes(manifest.data, manifest.size));
	(void)forge_member(out, NULL, MEDARK_MEMBER_SIGNATURE, medark_bytes(p7s.data, p7s.size));
	(void)forge_member(out, NULL, MEDARK_MEMBER_PROOF, forge_get(parts, 'P'));
	for (size_t i = 0; i < parts->count; i++) {
		if (parts->part[i].letter != 'c')
			continue;
		(void)snprintf(name, sizeof(name), MEDARK_MEMBER_RECORD, ++number);
		(void)forge_member(out, NULL, name, parts->part[i].text);
	}
	forge_expect(medark_buffer_add(out, end, sizeof(end), NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer proof = MEDARK_BUFFER(FILE_MAX);
	struct forge_parts parts;
	struct medark_digest root;
	uint32_t segments;

	forge_expect(medark_digest_setup(NULL) == 0);
	(void)try_proof(medark_bytes(data, size));
	forge_split(medark_bytes(data, size), &parts);
	segments = lead(&parts, &root);
	if (!segments)
		return 0;
	make_proof(&parts, segments, &root, &proof);
	(void)try_proof(medark_bytes(proof.data, proof.size));
	return 0;
}
