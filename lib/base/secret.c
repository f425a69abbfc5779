/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <string.h>

void medark_secret_wipe(void *p, size_t size)
{
	if (size)
		explicit_bzero(p, size);
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
