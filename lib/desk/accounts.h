/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accounts: logging in to an account of <medark/desk.h>, without any other computer. A password is
 * compared with what scrypt (RFC 7914) made of it, in the same time whether the name is known or
 * not, one after the other, so that many at once do not take the memory of many.
 *
 * Who fails waits: by name, known or not, after five failures 2 s, then twice as long each time, 5
 * minutes at most, so that nobody can shut out a doctor for long by typing nonsense; by address
 * after twenty, up to 15 minutes. This stands in memory only; a restart forgets it.
 */
#ifndef MEDARK_DESK_ACCOUNTS_H
#define MEDARK_DESK_ACCOUNTS_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <medark/desk.h>

MEDARK_DEFINE_AUTO(struct medark_accounts, medark_accounts_free)

/* Who wants in; all from outside, and may be anything. Borrowed. */
struct medark_login {
	struct medark_bytes name, password;
	struct medark_bytes code; /* of the authenticator app; empty: none was given */
	struct medark_bytes peer; /* the address */
	int64_t now;		  /* seconds since 1970, for the code */
	int64_t clock; /* ms of a clock that never runs back, for waits (as of sessions) */
};

enum medark_login_result {
	MEDARK_LOGIN_OK = 0,
	MEDARK_LOGIN_WRONG,    /* name, password or code; nobody learns which */
	MEDARK_LOGIN_LOCKED,   /* not tried: not before `until` */
	MEDARK_LOGIN_DISABLED, /* the password is right */
	/* The password is right; ask for the code, and try with both. To unlock a session, whose
	 * log-in had a code, it will do. */
	MEDARK_LOGIN_NEEDS_CODE,
};

struct medark_login_answer {
	enum medark_login_result result;
	struct medark_account account; /* if the password is right, else zeroed */
	int64_t until;		       /* if LOCKED; ms of login.clock */
	/* If LOCKED: another one was so since the last that was tried. Whoever sends requests
	 * without end must not fill a log with them. */
	bool is_again;
};

/*
 * 0 with an answer, or what went wrong: errors of medark_accounts_open(), MEDARK_E_SYSTEM also if a
 * used code cannot be noted in the file (it must not be taken twice, so it is not taken at all).
 * Takes as long as scrypt does, some tenths of a second, and 64 MiB. Any thread.
 */
int medark_accounts_check(struct medark_accounts *accounts, const struct medark_login *login,
			  struct medark_login_answer *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * Tells what has changed in the accounts since they were opened, or since the last call, whoever
 * changed it: so the audit log also has what was done with `medark account` beside the service. For
 * each change `each` gets the name and a few words for the row's detail ("other roles"), both
 * borrowed during the call, in which the accounts must not be used; and whether sessions of the
 * account end by it, as who has the old password, or had an account of this name, must not go on.
 * That a code was used up is no change. Errors of medark_accounts_open(); nothing was told then.
 * Any thread.
 */
typedef void medark_account_changed(void *context, const char *name, const char *what,
				    bool ends_sessions);
int medark_accounts_changes(struct medark_accounts *accounts, medark_account_changed *each,
			    void *context, struct medark_error *err) MEDARK_MUST_USE;

#endif
