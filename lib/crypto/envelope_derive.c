/* SPDX-License-Identifier: Apache-2.0 */
/* The two values that are derived from the archive key. */
#include "crypto/envelope.h"

static int derive(const struct medark_key *archive_key, const char *label,
		  const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], struct medark_digest *out,
		  struct medark_error *err)
{
	/* The label's terminating zero is part of the input. */
	struct medark_bytes parts[] = {
		medark_bytes(label, strlen(label) + 1),
		medark_bytes(archive_id, MEDARK_ARCHIVE_ID_SIZE),
	};

	return medark_hmac_sha256(medark_bytes(archive_key->bytes, MEDARK_KEY_SIZE), parts, 2, out,
				  err);
}

/* F-12 */
int medark_kek_commit(const struct medark_key *archive_key,
		      const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], struct medark_digest *out,
		      struct medark_error *err)
{
	return derive(archive_key, "medark kek-commit v1", archive_id, out, err);
}

int medark_salt_key(const struct medark_key *archive_key,
		    const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], struct medark_key *out,
		    struct medark_error *err)
{
	struct medark_digest digest;
	int code = derive(archive_key, "medark record-salt v1", archive_id, &digest, err);

	if (code == 0)
		memcpy(out->bytes, digest.bytes, sizeof(out->bytes));
	medark_secret_wipe(&digest, sizeof(digest));
	return code;
}
