/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/uuid.h"

#include "base/text.h"
#include "crypto/sha1.h"

#include <stdio.h>

/* The namespace of these documents, drawn once. */
static const uint8_t space[16] = { 0x3d, 0x0b, 0xf2, 0x58, 0x6c, 0x91, 0x4e, 0x7a,
				   0x9a, 0x44, 0xd7, 0x1e, 0x85, 0xc0, 0x2b, 0x6f };

static int add_part(struct medark_sha1 *hash, struct medark_bytes part, struct medark_error *err)
{
	char size[24];
	int digits = snprintf(size, sizeof(size), "%zu:", part.size);

	MEDARK_TRY(medark_sha1_add(hash, medark_bytes(size, (size_t)digits), err));
	return medark_sha1_add(hash, part, err);
}

int medark_uuid_make(const struct medark_bytes *parts, size_t count, char out[MEDARK_UUID_SIZE],
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_sha1_free) struct medark_sha1 *hash = NULL;
	uint8_t digest[MEDARK_SHA1_SIZE];
	char hex[33];

	MEDARK_TRY(medark_sha1_new(&hash, err));
	MEDARK_TRY(medark_sha1_add(hash, medark_bytes(space, sizeof(space)), err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(add_part(hash, parts[i], err));
	MEDARK_TRY(medark_sha1_end(hash, digest, err));
	digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x50);
	digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
	medark_text_hex(digest, 16, hex);
	(void)snprintf(out, MEDARK_UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
	return 0;
}
