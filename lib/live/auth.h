/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth: how medark shows a FHIR server who it is, from a file that the user keeps:
 *
 *	{
 *	  "method": "smart-backend",            SMART Backend Services (SMART App Launch 2, section
 *5) "client_id": "medark-clinic", "key": "client.key.pem",              RSA (RS384), P-384 (ES384)
 * or P-256 (ES256) "key_id": "2026-11",                  as the server knows the public key
 *	  "token_url": "https://…",             if the server does not say it itself
 *	  "scope": "system/Patient.rs system/Observation.rs",   else all types
 *	  "ca": "ca.pem",                       beside any method: authorities to trust for TLS
 *	  "client_cert": "me.pem", "client_key": "me.key.pem"     mutual TLS
 *	}
 *
 * Other methods: "client-secret" (client_id, client_secret; RFC 6749 section 4.4), "bearer"
 * (token), "none". Names of files are relative to the file. A token goes to the origin of the FHIR
 * server alone.
 */
#ifndef MEDARK_LIVE_AUTH_H
#define MEDARK_LIVE_AUTH_H

#include "net/http.h"

#include <stdbool.h>

struct medark_auth;
struct medark_talk_voice;

/*
 * Reads the file; NULL: no method, nothing beside it. MEDARK_E_KEY if it is open to others, belongs
 * to another user, or a key in it is unsuitable; MEDARK_E_USAGE for what it says; MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY. One thread at a time.
 */
int medark_auth_load(const char *path, struct medark_auth **out,
		     struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what is secret. */
void medark_auth_free(struct medark_auth *auth);
MEDARK_DEFINE_AUTO(struct medark_auth, medark_auth_free)

/* Fills in the files for TLS, and the server at `base` as home; they stay with `auth`. */
void medark_auth_set_up(struct medark_auth *auth, const struct medark_url *base,
			struct medark_http_setup *setup);

/*
 * A secret of the method, with which whoever has it can read the server anyhow: keys of what waits
 * on disk come from it. Empty if there is none. Borrowed.
 */
struct medark_bytes medark_auth_secret(const struct medark_auth *auth);

/* Must a token be fetched, and does the file not say where? */
bool medark_auth_wants_url(const struct medark_auth *auth);
/*
 * Where tokens are fetched, as the server says: not in a closer network than its own (net/http.h),
 * other than one that the file names. MEDARK_E_MEMORY.
 */
int medark_auth_set_token_url(struct medark_auth *auth, const struct medark_url *url,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Value of the Authorization header, borrowed until the next call, or NULL without a method.
 * Fetches a token if there is none, or if the one there is ends within a minute, as patiently as
 * medark_talk_send(); nothing else may be under way in `http` then. `voice` is told of trouble, see
 * talk.h; it may be NULL. MEDARK_E_REMOTE: the server gives none.
 */
int medark_auth_header(struct medark_auth *auth, struct medark_http *http,
		       struct medark_talk_voice *voice, const char **out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Did the server grant less than was asked for, with the last token? */
bool medark_auth_has_less(const struct medark_auth *auth);

/* Which token the last header had: 0: none; they are counted from 1. */
unsigned medark_auth_token(const struct medark_auth *auth);

/*
 * That token was refused: the next header is to have another, if it has not already. False if no
 * other can be had.
 */
bool medark_auth_renew(struct medark_auth *auth, unsigned token);

#endif
