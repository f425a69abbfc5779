/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole archive, in an input that is short: a zero byte and a count stand for so many zero bytes.
 * Tried as it is, and, where it is members one after the other, with the end that it should have:
 * with its MANIFEST if it has one, and else with the right one, signed by a signer who is trusted.
 */
#include "forge.h"

#include "container/header.h"
#include "container/member.h"
#include "container/summary.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ignore_row(void *context, const struct medark_patient_row *row)
{
	(void)context, (void)row;
	return 0;
}

/* Opens and checks it. */
static void try_archive(struct medark_bytes content)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = NULL;
	MEDARK_AUTO(medark_heap_free)
	struct medark_archive_info *info = malloc(sizeof(*info));
	const char *path = forge_file(content);
	struct medark_error err;
	int code;

	forge_expect(info != NULL);
	(void)medark_archive_inspect(path, info, NULL);
	if (medark_archive_open(path, forge_trust(), NULL, &a, NULL) < 0)
		return;
	(void)medark_archive_verify(a, 1, NULL, NULL);
	forge_expect(medark_archive_info(a, info, NULL) == 0 && info->size == content.size);
	medark_archive_free(MEDARK_TAKE(a));
	code = medark_archive_open(path, forge_trust(), forge_identity(), &a, &err);
	forge_expect(code == 0 || code == MEDARK_E_IDENTITY || code == MEDARK_E_FORMAT);
	if (code == 0)
		(void)medark_archive_patients(a, "a", 0, ignore_row, NULL, NULL);
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

/* What MANIFEST repeats of header.json and summary.json. */
static void read_facts(const char *name, struct medark_bytes content,
		       struct medark_manifest_facts *out)
{
	MEDARK_AUTO(medark_heap_free) struct medark_summary *summary = NULL;
	struct medark_header header;

	if (strcmp(name, MEDARK_MEMBER_HEADER) == 0 &&
	    medark_header_parse(content, &header, NULL) == 0) {
		out->archive = header.archive;
		out->sequence = header.sequence;
		out->has_previous = header.has_previous;
		out->previous = header.previous;
	}
	if (strcmp(name, MEDARK_MEMBER_SUMMARY) != 0)
		return;
	summary = malloc(sizeof(*summary));
	if (summary && medark_summary_parse(content, summary, NULL) == 0)
		out->records = summary->records;
}

static void add_end(struct medark_buffer *tar, struct medark_bytes manifest)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	static const uint8_t end[MEDARK_TAR_END];
	uint8_t locator[MEDARK_LOCATOR_SIZE];

	medark_locator_make(tar->size, locator);
	forge_sign(manifest, &p7s);
	(void)forge_member(tar, NULL, MEDARK_MEMBER_MANIFEST, manifest);
	(void)forge_member(tar, NULL, MEDARK_MEMBER_SIGNATURE, medark_bytes(p7s.data, p7s.size));
	(void)forge_member(tar, NULL, MEDARK_MEMBER_LOCATOR,
			   medark_bytes(locator, sizeof(locator)));
	forge_expect(medark_buffer_add(tar, end, sizeof(end), NULL) == 0);
}

/* What is being mended. */
struct mend {
	struct medark_buffer *tar;
	struct medark_manifest_writer *writer; /* NULL: a member was refused; only MANIFEST helps */
	struct medark_manifest_facts facts;
};

/* Takes the next member from the front of `*rest`: 1; 0 at the end or after MANIFEST. */
static int take_member(struct mend *m, struct medark_bytes *rest)
{
	char name[MEDARK_TAR_NAME_MAX + 1] = "";
	struct medark_bytes content;
	uint64_t size, space;

	if (rest->size < MEDARK_TAR_BLOCK || !read_size(rest->data, &size))
		return 0;
	space = medark_member_space(size);
	if (space > rest->size || rest->data[0] == '\0')
		return 0;
	memcpy(name, rest->data, MEDARK_TAR_NAME_MAX);
	content = medark_bytes(rest->data + MEDARK_TAR_BLOCK, (size_t)size);
	*rest = medark_bytes(rest->data + space, rest->size - (size_t)space);
	if (strcmp(name, MEDARK_MEMBER_MANIFEST) == 0) {
		add_end(m->tar, content);
		m->writer = NULL;
		return 0;
	}
	read_facts(name, content, &m->facts);
	if (!m->writer || !forge_member(m->tar, m->writer, name, content)) {
		m->writer = NULL;
		(void)forge_member(m->tar, NULL, name, content);
	}
	return 1;
}

static void mend(struct medark_bytes rest, struct medark_buffer *tar)
{
	MEDARK_AUTO(medark_manifest_writer_free) struct medark_manifest_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	struct mend m = { .tar = tar, .facts = { .sequence = 1 } };

	forge_expect(medark_manifest_writer_new(&w, NULL) == 0);
	m.writer = w;
	while (take_member(&m, &rest))
		;
	if (m.writer && medark_manifest_writer_finish(m.writer, &m.facts, &text, NULL) == 0)
		add_end(tar, medark_bytes(text.data, text.size));
}

/* Puts the zero bytes back. */
static void expand(struct medark_bytes input, struct medark_buffer *out)
{
	static const uint8_t zeros[256];

	for (size_t i = 0; i < input.size; i++) {
		if (input.data[i] || i + 1 == input.size)
			forge_expect(medark_buffer_add(out, input.data + i, 1, NULL) == 0);
		else
			forge_expect(medark_buffer_add(out, zeros, input.data[++i], NULL) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer plain = MEDARK_BUFFER(64u << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer tar = MEDARK_BUFFER(64u << 20);

	forge_expect(medark_digest_setup(NULL) == 0);
	expand(medark_bytes(data, size), &plain);
	try_archive(medark_bytes(plain.data, plain.size));
	mend(medark_bytes(plain.data, plain.size), &tar);
	if (tar.size)
		try_archive(medark_bytes(tar.data, tar.size));
	return 0;
}
