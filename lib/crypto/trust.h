/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust: the certificates that a verifier accepts as anchors (a root, an intermediate, or a
 * signer's own certificate) and the revocation lists that it was given. Filled by one thread, then
 * read by any.
 */
#ifndef MEDARK_CRYPTO_TRUST_H
#define MEDARK_CRYPTO_TRUST_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <time.h>

#define MEDARK_TRUST_FILE_MAX (16u * 1024 * 1024)

struct medark_trust;

/* Trusts nobody yet. MEDARK_E_MEMORY. */
int medark_trust_new(struct medark_trust **out_trust, struct medark_error *err) MEDARK_MUST_USE;
void medark_trust_free(struct medark_trust *trust);
MEDARK_DEFINE_AUTO(struct medark_trust, medark_trust_free)

/*
 * Adds the certificates and CRLs of a PEM file. MEDARK_E_KEY if it holds neither, or something
 * else; MEDARK_E_SYSTEM if it cannot be read. Sentences name the file.
 */
int medark_trust_add_file(struct medark_trust *trust, const char *path,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Certificates and CRLs so far. */
size_t medark_trust_certificate_count(const struct medark_trust *trust);
size_t medark_trust_crl_count(const struct medark_trust *trust);

/* Judges certificates and CRLs as of `at` instead of now: the time of a trusted time stamp. */
void medark_trust_set_time(struct medark_trust *trust, time_t at);

#endif
