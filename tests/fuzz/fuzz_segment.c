/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed segments: checked without a key, then opened with one that fits none of them. */
#include "../sealer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The template is the only form: a segment that passes has the size that sealing would give it. */
static void check_size(size_t size, size_t plain)
{
	if (size != plain + medark_seal_overhead(plain))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t id[MEDARK_ARCHIVE_ID_SIZE];
	static const struct medark_key kek;
	struct medark_bytes sealed = medark_bytes(data, size);
	struct medark_error err;
	static struct medark_sealer *sealer;
	size_t plain, opened;
	uint8_t *out;

	if (medark_seal_plain_size(sealed, id, &plain, &err))
		return 0;
	check_size(size, plain);
	if (!sealer)
		sealer = sealer_of(&kek, id);
	out = malloc(plain + 1);
	if (out && medark_sealer_unseal(sealer, sealed, out, plain, &opened, &err) == 0 &&
	    opened != plain)
		abort();
	free(out);
	return 0;
}
