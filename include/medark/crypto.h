/* SPDX-License-Identifier: Apache-2.0 */
/* crypto: which OpenSSL the library computes with. */
#ifndef MEDARK_CRYPTO_H
#define MEDARK_CRYPTO_H

#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * From now on only algorithms that OpenSSL's FIPS provider (FIPS 140-3) offers are used, and they
 * are taken from it. 1 where that provider is active; 0 where it is not: nothing is changed then.
 * It is made active by the system's openssl.cnf. Has to be called before anything else of the
 * library, by one thread; MEDARK_E_USAGE if it was not. MEDARK_E_SYSTEM: the provider lacks what is
 * needed.
 */
MEDARK_API int medark_fips_enforce(struct medark_error *err);

#define MEDARK_PROVIDERS_MAX 8

/* Strings are printable, one line; they may be cut. */
struct medark_crypto_info {
	char library[64]; /* "OpenSSL 3.0.19 27 Jan 2026": what is loaded, not what was compiled
			     with */
	struct {
		char name[32];
		char version[32];	   /* "3.0.19"; empty: it does not say */
	} providers[MEDARK_PROVIDERS_MAX]; /* active ones */
	size_t provider_count;
	bool fips; /* is the provider "fips" among them? */
};

/* Loads what is loaded by default. Any thread. MEDARK_E_SYSTEM. */
MEDARK_API int medark_crypto_describe(struct medark_crypto_info *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
