/* SPDX-License-Identifier: Apache-2.0 */
/* Walks through arbitrary bytes as DER; what is read and written again must be the same bytes. */
#include "crypto/der.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEPTH 8

static void check_again(uint8_t tag, struct medark_bytes whole, struct medark_bytes content)
{
	uint8_t head[16];
	uint8_t *end = medark_der_head(head, tag, content.size);
	size_t n = (size_t)(end - head);

	if (n != medark_der_head_size(content.size) || n + content.size != whole.size ||
	    memcmp(head, whole.data, n) != 0)
		abort();
}

static void walk(struct medark_der der, unsigned depth)
{
	while (!medark_der_at_end(&der)) {
		struct medark_der before = der, again = der, inner;
		struct medark_bytes whole, content;
		uint8_t tag = der.rest.data[0];

		if (!medark_der_get_whole(&der, tag, &whole)) {
			if (der.rest.data != before.rest.data)
				abort();
			return;
		}
		if (!medark_der_get(&again, tag, &content) ||
		    !medark_der_enter(&before, tag, &inner))
			abort();
		check_again(tag, whole, content);
		if ((tag & 0x20) && depth)
			walk(inner, depth - 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	walk(medark_der(medark_bytes(data, size)), DEPTH);
	return 0;
}
