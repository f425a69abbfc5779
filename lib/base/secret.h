/* SPDX-License-Identifier: Apache-2.0 */
/* secret: memory that held a key or a passphrase is wiped before it is given back. */
#ifndef MEDARK_BASE_SECRET_H
#define MEDARK_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Overwrites `size` bytes; the compiler cannot leave it out. `p` may be NULL if size is 0. */
void medark_secret_wipe(void *p, size_t size);

/*
 * Memory for anything, wiped by medark_secret_free(), which knows its size. NULL if there is none;
 * `p` may be NULL.
 */
void *medark_secret_new(size_t size);
void medark_secret_free(void *p);

/* Compares in time that depends on `size` alone. */
bool medark_secret_equal(const void *a, const void *b, size_t size);

/* A 256-bit key on the stack or in a struct; cleared by MEDARK_AUTO(medark_key_clear). */
#define MEDARK_KEY_SIZE 32
struct medark_key {
	uint8_t bytes[MEDARK_KEY_SIZE];
};

void medark_key_clear(struct medark_key *key);
static inline __attribute__((unused)) void medark_key_clear_auto(struct medark_key *key)
{
	medark_key_clear(key);
}

#endif
