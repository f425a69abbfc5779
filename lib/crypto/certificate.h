/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate: an X.509 certificate from a PEM file, with the intermediates that follow it there,
 * and the questions that medark asks of it. Immutable once made: any thread.
 */
#ifndef MEDARK_CRYPTO_CERTIFICATE_H
#define MEDARK_CRYPTO_CERTIFICATE_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Ceilings of a PEM file and of the certificates in it. */
#define MEDARK_CERTIFICATE_FILE_MAX  ((size_t)256 << 10)
#define MEDARK_CERTIFICATE_CHAIN_MAX 15 /* after the first */

#define MEDARK_SUBJECT_MAX 512

struct medark_certificate;
struct medark_small_file;

/*
 * Reads a PEM file: the first certificate is the one meant, each further one must have issued the
 * one before it. A self-signed root at the end is left out of the chain. MEDARK_E_KEY if the file
 * holds none or something else; MEDARK_E_SYSTEM if it cannot be read. Sentences name the file.
 */
int medark_certificate_load(const char *path, struct medark_certificate **out_certificate,
			    struct medark_error *err) MEDARK_MUST_USE;
void medark_certificate_free(struct medark_certificate *certificate);
MEDARK_DEFINE_AUTO(struct medark_certificate, medark_certificate_free)

/* Where it was loaded from, for messages; "" if it was made. */
const char *medark_certificate_path(const struct medark_certificate *certificate);

/* Subject on one line, as RFC 2253 in UTF-8, control characters replaced, cut at the maximum. */
const char *medark_certificate_subject(const struct medark_certificate *certificate);

/* SHA-256 of the DER form. */
const struct medark_digest *
medark_certificate_fingerprint(const struct medark_certificate *certificate);

/* DER of the certificate and of the i-th intermediate; borrowed. */
struct medark_bytes medark_certificate_der(const struct medark_certificate *certificate);
size_t medark_certificate_chain_count(const struct medark_certificate *certificate);
struct medark_bytes medark_certificate_chain_der(const struct medark_certificate *certificate,
						 size_t i);

/*
 * Subject of the first intermediate whose purpose is another one than signing: readers that trust
 * an authority above it refuse the signer (F-26). "" if there is none; borrowed.
 */
const char *medark_certificate_unfit_issuer(const struct medark_certificate *certificate);

/* DER of IssuerAndSerialNumber (RFC 5652 section 10.2.4); borrowed. */
struct medark_bytes medark_certificate_issuer_serial(const struct medark_certificate *certificate);

time_t medark_certificate_not_before(const struct medark_certificate *certificate);
time_t medark_certificate_not_after(const struct medark_certificate *certificate);

/*
 * May archives be encrypted to it? RSA of 3072 to 16384 bits with keyEncipherment, or P-256 or
 * P-384 with keyAgreement (where keyUsage is present), or ML-KEM as medark_pq_recipient_check()
 * says, valid at `now`. MEDARK_E_KEY; MEDARK_E_SYSTEM if OpenSSL has no ML-KEM.
 */
int medark_certificate_check_recipient(const struct medark_certificate *certificate, time_t now,
				       struct medark_error *err) MEDARK_MUST_USE;

/*
 * May manifests be signed with it? RSA of 3072 to 16384 bits, P-256 or P-384, with digitalSignature
 * or nonRepudiation (where keyUsage is present) and a purpose of F-26 (where extendedKeyUsage is
 * present), valid at `now`. MEDARK_E_KEY.
 */
int medark_certificate_check_signer(const struct medark_certificate *certificate, time_t now,
				    struct medark_error *err) MEDARK_MUST_USE;

/* The same for post-quantum signatures: ML-DSA-65 or ML-DSA-87 (RFC 9881). MEDARK_E_KEY. */
int medark_certificate_check_pq_signer(const struct medark_certificate *certificate, time_t now,
				       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes a PEM file with mode 0644, without its name until medark_small_file_commit().
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_certificate_stage(const struct medark_certificate *certificate, const char *path,
			     struct medark_small_file **out,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
