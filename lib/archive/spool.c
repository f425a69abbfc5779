/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/spool.h"

#include "archive/spill.h"
#include "base/secret.h"
#include "crypto/scratch_cipher.h"

#include <string.h>

struct medark_spool {
	struct medark_spill *spill;
	uint64_t size, given;
	size_t used; /* bytes in block while writing */
	uint8_t block[MEDARK_SPILL_BLOCK + MEDARK_SCRATCH_TAG];
};

void medark_spool_free(struct medark_spool *s)
{
	if (!s)
		return;
	medark_spill_free(s->spill);
	medark_secret_wipe(s->block, sizeof(s->block));
	free(s);
}

int medark_spool_new(const char *folder, struct medark_spool **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_spool_free) struct medark_spool *s = NULL;

	s = calloc(1, sizeof(*s));
	if (!s)
		return medark_error_memory(err, "a temporary copy");
	MEDARK_TRY(medark_spill_new(folder, &s->spill, err));
	*out = MEDARK_TAKE(s);
	return 0;
}

int medark_spool_add(struct medark_spool *s, struct medark_bytes bytes, struct medark_error *err)
{
	while (bytes.size) {
		size_t room = MEDARK_SPILL_BLOCK - s->used;
		size_t n = bytes.size < room ? bytes.size : room;

		memcpy(s->block + s->used, bytes.data, n);
		s->used += n;
		s->size += n;
		bytes = medark_bytes(bytes.data + n, bytes.size - n);
		if (s->used == MEDARK_SPILL_BLOCK) {
			MEDARK_TRY(medark_spill_write(s->spill, s->block, err));
			s->used = 0;
		}
	}
	return 0;
}

static ssize_t spool_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct medark_spool *s = self;
	size_t at = (size_t)(s->given % MEDARK_SPILL_BLOCK);
	uint64_t left = s->size - s->given;
	size_t n = MEDARK_SPILL_BLOCK - at;

	if (left == 0)
		return 0;
	if (at == 0)
		MEDARK_TRY(
			medark_spill_read(s->spill, s->given / MEDARK_SPILL_BLOCK, s->block, err));
	n = n < size ? n : size;
	n = n < left ? n : (size_t)left;
	memcpy(out, s->block + at, n);
	s->given += n;
	return (ssize_t)n;
}

static void spool_free(void *self)
{
	medark_spool_free(self);
}

static const struct medark_stream_ops spool_ops = { .read = spool_read, .free = spool_free };

int medark_spool_stream(struct medark_spool *s, struct medark_stream **out,
			struct medark_error *err)
{
	int result = 0;

	if (s->used) {
		memset(s->block + s->used, 0, MEDARK_SPILL_BLOCK - s->used);
		result = medark_spill_write(s->spill, s->block, err);
	}
	if (result < 0) {
		medark_spool_free(s);
		return result;
	}
	return medark_stream_new(&spool_ops, s, out, err);
}
