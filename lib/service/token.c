/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens for programs that use the FHIR API: the client credentials grant of OAuth 2.0 (RFC
 * 6749 section 4.4) with an account's name and password. A token is a session, as a browser's: when
 * nobody uses it for a while it is worth nothing, and a new one has to be asked for.
 */
#include "service/service_private.h"

#include "base/base64.h"
#include "desk/reason.h"

#include <stdio.h>
#include <string.h>

#define CREDENTIALS_MAX 2048
/* Seconds without use. */
#define EXPIRES "600"

/* RFC 6749 section 5.2. */
static int refuse(struct medark_call *call, unsigned status, const char *error)
{
	call->response->status = status;
	MEDARK_TRY(medark_call_header(call, "Content-Type", "application/json"));
	if (status == 401)
		MEDARK_TRY(medark_call_header(call, "WWW-Authenticate", "Basic realm=\"medark\""));
	return medark_buffer_print(&call->response->body, call->err, "{\"error\":\"%s\"}", error);
}

/*
 * Name and password out of the Authorization field (RFC 6749 section 2.3.1: both percent-encoded,
 * with a colon between, in base64), or out of the form. `room` keeps what was decoded.
 */
static bool read_credentials(struct medark_call *call, struct medark_buffer *room,
			     struct medark_form *pair, struct medark_login *out)
{
	static const char basic[] = "Basic ";
	struct medark_bytes field = call->request->fields[MEDARK_SERVE_AUTHORIZATION];
	struct medark_error ignored;
	uint8_t *colon;

	out->name = medark_call_field(call, "client_id");
	out->password = medark_call_field(call, "client_secret");
	if (!field.data)
		return out->name.size && out->password.size;
	if (!medark_bytes_starts(field, basic) || medark_buffer_text(room, "n=", &ignored) < 0 ||
	    medark_base64_decode(
		    medark_bytes(field.data + sizeof(basic) - 1, field.size - (sizeof(basic) - 1)),
		    room, &ignored) < 0)
		return false;
	colon = memchr(room->data, ':', room->size);
	if (!colon)
		return false;
	/* Both are encoded as in a form: so "n=NAME&PASSWORD" is one of two pairs. */
	*colon = '&';
	if (medark_form_parse(pair, medark_bytes(room->data, room->size), &ignored) < 0 ||
	    pair->count != 2 || pair->pairs[1].value.size)
		return false;
	out->name = pair->pairs[0].value;
	out->password = pair->pairs[1].name;
	return out->name.size && out->password.size;
}

/* Why the program reads: kept with the session, and written into every row of the log. */
static bool read_reason(const struct medark_call *call, struct medark_reason *out)
{
	struct medark_bytes code = medark_call_field(call, "reason");
	struct medark_bytes text = medark_call_field(call, "reason_text");
	char name[32];
	struct medark_error ignored;

	*out = (struct medark_reason) { .code = MEDARK_REASON_TREATMENT };
	if (text.size > MEDARK_REASON_TEXT_MAX || (text.size && memchr(text.data, 0, text.size)) ||
	    code.size >= sizeof(name))
		return false;
	if (text.size)
		memcpy(out->text, text.data, text.size);
	if (code.size) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)code.size, (const char *)code.data);
		out->code = medark_reason_code_find(name);
	}
	return medark_reason_check(out, &ignored) == 0;
}

static int grant(struct medark_call *call, const struct medark_account *account,
		 const struct medark_reason *reason)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_LOGIN,
						.action = 'E',
						.reason = reason->code,
						.reason_text = reason->text,
						.detail = "access token" };
	struct medark_bytes all = medark_bytes_text(MEDARK_SERVICE_ALL_CHARTS);
	char token[MEDARK_SESSION_TOKEN_SIZE];

	call->has_session = true; /* for the row */
	call->who.account = *account;
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(medark_sessions_begin(call->service->sessions, account, call->clock, token,
					 call->err));
	MEDARK_TRY(medark_sessions_open_chart(call->service->sessions, medark_bytes_text(token),
					      all, reason, call->clock, call->err));
	MEDARK_TRY(medark_call_header(call, "Content-Type", "application/json"));
	MEDARK_TRY(medark_call_header(call, "Pragma", "no-cache"));
	MEDARK_TRY(medark_buffer_print(&call->response->body, call->err,
				       "{\"access_token\":\"%s\",\"token_type\":\"Bearer\","
				       "\"expires_in\":" EXPIRES ",\"scope\":\"system/*.rs\"}",
				       token));
	explicit_bzero(token, sizeof(token));
	return 0;
}

static int log_in(struct medark_call *call, struct medark_login *login)
{
	struct medark_login_answer answer;
	struct medark_reason reason;

	if (!read_reason(call, &reason))
		return refuse(call, 400, "invalid_request");
	login->code = medark_call_field(call, "code");
	login->peer = call->request->peer;
	login->now = call->now;
	login->clock = call->clock;
	MEDARK_TRY(medark_accounts_check(call->service->accounts, login, &answer, call->err));
	if (answer.result == MEDARK_LOGIN_OK && (answer.account.roles & MEDARK_MAY_TREAT))
		return grant(call, &answer.account, &reason);
	if (!answer.is_again)
		MEDARK_TRY(medark_call_audit_failure(call, login->name, "access token refused"));
	return answer.result == MEDARK_LOGIN_OK ? refuse(call, 400, "unauthorized_client")
						: refuse(call, 401, "invalid_client");
}

int medark_page_token(struct medark_call *call)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer room = MEDARK_BUFFER_SECRET(CREDENTIALS_MAX);
	MEDARK_AUTO(medark_form_clear) struct medark_form pair = { 0 };
	struct medark_login login = { 0 };

	if (call->request->method != MEDARK_SERVE_POST) {
		MEDARK_TRY(medark_call_header(call, "Allow", "POST"));
		return refuse(call, 405, "invalid_request");
	}
	if (!medark_bytes_is(medark_call_field(call, "grant_type"), "client_credentials"))
		return refuse(call, 400, "unsupported_grant_type");
	if (!read_credentials(call, &room, &pair, &login))
		return refuse(call, 401, "invalid_client");
	return log_in(call, &login);
}
