/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha1: SHA-1 (FIPS 180-4) of what comes in parts, for one purpose: FHIR has it in an Attachment's
 * `hash`. It shows damage, not forgery: nothing that must be safe from an attacker may rest on it.
 */
#ifndef MEDARK_CRYPTO_SHA1_H
#define MEDARK_CRYPTO_SHA1_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>

#define MEDARK_SHA1_SIZE 20

/* One thread at a time. */
struct medark_sha1;

/* The caller frees it. MEDARK_E_MEMORY; MEDARK_E_SYSTEM: OpenSSL's provider has no SHA-1. */
int medark_sha1_new(struct medark_sha1 **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_sha1_free(struct medark_sha1 *s);
MEDARK_DEFINE_AUTO(struct medark_sha1, medark_sha1_free)

/* MEDARK_E_SYSTEM. */
int medark_sha1_add(struct medark_sha1 *s, struct medark_bytes part,
		    struct medark_error *err) MEDARK_MUST_USE;

/* The digest of all parts; none can be added any more. MEDARK_E_SYSTEM. */
int medark_sha1_end(struct medark_sha1 *s, uint8_t out[MEDARK_SHA1_SIZE],
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
