/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A signer that is trusted and hostile: the input stands behind a right seal and, mostly, a right
 * binding, so that everything after the tag check is reached. The first byte chooses.
 */
#include "../sealer.h"

#include "base/text.h"
#include "container/member.h"
#include "container/segment.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct medark_key key = { "a key that everybody may know of" };
static const struct medark_archive_id archive = { "an archive's id" };

static size_t make_binding(enum medark_kind kind, uint8_t out[160])
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1];
	int n;

	medark_text_hex(archive.bytes, sizeof(archive.bytes), id);
	n = snprintf((char *)out + 8, 152, "{\"archive\":\"%s\",\"kind\":\"%s\",\"number\":1}", id,
		     medark_kind_name(kind));
	medark_put_le32(out, 0x184D2A50);
	medark_put_le32(out + 4, (uint32_t)n);
	return 8 + (size_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medark_segment_reader *reader;
	static struct medark_sealer *sealer;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	enum medark_kind kind;
	struct medark_bytes parts[2], plain;
	uint8_t binding[160];
	size_t room, sum = 0;

	if (size == 0 || size > (1 << 20))
		return 0;
	if (!reader && (medark_digest_setup(NULL) < 0 ||
			medark_segment_reader_new(&key, &archive, &reader, NULL) < 0))
		abort();
	if (!sealer)
		sealer = sealer_of(&key, archive.bytes);
	kind = (enum medark_kind)((data[0] & 127) % MEDARK_KIND_COUNT);
	parts[0] = medark_bytes(binding, data[0] & 128 ? 0 : make_binding(kind, binding));
	parts[1] = medark_bytes(data + 1, size - 1);
	room = parts[0].size + parts[1].size;
	room += medark_seal_overhead(room);
	if (medark_buffer_reserve(&sealed, room, NULL) < 0 ||
	    medark_sealer_seal(sealer, parts, 2, sealed.data, room, &sealed.size, NULL) < 0)
		abort();
	if (medark_segment_read(reader, kind, 1, medark_bytes(sealed.data, sealed.size), &plain,
				NULL) < 0)
		return 0;
	for (size_t i = 0; i < plain.size + MEDARK_SEGMENT_SLACK; i += 64)
		sum += plain.data[i];
	return sum == SIZE_MAX; /* never; the bytes must be read */
}
