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
	MEDARK_MAY_ADMIN = 1 << 3, /* "admin": has an archive's files that are no records */
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

/* "TREAT" of a code; NULL for NONE. Static, any thread. */
MEDARK_API const char *medark_reason_name(enum medark_reason_code code);

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

/* ---- the audit log ---- */

/* What happened. The names are those of rows and of --json. */
enum medark_audit_kind {
	MEDARK_AUDIT_START = 0,	   /* "start": the service began */
	MEDARK_AUDIT_STOP,	   /* "stop" */
	MEDARK_AUDIT_LOGIN,	   /* "login" */
	MEDARK_AUDIT_LOGIN_FAILED, /* "login-failed" */
	MEDARK_AUDIT_LOGOUT,	   /* "logout": also of a session that became too old */
	MEDARK_AUDIT_LOCK,	   /* "lock": by its owner, or as nobody used the session */
	MEDARK_AUDIT_SEARCH,	   /* "search": for patients or records */
	MEDARK_AUDIT_CHART,	   /* "chart": the chart of a patient was opened */
	MEDARK_AUDIT_READ,	   /* "read": a record */
	MEDARK_AUDIT_PRINT,	   /* "print" */
	MEDARK_AUDIT_EXPORT,	   /* "export": records left the service as data */
	MEDARK_AUDIT_ACCOUNT,	   /* "account": one was made, changed or taken away */
	MEDARK_AUDIT_LOG,	   /* "log": somebody read the log */
	MEDARK_AUDIT_KIND_COUNT,
};

/* Static; NULL if it is none. */
MEDARK_API const char *medark_audit_kind_name(enum medark_audit_kind kind);

/* As FHIR's AuditEvent.outcome counts. */
enum medark_audit_outcome {
	MEDARK_AUDIT_DONE = 0,
	MEDARK_AUDIT_REFUSED = 4, /* not allowed, not found, a mistake of who asked */
	MEDARK_AUDIT_FAILED = 8,  /* a mistake of the service */
};

/* Most bytes of a row's texts. */
#define MEDARK_AUDIT_ACCOUNT_MAX 256
#define MEDARK_AUDIT_PATIENT_MAX 256
#define MEDARK_AUDIT_RECORD_MAX	 256
#define MEDARK_AUDIT_PEER_MAX	 128
#define MEDARK_AUDIT_QUERY_MAX	 4096
#define MEDARK_AUDIT_DETAIL_MAX	 512

/*
 * One row: what NEN 7513:2018 wants of an event. Texts are UTF-8; NULL and "" are the same: there
 * is none. A query is kept whatever it found, as it shows who was looked for.
 */
struct medark_audit_event {
	int64_t recorded; /* ms since 1970, UTC */
	enum medark_audit_kind kind;
	char action; /* of FHIR's AuditEvent: 'C', 'R', 'U', 'D' or 'E' */
	enum medark_audit_outcome outcome;
	const char *account, *shown; /* who; at a failed log-in the name as it was typed */
	unsigned roles;
	const char *peer;    /* from which address */
	const char *archive; /* id of the archive that it was read from, hexadecimal */
	const char *patient; /* "Patient/1", or another key of the index */
	const char *record;  /* "Observation/2" */
	const char *query;
	const char *detail; /* "locked until …", which account was changed … */
	enum medark_reason_code reason;
	const char *reason_text;
};

/*
 * The log of what leaves archives, in the state folder: beside that of a service, whose folder is
 * locked while it runs.
 */
#define MEDARK_AUDIT_RESTORES "audit-restore"

/* What is about to leave an archive, or could not. Borrowed during the call. */
struct medark_audit_export {
	const struct medark_identity *identity; /* who has a private key of it can read the log */
	const char *const *auditors;		/* and who has one of these certificates (PEM) */
	size_t auditor_count;
	const char *archive; /* id, hexadecimal */
	const char *account; /* who */
	const char *detail;  /* what, and how much; names nobody */
	bool has_failed;
};

/*
 * Writes one row of the kind MEDARK_AUDIT_EXPORT into a file of its own, the next of the log in
 * `folder`, which is made if it is not there (what it stands in must be). When this returns 0 the
 * row is on the disk. If another process writes the log in this folder it waits some seconds.
 * MEDARK_E_USAGE: nobody could read it (passphrases alone, no auditor), or the id is none;
 * MEDARK_E_EXISTS: the other process goes on, as a service does; MEDARK_E_KEY, MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_audit_note_export(const char *folder, const struct medark_audit_export *note,
					struct medark_error *err);

/*
 * A file of the log, for reading. Its rows hang together by hashes that anybody can check without
 * a key; what they say opens with an identity (a recipient of the log). One thread at a time.
 */
struct medark_audit_log;

/*
 * Opens a file and reads its head. `identity` may be NULL: then the rows cannot be read, only
 * checked. MEDARK_E_FORMAT: it is no such file, or its head was changed; MEDARK_E_IDENTITY: the
 * identity does not open it; MEDARK_E_SYSTEM, MEDARK_E_MEMORY. The caller frees it.
 */
MEDARK_API int medark_audit_open(const char *path, const struct medark_identity *identity,
				 struct medark_audit_log **out, struct medark_error *err);
MEDARK_API void medark_audit_free(struct medark_audit_log *log);

#define MEDARK_AUDIT_ARCHIVES_MAX 64

struct medark_audit_info {
	char log[33];	  /* id of this file, hex */
	uint64_t file;	  /* its number, from 1 */
	char created[32]; /* RFC 3339 */
	uint32_t archive_count;
	char archives[MEDARK_AUDIT_ARCHIVES_MAX][33]; /* ids of what was served */
	bool is_open;				      /* with a key */
	/* The file before it, as it was found when this one was begun. */
	bool has_previous, previous_is_faulty;
	char previous_log[33], previous_hash[65];
	uint64_t previous_rows;
	/* Up to where it was read: complete once medark_audit_next() has given 0. */
	uint64_t rows;
	char hash[65]; /* of the last row; note it elsewhere, and nobody can take rows away unseen
			*/
	uint64_t torn; /* bytes at the end that are no whole row: the service died while writing */
};

/* Cannot fail. */
MEDARK_API void medark_audit_info(const struct medark_audit_log *log,
				  struct medark_audit_info *out);

/* Which rows are wanted; zeroed: all. Strings are borrowed. */
struct medark_audit_filter {
	const char *patient; /* the key, or what stands behind its '/' */
	const char *account;
	bool has_from, has_to;
	int64_t from, to; /* ms since 1970; the first wanted, and the first not wanted any more */
};

/* A row. Its texts are valid until the next one is read. */
struct medark_audit_row {
	uint64_t number; /* from 1 */
	bool is_open;	 /* `event` says what it is; without a key it does not */
	struct medark_audit_event event;
};

/*
 * The next row that the filter (NULL: all) wants: 1, or 0 at the end; every row on the way is
 * checked. Without a key each row is given, whatever the filter. MEDARK_E_FORMAT says which row was
 * changed, put in or taken out; nothing behind it is read. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
MEDARK_API int medark_audit_next(struct medark_audit_log *log,
				 const struct medark_audit_filter *filter,
				 struct medark_audit_row *out, struct medark_error *err);

/*
 * Is `after` the file that was begun behind `before`, which was read to its end? MEDARK_E_FORMAT
 * says what does not fit: a file is missing in between, or rows were taken from `before`. Any
 * thread.
 */
MEDARK_API int medark_audit_follows(const struct medark_audit_info *before,
				    const struct medark_audit_info *after,
				    struct medark_error *err);

/*
 * An AuditEvent of FHIR R4 in one line of JSON, without a line end; the caller frees *out with
 * free(). MEDARK_E_MEMORY. Any thread.
 */
MEDARK_API int medark_audit_fhir(const struct medark_audit_info *log,
				 const struct medark_audit_row *row, char **out,
				 struct medark_error *err);

/* "2026-11-22T03:10:00.123Z" of ms since 1970; false for a year that has not four digits. */
#define MEDARK_AUDIT_TIME_SIZE 25
MEDARK_API bool medark_audit_time(int64_t ms, char out[MEDARK_AUDIT_TIME_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
