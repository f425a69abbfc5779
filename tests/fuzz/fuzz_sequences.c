/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text in front of the search for repetitions: the twins find the same, and what zstd writes of
 * it gives the text again. The first two bytes choose how often the rest is repeated, with a number
 * in front of each copy, so that small inputs reach long matches, far places and several blocks.
 */
#include "forge.h"

#include "../unit/container/sequences_check.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX ((size_t)300 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t copies, part, n = 0;
	uint8_t *text;

	if (size < 3 || size > (1 << 16))
		return 0;
	copies = 1 + (data[0] & 63) * (size_t)(data[0] & 64 ? 64 : 1);
	part = size - 2;
	text = malloc(TEXT_MAX + 16 + part);
	forge_expect(text != NULL);
	for (size_t i = 0; i < copies && n < TEXT_MAX; i++) {
		if (data[1] & 1)
			n += (size_t)snprintf((char *)text + n, 16, "%zu", i * (data[1] >> 1));
		memcpy(text + n, data + 2, part);
		n += part;
	}
	if (n >= MEDARK_SEQUENCES_SEARCH_MIN)
		forge_expect(sequences_hold(medark_bytes(text, n),
					    data[0] & 128 ? n / 16 + 1 : n / 3 + 64));
	free(text);
	return 0;
}
