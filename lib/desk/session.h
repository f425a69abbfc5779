/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: who is logged in. Sessions live in the memory of the process that holds the keys and
 * nowhere else: a restart ends them all. A browser shows a token of 256 random bits; here only its
 * SHA-256 is kept, so that what leaks of this memory logs nobody in.
 *
 * A session that nobody uses for a while is locked: it still knows whose it is, which charts are
 * open and why, but gives nothing until the password was shown again. After its longest life it is
 * gone. The token is a new one at each log-in, when it is unlocked and when the rights change
 * (OWASP ASVS 5.0, 7.2.4: no session fixation).
 *
 * Times are milliseconds of one clock that never runs back and counts while the machine sleeps
 * (CLOCK_BOOTTIME); they are passed in. One mutex inside: any thread.
 */
#ifndef MEDARK_DESK_SESSION_H
#define MEDARK_DESK_SESSION_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <medark/desk.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hexadecimal digits of a token and of what is derived from it, and of a handle; with a zero. */
#define MEDARK_SESSION_TOKEN_SIZE  65
#define MEDARK_SESSION_HANDLE_SIZE 33

/* Bytes of a patient's key, as the index has it. */
#define MEDARK_SESSION_PATIENT_MAX 256

/* What a field that is 0 means stands beside it. */
struct medark_session_limits {
	int64_t idle;	      /* ms without use until it is locked: 10 minutes */
	int64_t life;	      /* ms from the log-in until it is gone: 12 hours */
	uint32_t per_account; /* sessions; the oldest goes for a new one: 8 */
	uint32_t all;	      /* of all accounts, likewise: 1024 */
	uint32_t handles;     /* of a session; the oldest go: 8192 */
	uint32_t charts;      /* that a session has open, likewise: 256 */
};

struct medark_sessions;

/* `limits` may be NULL. MEDARK_E_MEMORY; MEDARK_E_SYSTEM without random bytes. */
int medark_sessions_new(const struct medark_session_limits *limits, struct medark_sessions **out,
			struct medark_error *err) MEDARK_MUST_USE;
/* Ends and wipes all. No other thread may still use it. */
void medark_sessions_free(struct medark_sessions *s);
MEDARK_DEFINE_AUTO(struct medark_sessions, medark_sessions_free)

/*
 * Begins one for an account whose password was checked; `account` and the shown name are copied.
 * MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_sessions_begin(struct medark_sessions *s, const struct medark_account *account,
			  int64_t now, char out_token[MEDARK_SESSION_TOKEN_SIZE],
			  struct medark_error *err) MEDARK_MUST_USE;

struct medark_session_view {
	struct medark_account account; /* as at the log-in, or the last change of rights */
	bool is_locked;
	int64_t began, locks_at, ends_at;
	/* What a form must bring back: HMAC-SHA-256 of the session under a key of the process. */
	char csrf[MEDARK_SESSION_TOKEN_SIZE];
};

/*
 * The session of a token that came from outside. `is_use`: a person did something, which keeps it
 * from being locked; a page that refreshes itself is none. MEDARK_E_NOT_FOUND: there is no such
 * session, or no longer; *out is written on success only, and a locked one is a success.
 */
int medark_sessions_look(struct medark_sessions *s, struct medark_bytes token, bool is_use,
			 int64_t now, struct medark_session_view *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Is `csrf` what the view of this session says? Compared in constant time. MEDARK_E_NOT_FOUND
 * without such a session, MEDARK_E_IDENTITY if it is another one's.
 */
int medark_sessions_check_csrf(struct medark_sessions *s, struct medark_bytes token,
			       struct medark_bytes csrf, int64_t now,
			       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Unlocks after the password of its account was checked again, or takes over changed rights: the
 * old token is no longer one, the new one goes on with charts, handles and the end of its life.
 * MEDARK_E_NOT_FOUND; MEDARK_E_IDENTITY if `account` has another name; MEDARK_E_SYSTEM (the old
 * token then stays).
 */
int medark_sessions_renew(struct medark_sessions *s, struct medark_bytes token,
			  const struct medark_account *account, int64_t now,
			  char out_token[MEDARK_SESSION_TOKEN_SIZE],
			  struct medark_error *err) MEDARK_MUST_USE;

/* Locks it at once; ends it; ends all of an account (NULL: of all). Nothing happens if it is not
 * there. Gives how many were ended. */
void medark_sessions_lock(struct medark_sessions *s, struct medark_bytes token, int64_t now);
size_t medark_sessions_end(struct medark_sessions *s, struct medark_bytes token);
size_t medark_sessions_end_account(struct medark_sessions *s, const char *name);
size_t medark_sessions_count(struct medark_sessions *s, int64_t now);

/* ---- what became of sessions without anybody asking for it ---- */

enum medark_session_fate {
	MEDARK_SESSION_IDLE = 1,     /* nobody used it: it was locked */
	MEDARK_SESSION_OLD = 2,	     /* its longest life was over */
	MEDARK_SESSION_REPLACED = 4, /* it went for a newer one, by the limits */
};

struct medark_session_event {
	struct medark_account account;
	enum medark_session_fate fate;
	int64_t at;	 /* when it happened, which may be before anybody looked */
	uint64_t number; /* of the session, for medark_sessions_told() */
};

/*
 * Something that happened by now and was not told yet: true. It stays until it was told: the caller
 * writes it into the log first. Bounded by the limits, as what has happened to a session is kept in
 * its place.
 */
bool medark_sessions_untold(struct medark_sessions *s, int64_t now,
			    struct medark_session_event *out);
void medark_sessions_told(struct medark_sessions *s, const struct medark_session_event *event);

/* ---- what an unlocked session holds; MEDARK_E_IDENTITY from here on if it is locked ---- */

/*
 * A random name for a patient that means something in this session only, so that no address has a
 * BSN, an id or a name in it. The same for the same patient. `patient` has 1 to
 * MEDARK_SESSION_PATIENT_MAX bytes (an assert). MEDARK_E_NOT_FOUND without such a session,
 * MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_sessions_handle(struct medark_sessions *s, struct medark_bytes token,
			   struct medark_bytes patient, int64_t now,
			   char out_handle[MEDARK_SESSION_HANDLE_SIZE],
			   struct medark_error *err) MEDARK_MUST_USE;

/* The patient of a handle that came from outside. MEDARK_E_NOT_FOUND also without such a handle. */
int medark_sessions_patient(struct medark_sessions *s, struct medark_bytes token,
			    struct medark_bytes handle, int64_t now,
			    uint8_t out[MEDARK_SESSION_PATIENT_MAX], size_t *out_size,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Notes that the chart of a patient was opened, and why; a second time the newer reason stands.
 * The row in the audit log is the caller's, before. MEDARK_E_USAGE if the reason's text is longer
 * than MEDARK_REASON_TEXT_MAX, no UTF-8 or holds control characters, or its code is none;
 * MEDARK_E_NOT_FOUND, MEDARK_E_MEMORY.
 */
int medark_sessions_open_chart(struct medark_sessions *s, struct medark_bytes token,
			       struct medark_bytes patient, const struct medark_reason *reason,
			       int64_t now, struct medark_error *err) MEDARK_MUST_USE;

/* Why the chart is open. MEDARK_E_NOT_FOUND if it is not. */
int medark_sessions_chart(struct medark_sessions *s, struct medark_bytes token,
			  struct medark_bytes patient, int64_t now, struct medark_reason *out,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
