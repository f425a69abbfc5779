/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: sessions, what accounts may do, and the rows of the log. */
#include "service/cookie.h"
#include "service/service_private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A browser's cookie, or a program's access token (RFC 6750 section 2.1). */
static struct medark_bytes find_token(const struct medark_call *call)
{
	const struct medark_serve_request *request = call->request;
	static const char bearer[] = "Bearer ";
	struct medark_bytes field = request->fields[MEDARK_SERVE_AUTHORIZATION];

	if (medark_call_is_fhir(call))
		return medark_bytes_starts(field, bearer)
			       ? medark_bytes(field.data + sizeof(bearer) - 1,
					      field.size - (sizeof(bearer) - 1))
			       : medark_bytes(NULL, 0);
	return medark_cookie(request->fields[MEDARK_SERVE_COOKIE], MEDARK_SERVICE_COOKIE);
}

/* What an account may do is what the accounts say now, not what they said at the log-in. */
static int refresh_rights(struct medark_call *call)
{
	struct medark_account now;
	int code = medark_accounts_find(call->service->accounts, call->who.account.name, &now,
					call->err);

	if (code == MEDARK_E_NOT_FOUND || (code == 0 && now.is_disabled)) {
		(void)medark_sessions_end(call->service->sessions, call->token);
		call->has_session = false;
		return 0;
	}
	MEDARK_TRY(code);
	call->who.account = now;
	return 0;
}

int medark_call_who(struct medark_call *call)
{
	struct medark_error ignored = { 0 };
	int code;

	call->token = find_token(call);
	if (call->token.size == 0)
		return 0;
	code = medark_sessions_look(call->service->sessions, call->token, true, call->clock,
				    &call->who, &ignored);
	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	if (code < 0)
		return medark_error_set(call->err, code, "%s", ignored.message);
	call->has_session = true;
	return refresh_rights(call);
}

bool medark_call_may(const struct medark_call *call, unsigned roles)
{
	return call->has_session && !call->who.is_locked && (call->who.account.roles & roles);
}

int medark_call_audit(struct medark_call *call, const struct medark_audit_event *event)
{
	struct medark_audit_event row = *event;
	char peer[MEDARK_SERVE_PEER_MAX + 1];
	int code;

	row.recorded = medark_audit_now();
	(void)snprintf(peer, sizeof(peer), "%.*s", (int)call->request->peer.size,
		       (const char *)call->request->peer.data);
	row.peer = peer;
	row.archive = call->service->archive;
	if (!row.action)
		row.action = 'R';
	if (call->has_session) {
		row.account = call->who.account.name;
		row.shown = call->who.account.shown;
		row.roles = call->who.account.roles;
	}
	code = medark_audit_append(call->service->audit, &row, call->err);
	call->has_no_log |= code < 0;
	return code;
}

int medark_call_audit_failure(struct medark_call *call, struct medark_bytes name, const char *why)
{
	char typed[MEDARK_ACCOUNT_NAME_MAX + 1] = "";
	const struct medark_audit_event row = {
		.kind = MEDARK_AUDIT_LOGIN_FAILED,
		.action = 'E',
		.outcome = MEDARK_AUDIT_REFUSED,
		.account = typed,
		.detail = why,
	};

	/* As far as a row has room. */
	for (size_t i = 0; i < name.size && i < MEDARK_ACCOUNT_NAME_MAX; i++)
		typed[i] = (char)(name.data[i] > 0x20 && name.data[i] < 0x7f ? name.data[i] : '?');
	return medark_call_audit(call, &row);
}

/* ---- changes of accounts ---- */

struct changes {
	struct medark_service *service;
	struct medark_error *err;
	int code;
};

static void note(void *context, const char *name, const char *what, bool ends_sessions)
{
	struct changes *c = context;
	char detail[MEDARK_AUDIT_DETAIL_MAX];
	struct medark_audit_event row = { .kind = MEDARK_AUDIT_ACCOUNT, .action = 'U' };

	if (ends_sessions)
		(void)medark_sessions_end_account(c->service->sessions, name);
	(void)snprintf(detail, sizeof(detail), "%s: %s", name, what);
	row.recorded = medark_audit_now();
	row.archive = c->service->archive;
	row.detail = detail;
	if (c->code == 0)
		c->code = medark_audit_append(c->service->audit, &row, c->err);
}

int medark_service_note_accounts(struct medark_service *service, struct medark_error *err)
{
	struct changes c = { .service = service, .err = err };

	MEDARK_TRY(medark_accounts_changes(service->accounts, note, &c, err));
	return c.code;
}

/* ---- what becomes of sessions ---- */

static int note_session(struct medark_service *service, const struct medark_session_event *event,
			int64_t clock, struct medark_error *err)
{
	bool is_lock = event->fate == MEDARK_SESSION_IDLE;
	struct medark_audit_event row = {
		.kind = is_lock ? MEDARK_AUDIT_LOCK : MEDARK_AUDIT_LOGOUT,
		.action = 'E',
		.account = event->account.name,
		.shown = event->account.shown,
		.roles = event->account.roles,
		.archive = service->archive,
		.detail = is_lock			      ? "not used"
			  : event->fate == MEDARK_SESSION_OLD ? "longest life of a session"
							      : "too many sessions",
	};

	row.recorded = medark_audit_now() - (clock - event->at);
	return medark_audit_append(service->audit, &row, err);
}

int64_t medark_service_clock(void)
{
	struct timespec boot;

	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	return (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000;
}

int medark_service_note_sessions(struct medark_service *service, struct medark_error *err)
{
	struct medark_session_event event;
	int64_t clock = medark_service_clock();
	int code = 0;

	if (!medark_sessions_untold(service->sessions, clock, &event))
		return 0;
	(void)pthread_mutex_lock(&service->telling);
	while (code == 0 && medark_sessions_untold(service->sessions, clock, &event)) {
		code = note_session(service, &event, clock, err);
		if (code == 0)
			medark_sessions_told(service->sessions, &event);
	}
	(void)pthread_mutex_unlock(&service->telling);
	return code;
}
