/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole archive: as it is, and, where its bytes are members one after the other, with the
 * manifest that they should have, signed by a signer who is trusted.
 */
#include "forge.h"

#include "container/member.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ignore_row(void *context, const struct medark_patient_row *row)
{
	(void)context, (void)row;
	return 0;
}

/* Opens and checks it; whether it verifies. */
static bool try_archive(struct medark_bytes content)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = NULL;
	MEDARK_AUTO(medark_heap_free)
	struct medark_archive_info *info = malloc(sizeof(*info));
	const char *path = forge_file(content);
	bool verifies;
	int code;

	forge_expect(info != NULL);
	(void)medark_archive_inspect(path, info, NULL);
	if (medark_archive_open(path, forge_trust(), NULL, &a, NULL) < 0)
		return false;
	verifies = medark_archive_verify(a, 1, NULL, NULL) == 0;
	forge_expect(medark_archive_info(a, info, NULL) == 0 && info->size == content.size);
	medark_archive_free(MEDARK_TAKE(a));
	code = medark_archive_open(path, forge_trust(), forge_identity(), &a, NULL);
	forge_expect(code == 0 || code == MEDARK_E_IDENTITY || code == MEDARK_E_FORMAT);
	if (code == 0)
		(void)medark_archive_patients(a, "a", 0, ignore_row, NULL, NULL);
	return verifies;
}

/* A member's size by its tar header; false if it is none. */
static bool read_size(const uint8_t *header, uint64_t *out)
{
	*out = 0;
	for (int i = 124; i < 135; i++) {
		if (header[i] < '0' || header[i] > '7')
			return false;
		*out = *out * 8 + (uint64_t)(header[i] - '0');
	}
	return true;
}

/* Facts from where MANIFEST has them, if they are well-formed. */
static void read_facts(struct medark_bytes text, struct medark_manifest_facts *out)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *m = NULL;

	if (medark_manifest_parse(text, &m, NULL) == 0)
		*out = *medark_manifest_facts(m);
}

static void add_tail(struct medark_buffer *tar, struct medark_manifest_writer *w,
		     const struct medark_manifest_facts *facts)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	static const uint8_t end[MEDARK_TAR_END];
	uint8_t locator[MEDARK_LOCATOR_SIZE];

	medark_locator_make(tar->size, locator);
	if (medark_manifest_writer_finish(w, facts, &text, NULL) < 0)
		return;
	forge_sign(medark_bytes(text.data, text.size), &p7s);
	(void)forge_member(tar, NULL, MEDARK_MEMBER_MANIFEST, medark_bytes(text.data, text.size));
	(void)forge_member(tar, NULL, MEDARK_MEMBER_SIGNATURE, medark_bytes(p7s.data, p7s.size));
	(void)forge_member(tar, NULL, MEDARK_MEMBER_LOCATOR,
			   medark_bytes(locator, sizeof(locator)));
	forge_expect(medark_buffer_add(tar, end, sizeof(end), NULL) == 0);
}

/* Takes the members up to MANIFEST; gives them a tail. */
static void mend(struct medark_bytes rest, struct medark_buffer *tar)
{
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	struct medark_manifest_facts facts = { .sequence = 1 };
	char name[MEDARK_TAR_NAME_MAX + 1];
	uint64_t size;

	forge_expect(medark_manifest_writer_new(&w, NULL) == 0);
	while (rest.size >= MEDARK_TAR_BLOCK && read_size(rest.data, &size) &&
	       medark_member_space(size) <= rest.size) {
		struct medark_bytes content =
			medark_bytes(rest.data + MEDARK_TAR_BLOCK, (size_t)size);
		size_t space = (size_t)medark_member_space(size);

		memcpy(name, rest.data, MEDARK_TAR_NAME_MAX);
		name[MEDARK_TAR_NAME_MAX] = '\0';
		if (strcmp(name, MEDARK_MEMBER_MANIFEST) == 0) {
			read_facts(content, &facts);
			break;
		}
		if (!forge_member(tar, w, name, content))
			return;
		rest = medark_bytes(rest.data + space, rest.size - space);
	}
	add_tail(tar, w, &facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer tar = MEDARK_BUFFER(16u << 20);

	forge_expect(medark_digest_setup(NULL) == 0);
	(void)try_archive(medark_bytes(data, size));
	mend(medark_bytes(data, size), &tar);
	if (tar.size > MEDARK_TAIL_SIZE)
		(void)try_archive(medark_bytes(tar.data, tar.size));
	return 0;
}
