/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tail.h"

#include "container/member.h"

/* MANIFEST, its signature, additions and the tail, each with header and padding. */
#define REGION_MAX                                                                                 \
	((uint64_t)MEDARK_MANIFEST_MAX + MEDARK_SIGNATURE_MAX + 4 * MEDARK_TAR_BLOCK +             \
	 MEDARK_ADDITIONS_MAX * ((uint64_t)MEDARK_ADDITION_MAX + MEDARK_TAR_BLOCK) +               \
	 MEDARK_TAIL_SIZE)

/* How far from the end of a file the end of an archive is looked for. */
#define BEHIND_MAX ((size_t)1 << 20)

static bool is_locator(const uint8_t header[MEDARK_TAR_BLOCK])
{
	uint8_t wanted[MEDARK_TAR_BLOCK];

	medark_member_header(MEDARK_MEMBER_LOCATOR, MEDARK_LOCATOR_SIZE, wanted);
	return memcmp(header, wanted, sizeof(wanted)) == 0;
}

/* The size field of a tar header; false if it is not 11 octal digits and NUL. */
static bool header_size(const uint8_t header[MEDARK_TAR_BLOCK], uint64_t *out)
{
	uint64_t size = 0;

	for (int i = 124; i < 135; i++) {
		if (header[i] < '0' || header[i] > '7')
			return false;
		size = size * 8 + (uint64_t)(header[i] - '0');
	}
	*out = size;
	return header[135] == '\0';
}

/* Does it begin with the member that every archive begins with, as far as it goes? */
static int begins_as_archive(struct medark_input *in, uint64_t size, struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK] = { 0 }, wanted[MEDARK_TAR_BLOCK];
	size_t room = size < sizeof(header) ? (size_t)size : sizeof(header);
	uint64_t member;

	MEDARK_TRY(medark_input_read(in, 0, header, room, err));
	if (room < sizeof(header))
		return room > sizeof(MEDARK_MEMBER_README) &&
		       memcmp(header, MEDARK_MEMBER_README, sizeof(MEDARK_MEMBER_README)) == 0;
	if (!header_size(header, &member))
		return 0;
	medark_member_header(MEDARK_MEMBER_README, member, wanted);
	return memcmp(header, wanted, sizeof(wanted)) == 0;
}

/* What is no archive is told from one that was not copied to its end. */
static int refuse_no_end(struct medark_input *in, uint64_t size, struct medark_error *err)
{
	int begins;

	if (!size)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the file is empty; copy it again, or take another copy");
	begins = begins_as_archive(in, size, err);
	MEDARK_TRY(begins);
	if (!begins)
		return medark_error_set(err, MEDARK_E_FORMAT, "this is no medark archive");
	return medark_error_set(err, MEDARK_E_FORMAT,
				"the archive is cut off: its end is missing (%llu bytes are "
				"there); copy it again, or take another copy",
				(unsigned long long)size);
}

/*
 * The file does not end as an archive does. If it is one with something behind it (a copy that did
 * not shrink, a signature that a tool appended), it stands there in its whole, and that can be
 * told.
 */
static int refuse_end(struct medark_input *in, uint64_t size, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer last = MEDARK_BUFFER(BEHIND_MAX);
	size_t room = size < BEHIND_MAX ? (size_t)size : BEHIND_MAX;
	/* Members begin at multiples of 512. */
	uint64_t first = (size - room + MEDARK_TAR_BLOCK - 1) / MEDARK_TAR_BLOCK * MEDARK_TAR_BLOCK;

	room = (size_t)(size - first);
	MEDARK_TRY(medark_buffer_reserve(&last, room, err));
	MEDARK_TRY(medark_input_read(in, first, last.data, room, err));
	for (size_t at = 0; at + MEDARK_TAIL_SIZE < room; at += MEDARK_TAR_BLOCK)
		if (is_locator(last.data + at))
			return medark_error_set(
				err, MEDARK_E_FORMAT,
				"%llu bytes stand behind LOCATOR and the end of the archive; copy "
				"it again, or take another copy",
				(unsigned long long)(size - first - at - MEDARK_TAIL_SIZE));
	return refuse_no_end(in, size, err);
}

/* F-5, F-8: the last 2,048 bytes, which begin with LOCATOR's header, of a file of `size` bytes. */
static int parse_end(const uint8_t end[MEDARK_TAIL_SIZE], uint64_t size, uint64_t *out_offset,
		     struct medark_error *err)
{
	MEDARK_TRY(medark_locator_parse(end + MEDARK_TAR_BLOCK, out_offset, err));
	if (!medark_bytes_are_zero(
		    medark_bytes(end + MEDARK_TAR_BLOCK + MEDARK_LOCATOR_SIZE, MEDARK_TAR_END)))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the archive does not end in 1024 zero bytes");
	if (*out_offset > size - MEDARK_TAIL_SIZE || size - *out_offset > REGION_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"LOCATOR points to where no MANIFEST can be");
	return 0;
}

/* Takes the member `name` from the front of `*rest`. */
static int take(struct medark_bytes *rest, const char *name, uint64_t max, struct medark_bytes *out,
		struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK];
	uint64_t size, space;

	if (rest->size < MEDARK_TAR_BLOCK || !header_size(rest->data, &size))
		return medark_error_set(err, MEDARK_E_FORMAT, "%s does not stand where it should",
					name);
	medark_member_header(name, size, header);
	if (memcmp(rest->data, header, sizeof(header)) != 0) /* F-6 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s: its tar header is missing or not of the one form",
					name);
	space = medark_member_space(size);
	if (size > max || space > rest->size)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is too large", name);
	*out = medark_bytes(rest->data + MEDARK_TAR_BLOCK, (size_t)size);
	if (!medark_bytes_are_zero(medark_bytes(
		    out->data + size, (size_t)(space - MEDARK_TAR_BLOCK - size)))) /* F-4 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s is not followed by zero bytes only", name);
	*rest = medark_bytes(rest->data + space, rest->size - (size_t)space);
	return 0;
}

/* Takes all members in front of LOCATOR: which they are, their headers say (F-40). */
static int take_additions(struct medark_bytes *rest, struct medark_tail *out,
			  struct medark_error *err)
{
	char name[MEDARK_ADDITION_NAME_MAX];
	struct medark_addition a;

	while (rest->size > MEDARK_TAIL_SIZE) {
		const uint8_t *end = memchr(rest->data, '\0', MEDARK_TAR_NAME_MAX + 1);

		if (out->addition_count == MEDARK_ADDITIONS_MAX || !end ||
		    !medark_addition_parse(medark_bytes(rest->data, (size_t)(end - rest->data)),
					   &a))
			return medark_error_set(err, MEDARK_E_FORMAT,
						"something stands between MANIFEST.p7s and LOCATOR "
						"that has no place there");
		medark_addition_name(&a, name);
		MEDARK_TRY(medark_addition_check(out->additions, out->addition_count, &a, err));
		MEDARK_TRY(take(rest, name, MEDARK_ADDITION_MAX, &a.content, err));
		out->additions[out->addition_count++] = a;
	}
	return medark_addition_check_end(out->additions, out->addition_count, err);
}

int medark_tail_parse(struct medark_tail *tail, struct medark_error *err)
{
	struct medark_bytes rest = medark_bytes(tail->bytes.data, tail->bytes.size);
	uint64_t offset;

	MEDARK_TRY(take(&rest, MEDARK_MEMBER_MANIFEST, MEDARK_MANIFEST_MAX, &tail->manifest, err));
	MEDARK_TRY(
		take(&rest, MEDARK_MEMBER_SIGNATURE, MEDARK_SIGNATURE_MAX, &tail->signature, err));
	MEDARK_TRY(take_additions(&rest, tail, err));
	if (rest.size != MEDARK_TAIL_SIZE)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"MANIFEST.p7s is not followed by LOCATOR");
	/* The file may have changed since the first look: what counts is what is in memory. */
	MEDARK_TRY(parse_end(rest.data, tail->offset + tail->bytes.size, &offset, err));
	if (!is_locator(rest.data) || offset != tail->offset)
		return medark_error_set(err, MEDARK_E_FORMAT, "the file changes while it is read");
	return 0;
}

int medark_tail_read(struct medark_input *in, struct medark_tail *out, struct medark_error *err)
{
	uint64_t size = medark_input_size(in), left;
	uint8_t end[MEDARK_TAIL_SIZE];

	*out = (struct medark_tail) { .bytes = MEDARK_BUFFER((size_t)REGION_MAX) };
	if (size < sizeof(end))
		return refuse_no_end(in, size, err);
	MEDARK_TRY(medark_input_read(in, size - sizeof(end), end, sizeof(end), err));
	if (!is_locator(end))
		return refuse_end(in, size, err);
	MEDARK_TRY(parse_end(end, size, &out->offset, err));
	left = size - out->offset;
	MEDARK_TRY(medark_buffer_reserve(&out->bytes, (size_t)left, err));
	MEDARK_TRY(medark_input_read(in, out->offset, out->bytes.data, (size_t)left, err));
	out->bytes.size = (size_t)left;
	return medark_tail_parse(out, err);
}

int medark_tail_manifest(const struct medark_tail *tail, struct medark_manifest **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *manifest = NULL;

	MEDARK_TRY(medark_manifest_parse(tail->manifest, &manifest, err));
	if (medark_manifest_offset(manifest) != tail->offset)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the file has more or fewer bytes than the members that "
					"its manifest lists");
	*out = MEDARK_TAKE(manifest);
	return 0;
}

void medark_tail_clear(struct medark_tail *tail)
{
	medark_buffer_clear(&tail->bytes);
}
