/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service: archives served over HTTPS, for when the system that they came from is down: charts to
 * read in a browser, and a read-only FHIR API. Two processes: one speaks with the network and has
 * no key, the other has the archives and answers.
 *
 *	medark_service_begin(&setup, &service, err);	listens; before anything secret is loaded
 *	medark_service_open(service, &archives, err);	keys, archives, accounts, the audit log
 *	medark_service_run(service, err);		until SIGINT or SIGTERM
 *	medark_service_free(service);
 *
 * One thread at a time; medark_service_stop() from any.
 */
#ifndef MEDARK_SERVICE_H
#define MEDARK_SERVICE_H

#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where it listens. Borrowed until medark_service_begin() returns. Zeroed: https://127.0.0.1:8443.
 */
struct medark_service_setup {
	const char *const *addresses; /* "192.0.2.1:443", "[2001:db8::1]:8443"; at most 8 */
	size_t address_count;
	bool allow_others;	  /* other machines may reach it */
	const char *const *hosts; /* further names that browsers may call it by; at most 16 */
	size_t host_count;
	const char *certificate; /* PEM files; NULL: a certificate is made for this run */
	const char *certificate_key;
	const char *user; /* whom the network's process becomes if this is root; NULL: nobody */
	unsigned threads; /* requests that are worked on at a time, 1 to 64; 0: 4 */
};

/* What is served, and to whom. Borrowed while the service is there. */
struct medark_service_archives {
	const char *const *paths; /* archives of a chain, in any order */
	size_t count;
	const struct medark_trust *trust;
	const struct medark_identity *identity;
	const char *state; /* folder of the accounts (medark_accounts_open()) */
	const char *audit; /* folder of the audit log; made if it is not there */
	/* PEM certificates of who may read the log, beside who has a private key of `identity`. */
	const char *const *auditors;
	size_t auditor_count;
	const char *zone; /* file of the tz database for the provider's clock; NULL: UTC */
	/* What people should know and what stops nothing, in one sentence; any thread. */
	void (*tell)(void *context, const char *sentence);
	void *context;
};

struct medark_service;

/*
 * Listens and makes the network's process. To be called while this process has one thread, and
 * before keys are loaded. MEDARK_E_USAGE: an address that cannot be, or that others reach without
 * `allow_others`; MEDARK_E_KEY: the certificate; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_service_begin(const struct medark_service_setup *setup,
				    struct medark_service **out, struct medark_error *err);

/* "127.0.0.1:8443", by number from 0; NULL: no more. Borrowed. */
MEDARK_API const char *medark_service_address(const struct medark_service *service, size_t i);
/* SHA-256 of the certificate in hexadecimal, and whether it was made for this run. */
MEDARK_API void medark_service_fingerprint(const struct medark_service *service, char out[65]);
MEDARK_API bool medark_service_is_self_signed(const struct medark_service *service);

/*
 * Opens archives, accounts and the log. MEDARK_E_NOT_FOUND: there are no accounts, or an archive of
 * the chain is missing; MEDARK_E_USAGE: nobody could read the log (passphrases alone, no auditor);
 * errors of medark_archive_open(), medark_accounts_open(), and of the log.
 */
MEDARK_API int medark_service_open(struct medark_service *service,
				   const struct medark_service_archives *archives,
				   struct medark_error *err);

/* Answers until SIGINT, SIGTERM or medark_service_stop(): then 0. MEDARK_E_SYSTEM. */
MEDARK_API int medark_service_run(struct medark_service *service, struct medark_error *err);

MEDARK_API void medark_service_stop(struct medark_service *service);

/* Ends the network's process; wipes what it holds. */
MEDARK_API void medark_service_free(struct medark_service *service);

#ifdef __cplusplus
}
#endif
#endif
