/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: how every fallible function of the library reports what went wrong.
 *
 * A function returns 0 (or a count) on success and one of the negative codes below on failure. The
 * codes are few: they say what the caller can do about it. The sentence for the user stands in
 * the struct medark_error that the caller passes as last parameter; it never holds patient data or
 * a secret. There is no thread-local state: a message belongs to the call that it was passed to.
 */
#ifndef MEDARK_ERROR_H
#define MEDARK_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define MEDARK_ERROR_MAX 1024

enum medark_code {
	MEDARK_OK = 0,
	MEDARK_E_SYSTEM = -1,	 /* the system refused: I/O, permission, no space; retry may help */
	MEDARK_E_MEMORY = -2,	 /* no memory, or a configured ceiling was reached */
	MEDARK_E_USAGE = -3,	 /* the request itself cannot be carried out as asked */
	MEDARK_E_FORMAT = -4,	 /* malformed, changed, missing or extra: does not verify */
	MEDARK_E_UNTRUSTED = -5, /* well-formed and intact, but the signer is not trusted */
	MEDARK_E_IDENTITY = -6,	 /* no identity (key, passphrase) opens this archive */
	MEDARK_E_KEY = -7,	 /* a certificate or key is unsuitable: expired, weak, loose mode */
	MEDARK_E_EXISTS = -8,	 /* the output exists and may not be overwritten */
	MEDARK_E_NOT_FOUND = -9, /* what was asked for is not there */
	MEDARK_E_INTERRUPTED = -10, /* the caller asked to stop */
	MEDARK_E_SOURCE = -11,	    /* the source vanished, changed or cannot be read */
	MEDARK_E_REMOTE = -12,	    /* a server does not answer, refuses, or answers nonsense */
};

/*
 * Owned by the caller, usable after zero initialisation, no clean-up needed. `message` is one
 * sentence without a full stop, in printable UTF-8 (control characters are replaced).
 */
struct medark_error {
	int code;
	char message[MEDARK_ERROR_MAX];
};

#ifdef __cplusplus
}
#endif
#endif
