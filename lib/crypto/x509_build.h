/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x509_build: parts of the certificates that are made here (RFC 5280 section 4.1.2). Each is false
 * where OpenSSL, whose error queue then says why, or the random source fails. For lib/crypto only;
 * one thread for each certificate.
 */
#ifndef MEDARK_CRYPTO_X509_BUILD_H
#define MEDARK_CRYPTO_X509_BUILD_H

#include "base/bytes.h"
#include "base/error.h"

#include <openssl/x509.h>
#include <stdbool.h>

/* A random serial number of 16 bytes, positive. The random source's error is in `err`. */
bool medark_x509_set_serial(X509 *x509, struct medark_error *err);

/* Subject and issuer: one common name, UTF-8. */
bool medark_x509_set_name(X509 *x509, struct medark_bytes name);

/* An extension by its number, in the words of OpenSSL's settings (x509v3_config(5)). */
bool medark_x509_add_extension(X509 *x509, int nid, const char *value);

#endif
