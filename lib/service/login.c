/* SPDX-License-Identifier: Apache-2.0 */
/* Logging in and out, locking and unlocking. */
#include "service/service_private.h"

#include <stdio.h>
#include <string.h>

/* ---- the forms ---- */

static int put_error(struct medark_call *call, const enum medark_saying *error)
{
	if (!error)
		return 0;
	return medark_call_html(call, "<p class=\"error\" role=\"alert\">%s</p>",
				medark_call_saying(call, *error));
}

static int put_code_field(struct medark_call *call)
{
	return medark_call_html(
		call,
		"<p><label for=\"code\">%s</label><input id=\"code\" name=\"code\" "
		"inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"10\"></p>",
		medark_call_saying(call, MEDARK_SAYING_CODE));
}

static int put_password_field(struct medark_call *call, bool is_first)
{
	return medark_call_html(
		call,
		"<p><label for=\"password\">%s</label><input id=\"password\" name=\"password\" "
		"type=\"password\" autocomplete=\"current-password\" required%s></p>",
		medark_call_saying(call, MEDARK_SAYING_PASSWORD), is_first ? " autofocus" : "");
}

static int show_login(struct medark_call *call, const enum medark_saying *error,
		      struct medark_bytes name)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_LOG_IN)),
		.status = error ? 403 : 200,
		.is_narrow = true,
		.has_data = true,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(
		medark_call_html(call,
				 "<h1>%s</h1><p class=\"notice\">%s</p><form class=\"form panel\" "
				 "method=\"post\" action=\"/login\">",
				 medark_call_saying(call, MEDARK_SAYING_LOG_IN),
				 medark_call_saying(call, MEDARK_SAYING_LOG_IN_TEXT)));
	MEDARK_TRY(put_error(call, error));
	MEDARK_TRY(medark_call_html(
		call,
		"<p><label for=\"name\">%s</label><input id=\"name\" name=\"name\" "
		"autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required "
		"autofocus value=\"%b\"></p>",
		medark_call_saying(call, MEDARK_SAYING_ACCOUNT), name));
	MEDARK_TRY(put_password_field(call, false));
	MEDARK_TRY(put_code_field(call));
	MEDARK_TRY(medark_call_html(call, "<button>%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_LOG_IN)));
	return medark_call_end(call, &page);
}

static int show_unlock(struct medark_call *call, const enum medark_saying *error)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_LOCKED)),
		.status = error ? 403 : 200,
		.is_narrow = true,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call,
				    "<h1>%s</h1><p class=\"notice\">%s</p>"
				    "<form class=\"form panel\" method=\"post\" action=\"/unlock\">"
				    "<p>%s <b>%s</b></p>",
				    medark_call_saying(call, MEDARK_SAYING_LOCKED),
				    medark_call_saying(call, MEDARK_SAYING_LOCKED_TEXT),
				    medark_call_saying(call, MEDARK_SAYING_LOGGED_IN_AS),
				    call->who.account.shown));
	MEDARK_TRY(put_error(call, error));
	MEDARK_TRY(medark_call_csrf(call));
	/* Not sent: it tells password managers whose password is asked for. */
	MEDARK_TRY(medark_call_html(call,
				    "<p><label for=\"name\">%s</label><input id=\"name\" "
				    "autocomplete=\"username\" readonly value=\"%s\"></p>",
				    medark_call_saying(call, MEDARK_SAYING_ACCOUNT),
				    call->who.account.name));
	MEDARK_TRY(put_password_field(call, true));
	if (call->who.account.has_totp)
		MEDARK_TRY(put_code_field(call));
	MEDARK_TRY(medark_call_html(call, "<button>%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_UNLOCK)));
	MEDARK_TRY(medark_call_html(call, "<form method=\"post\" action=\"/logout\">"));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(medark_call_html(call, "<p><button class=\"quiet\">%s</button></p></form>",
				    medark_call_saying(call, MEDARK_SAYING_LOG_OUT)));
	return medark_call_end(call, &page);
}

/* ---- what they bring ---- */

static int check(struct medark_call *call, struct medark_bytes name,
		 struct medark_login_answer *out)
{
	const struct medark_login login = {
		.name = name,
		.password = medark_call_field(call, "password"),
		.code = medark_call_field(call, "code"),
		.peer = call->request->peer,
		.now = call->now,
		.clock = call->clock,
	};

	return medark_accounts_check(call->service->accounts, &login, out, call->err);
}

static enum medark_saying why_not(enum medark_login_result result)
{
	switch (result) {
	case MEDARK_LOGIN_LOCKED:
		return MEDARK_SAYING_TOO_OFTEN;
	case MEDARK_LOGIN_DISABLED:
		return MEDARK_SAYING_DISABLED;
	case MEDARK_LOGIN_NEEDS_CODE:
		return MEDARK_SAYING_NEEDS_CODE;
	default:
		return MEDARK_SAYING_WRONG_LOGIN;
	}
}

static int note_failure(struct medark_call *call, struct medark_bytes name,
			const struct medark_login_answer *answer)
{
	const char *why = medark_saying(MEDARK_ENGLISH, why_not(answer->result));

	return answer->is_again ? 0 : medark_call_audit_failure(call, name, why);
}

static int log_in(struct medark_call *call, const struct medark_account *account)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_LOGIN, .action = 'E' };
	char token[MEDARK_SESSION_TOKEN_SIZE];

	call->has_session = true; /* for the row */
	call->who.account = *account;
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(medark_sessions_begin(call->service->sessions, account, call->clock, token,
					 call->err));
	MEDARK_TRY(medark_call_cookie(call, token));
	explicit_bzero(token, sizeof(token));
	return medark_call_see(call, "/");
}

int medark_page_login(struct medark_call *call)
{
	struct medark_bytes name = medark_call_field(call, "name");
	struct medark_login_answer answer;
	enum medark_saying why;

	if (call->request->method != MEDARK_SERVE_POST)
		return call->has_session
			       ? medark_call_see(call, call->who.is_locked ? "/unlock" : "/")
			       : show_login(call, NULL, medark_bytes(NULL, 0));
	/* A session of before, of another account perhaps, does not go on behind a log-in. */
	(void)medark_sessions_end(call->service->sessions, call->token);
	call->has_session = false;
	MEDARK_TRY(check(call, name, &answer));
	if (answer.result == MEDARK_LOGIN_OK)
		return log_in(call, &answer.account);
	why = why_not(answer.result);
	MEDARK_TRY(note_failure(call, name, &answer));
	return show_login(call, &why, name);
}

int medark_page_unlock(struct medark_call *call)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_LOGIN,
						.action = 'E',
						.detail = "unlocked" };
	struct medark_bytes name = medark_bytes_text(call->who.account.name);
	struct medark_login_answer answer;
	char token[MEDARK_SESSION_TOKEN_SIZE];
	enum medark_saying why;

	if (!call->has_session)
		return medark_call_see(call, "/login");
	if (!call->who.is_locked)
		return medark_call_see(call, "/");
	if (call->request->method != MEDARK_SERVE_POST)
		return show_unlock(call, NULL);
	MEDARK_TRY(check(call, name, &answer));
	if (answer.result != MEDARK_LOGIN_OK && answer.result != MEDARK_LOGIN_NEEDS_CODE) {
		why = why_not(answer.result);
		MEDARK_TRY(note_failure(call, name, &answer));
		return show_unlock(call, &why);
	}
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(medark_sessions_renew(call->service->sessions, call->token, &answer.account,
					 call->clock, token, call->err));
	MEDARK_TRY(medark_call_cookie(call, token));
	explicit_bzero(token, sizeof(token));
	return medark_call_see(call, "/");
}

int medark_page_lock(struct medark_call *call)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_LOCK, .action = 'E' };

	if (!call->who.is_locked)
		MEDARK_TRY(medark_call_audit(call, &row));
	medark_sessions_lock(call->service->sessions, call->token, call->clock);
	return medark_call_see(call, "/unlock");
}

int medark_page_logout(struct medark_call *call)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_LOGOUT, .action = 'E' };
	int code = medark_call_audit(call, &row);

	/* Who wants out gets out, whatever the log says. */
	(void)medark_sessions_end(call->service->sessions, call->token);
	MEDARK_TRY(code);
	MEDARK_TRY(medark_call_cookie(call, ""));
	return medark_call_see(call, "/login");
}
