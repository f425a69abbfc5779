/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

void medark_secret_wipe(void *p, size_t size)
{
	if (size)
		explicit_bzero(p, size);
}

/* In front of each block, in a size that keeps what follows aligned. */
union block {
	size_t size;
	max_align_t align;
};

void *medark_secret_new(size_t size)
{
	union block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	b->size = size;
	return b + 1;
}

void medark_secret_free(void *p)
{
	union block *b = p;

	if (!b)
		return;
	b--;
	medark_secret_wipe(b + 1, b->size);
	free(b);
}

bool medark_secret_equal(const void *a, const void *b, size_t size)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < size; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}

void medark_key_clear(struct medark_key *key)
{
	medark_secret_wipe(key, sizeof(*key));
}
