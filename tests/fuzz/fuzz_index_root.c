/* SPDX-License-Identifier: Apache-2.0 */
/* The index's root, for an archive with two pages of every table: what is taken is in order. */
#include "forge.h"

#include "archive/index_root.h"
#include "container/member.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(struct medark_manifest_writer *w, const char *name)
{
	static const struct medark_digest digest;

	forge_expect(medark_manifest_writer_add(w, name, 300, &digest, NULL) == 0);
}

static void add_segments(struct medark_manifest_writer *w, enum medark_kind kind, uint32_t count)
{
	char name[MEDARK_TAR_NAME_MAX + 1];

	for (uint32_t i = 1; i <= count; i++) {
		medark_member_name(kind, i, name);
		add(w, name);
	}
}

static struct medark_manifest *make_manifest(void)
{
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 16);
	struct medark_manifest_facts facts = {
		.archive = { "an archive's id" }, .sequence = 1, .records = 3, .leaves = 4
	};
	struct medark_manifest *manifest = NULL;

	forge_expect(medark_manifest_writer_new(&w, NULL) == 0);
	add(w, MEDARK_MEMBER_README);
	add(w, MEDARK_MEMBER_RECOVER);
	add(w, MEDARK_MEMBER_FORMAT);
	add(w, MEDARK_MEMBER_HEADER);
	add(w, MEDARK_MEMBER_KEYS);
	for (int kind = MEDARK_KIND_DATA; kind < MEDARK_KIND_ROOT; kind++)
		add_segments(w, (enum medark_kind)kind, 2);
	add_segments(w, MEDARK_KIND_ROOT, 1);
	add(w, MEDARK_MEMBER_SUMMARY);
	forge_expect(medark_manifest_writer_finish(w, &facts, &text, NULL) == 0);
	forge_expect(medark_manifest_parse(medark_bytes(text.data, text.size), &manifest, NULL) ==
		     0);
	return manifest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medark_manifest *manifest;
	MEDARK_AUTO(medark_index_root_clear) struct medark_index_root root = { 0 };

	if (!manifest)
		manifest = make_manifest();
	if (medark_index_root_parse(medark_bytes(data, size), manifest, &root, NULL) < 0)
		return 0;
	for (int kind = MEDARK_KIND_ITEMS; kind < MEDARK_KIND_ROOT; kind++) {
		const struct medark_index_table *t = &root.tables[kind];

		forge_expect(t->page_count == 2 && t->pages[0].row == 0);
		forge_expect(t->pages[1].row > 0 && t->pages[1].row < t->rows);
		for (uint32_t i = 0; i < 2; i++)
			forge_expect(t->pages[i].key.data >= root.keys.data &&
				     t->pages[i].key.data + t->pages[i].key.size <=
					     root.keys.data + root.keys.size);
	}
	return 0;
}
