/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crls: certificate revocation lists (RFC 5280 section 5) that travel with an archive, so that it
 * can still be told later whether a certificate was revoked when it signed. Each is signed by its
 * authority: who carries them need not be trusted. One thread at a time; read-only by any.
 */
#ifndef MEDARK_CRYPTO_CRLS_H
#define MEDARK_CRYPTO_CRLS_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDARK_CRLS_MAX	     64		/* of a member */
#define MEDARK_CRLS_ALL_MAX  576	/* of all members of an archive */
#define MEDARK_CRLS_SIZE_MAX (1u << 20) /* bytes of the text */

struct medark_crls;

/* MEDARK_E_MEMORY. */
int medark_crls_new(struct medark_crls **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_crls_free(struct medark_crls *crls);
MEDARK_DEFINE_AUTO(struct medark_crls, medark_crls_free)

size_t medark_crls_count(const struct medark_crls *crls);

/*
 * Adds all lists of a PEM file; one that is there already counts once. MEDARK_E_KEY if it holds
 * none, or anything else, or too many; MEDARK_E_SYSTEM. The sentence names the file.
 */
int medark_crls_add_file(struct medark_crls *crls, const char *path,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds those of a member MANIFEST.crl: MEDARK_E_FORMAT unless it is byte for byte what
 * medark_crls_write() makes of them (F-43); MEDARK_E_MEMORY.
 */
int medark_crls_add_member(struct medark_crls *crls, struct medark_bytes text,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends them as PEM (RFC 7468), in the order of their DER. MEDARK_E_USAGE past
 * MEDARK_CRLS_SIZE_MAX; MEDARK_E_MEMORY.
 */
int medark_crls_write(const struct medark_crls *crls, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
