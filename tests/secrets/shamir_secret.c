/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs under valgrind: splits and joins a secret that memcheck takes for uninitialised, random
 * coefficients and all. With a word on the command line it branches on the secret, to show that
 * this is noticed. Exits with 0 if the secret came back, and without valgrind with 2.
 */
#include "crypto/random.h"
#include "crypto/shamir.h"

#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#define SIZE   48
#define SHARES 5

/* In the place of OpenSSL's: what is drawn is as secret as the secret. */
int medark_random(void *out, size_t size, struct medark_error *err)
{
	uint8_t *bytes = out;
	uint32_t state = 1;

	(void)err;
	for (size_t i = 0; i < size; i++) {
		state = state * 1103515245u + 12345u;
		bytes[i] = (uint8_t)(state >> 16);
	}
	(void)VALGRIND_MAKE_MEM_UNDEFINED(out, size);
	return 0;
}

static int round_trip(const uint8_t secret[SIZE], uint8_t out[SIZE])
{
	static const uint8_t chosen[] = { 2, 4, 5 };
	struct medark_shamir_share list[3];
	uint8_t shares[SHARES * SIZE];

	if (medark_shamir_split(medark_bytes(secret, SIZE), 3, SHARES, shares, NULL))
		return -1;
	for (size_t i = 0; i < 3; i++)
		list[i] = (struct medark_shamir_share) {
			.bytes = shares + (chosen[i] - (size_t)1) * SIZE, .number = chosen[i]
		};
	return medark_shamir_join(list, 3, SIZE, 0, out, NULL);
}

int main(int argc, char **argv)
{
	uint8_t secret[SIZE], out[SIZE];

	(void)argv;
	if (!RUNNING_ON_VALGRIND)
		return 2;
	for (size_t i = 0; i < SIZE; i++)
		secret[i] = (uint8_t)(i * 37);
	(void)VALGRIND_MAKE_MEM_UNDEFINED(secret, SIZE);
	if (round_trip(secret, out))
		return 1;
	if (argc > 1 && secret[0] & 1)
		(void)puts("odd");
	(void)VALGRIND_MAKE_MEM_DEFINED(secret, SIZE);
	(void)VALGRIND_MAKE_MEM_DEFINED(out, SIZE);
	return memcmp(secret, out, SIZE) != 0;
}
