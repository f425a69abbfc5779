/* SPDX-License-Identifier: Apache-2.0 */
/* desk: who may read charts where archives are served, and the log of who did. */
#ifndef MEDARK_DESK_H
#define MEDARK_DESK_H

#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an account may do; a set of bits. */
enum medark_account_role {
	MEDARK_MAY_TREAT = 1 << 0, /* "clinician": reads charts */
	MEDARK_MAY_DESK = 1 << 1,  /* "desk": finds patients, sees lists and appointments */
	MEDARK_MAY_AUDIT = 1 << 2, /* "auditor": reads the log */
	MEDARK_MAY_ADMIN = 1 << 3, /* "admin": changes accounts */
};
#define MEDARK_MAY_ALL 15u

#define MEDARK_ACCOUNT_NAME_MAX	 64  /* characters of [A-Za-z0-9._-] */
#define MEDARK_ACCOUNT_SHOWN_MAX 128 /* bytes of UTF-8 */

/* An account as others may see it. */
struct medark_account {
	char name[MEDARK_ACCOUNT_NAME_MAX + 1];
	char shown[MEDARK_ACCOUNT_SHOWN_MAX + 1]; /* what pages and the log call it */
	unsigned roles;				  /* bits of enum medark_account_role */
	bool is_disabled;
	bool has_totp; /* log-in wants a code, too */
};

/*
 * Why a chart is opened: what NEN 7513:2018 wants to know. Names of codes are those of HL7's
 * ActReason where it has one.
 */
enum medark_reason_code {
	MEDARK_REASON_NONE = 0,
	MEDARK_REASON_TREATMENT, /* TREAT */
	MEDARK_REASON_EMERGENCY, /* ETREAT: the "noodprocedure" */
	MEDARK_REASON_ADMIN,	 /* HOPERAT: administration of care */
	MEDARK_REASON_BEHALF,	 /* on behalf of somebody who treats; the text says of whom */
	MEDARK_REASON_AUDIT,	 /* HCOMPL: a check of who read what */
	MEDARK_REASON_PATIENT,	 /* PATRQT: the patient asked for it */
	MEDARK_REASON_COUNT,
};

#define MEDARK_REASON_TEXT_MAX 200 /* bytes of UTF-8 */

struct medark_reason {
	enum medark_reason_code code;
	char text[MEDARK_REASON_TEXT_MAX + 1]; /* in the words of who opened it; may be empty */
};

/* "clinician" of one role; NULL if it is none. Static. And back: 0 if it is none. Any thread. */
MEDARK_API const char *medark_account_role_name(unsigned role);
MEDARK_API unsigned medark_account_role_find(const char *name);

/* ---- accounts ---- */

/* Fewest characters of a password, and most bytes. */
#define MEDARK_PASSWORD_MIN 12
#define MEDARK_PASSWORD_MAX 1000

/*
 * The accounts of a state folder: a file accounts.json (0600) in it, which is replaced as a whole,
 * and locked meanwhile; other processes may change it at the same time, and what they changed is
 * seen. Any thread: one mutex inside. Names are 1 to MEDARK_ACCOUNT_NAME_MAX characters of
 * [A-Za-z0-9._-]; upper and lower case differ.
 */
struct medark_accounts;

/*
 * Opens the folder, with `create` makes it (0700; what it stands in must be there). A folder that
 * others have any right on, or that belongs to neither the user nor root, is refused: MEDARK_E_KEY.
 * MEDARK_E_NOT_FOUND if there is none; MEDARK_E_FORMAT for a file of accounts that is none;
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Without a file there are no accounts yet. The caller frees it.
 */
MEDARK_API int medark_accounts_open(const char *folder, bool create, struct medark_accounts **out,
				    struct medark_error *err);
MEDARK_API void medark_accounts_free(struct medark_accounts *accounts);

/*
 * All, sorted by name; the caller frees *out with free(). It is NULL if there are none. Errors as
 * medark_accounts_open().
 */
MEDARK_API int medark_accounts_list(struct medark_accounts *accounts, struct medark_account **out,
				    size_t *out_count, struct medark_error *err);

/* As it is now. MEDARK_E_NOT_FOUND "there is no account '…'"; as medark_accounts_open(). */
MEDARK_API int medark_accounts_find(struct medark_accounts *accounts, const char *name,
				    struct medark_account *out, struct medark_error *err);

/*
 * Changes; durable when they return 0, not made when they fail. All: MEDARK_E_NOT_FOUND without
 * such an account (add: MEDARK_E_EXISTS), and as medark_accounts_open().
 *
 * add takes name, shown name and roles (one at least) of `account`; a password has
 * MEDARK_PASSWORD_MIN characters of UTF-8 at least, MEDARK_PASSWORD_MAX bytes at most, no control
 * characters, and is not the name. MEDARK_E_USAGE for what is not so.
 */
MEDARK_API int medark_accounts_add(struct medark_accounts *accounts,
				   const struct medark_account *account, const void *password,
				   size_t size, struct medark_error *err);
MEDARK_API int medark_accounts_remove(struct medark_accounts *accounts, const char *name,
				      struct medark_error *err);
MEDARK_API int medark_accounts_set_password(struct medark_accounts *accounts, const char *name,
					    const void *password, size_t size,
					    struct medark_error *err);
MEDARK_API int medark_accounts_set_roles(struct medark_accounts *accounts, const char *name,
					 unsigned roles, struct medark_error *err);
MEDARK_API int medark_accounts_set_disabled(struct medark_accounts *accounts, const char *name,
					    bool is_disabled, struct medark_error *err);

/* Room for the address that an authenticator app reads, with its zero. */
#define MEDARK_TOTP_URI_SIZE 1024

/*
 * Draws a new secret for codes (RFC 6238: SHA-1, 30 s, six digits), which log-ins then want, and
 * writes the otpauth:// address that brings it into an app: a secret, shown once and wiped by the
 * caller. `issuer`: 1 to 64 bytes of UTF-8, what the app calls the place. The other function takes
 * it away. Errors as above; MEDARK_E_USAGE for the issuer.
 */
MEDARK_API int medark_accounts_enrol_totp(struct medark_accounts *accounts, const char *name,
					  const char *issuer, char out_uri[MEDARK_TOTP_URI_SIZE],
					  struct medark_error *err);
MEDARK_API int medark_accounts_drop_totp(struct medark_accounts *accounts, const char *name,
					 struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
