/* SPDX-License-Identifier: Apache-2.0 */
#include "live/talk.h"

#include "crypto/random.h"
#include "live/json.h"

#include <string.h>
#include <time.h>

#define REDIRECTS_MAX 5

/* An OperationOutcome whose issues are transient says that it is worth another attempt. */
static bool is_transient_outcome(const struct medark_http_response *r)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const json_t *issues;

	if (medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it", MEDARK_E_REMOTE,
				   &object, NULL) < 0)
		return false;
	issues = json_object_get(object, "issue");
	for (size_t i = 0; i < json_array_size(issues); i++) {
		const char *code = medark_live_json_text(json_array_get(issues, i), "code");

		if (code && (strcmp(code, "transient") == 0 || strcmp(code, "throttled") == 0 ||
			     strcmp(code, "timeout") == 0 || strcmp(code, "lock-error") == 0))
			return true;
	}
	return false;
}

enum medark_talk_answer medark_talk_judge(const struct medark_http_response *r)
{
	if (r->status == 0 || r->failure.code)
		return r->is_transient ? MEDARK_TALK_AGAIN : MEDARK_TALK_GIVE_UP;
	switch (r->status) {
	case 301:
	case 302:
	case 307:
	case 308:
		return MEDARK_TALK_REDIRECT;
	case 401:
		return MEDARK_TALK_TOKEN;
	case 429:
		return MEDARK_TALK_LATER;
	case 408:
	case 502:
	case 503:
	case 504:
		return MEDARK_TALK_AGAIN;
	default:
		break;
	}
	/* Of a whole answer of 500 nobody knows: it may pass. */
	return r->status == 500 || (r->status > 500 && is_transient_outcome(r)) ? MEDARK_TALK_AGAIN
										: MEDARK_TALK_TAKE;
}

int medark_talk_delay(const struct medark_retry_bounds *bounds,
		      const struct medark_http_response *response, unsigned attempt, double *out,
		      struct medark_error *err)
{
	uint32_t random;

	if (medark_retry_after(medark_http_header(response, "retry-after"), time(NULL), bounds,
			       out))
		return 0;
	MEDARK_TRY(medark_random_public(&random, sizeof(random), err));
	*out = medark_retry_delay(attempt, random, bounds);
	return 0;
}

int medark_talk_wait(const struct medark_talk *talk, const struct medark_http_response *response,
		     unsigned attempt, double *out, struct medark_error *err)
{
	return medark_talk_delay(&talk->bounds, response, attempt, out, err);
}

int medark_talk_location(const struct medark_http_response *response, const struct medark_url *from,
			 struct medark_url *out, struct medark_error *err)
{
	struct medark_bytes value = medark_http_header(response, "location");
	char text[MEDARK_URL_MAX + 1];
	int code;

	if (value.size == 0 || value.size > MEDARK_URL_MAX)
		return medark_error_set(err, MEDARK_E_REMOTE, "%s redirects, and says not where to",
					from->origin);
	memcpy(text, value.data, value.size);
	text[value.size] = '\0';
	code = medark_url_resolve(from, text, out, err);
	/* A server elsewhere has no business with what listens on this machine. */
	if (code == 0 && out->is_local && !from->is_local) {
		medark_url_clear(out);
		code = medark_error_set(err, MEDARK_E_USAGE, "it is this machine");
	}
	if (code != MEDARK_E_USAGE)
		return code;
	return medark_error_prefix(err, MEDARK_E_REMOTE,
				   "%s redirects to where records must not go", from->origin);
}

int medark_talk_header(const struct medark_talk *talk, const struct medark_url *url,
		       const char **out, struct medark_error *err)
{
	*out = NULL;
	return medark_url_same_origin(url, talk->base)
		       ? medark_auth_header(talk->auth, talk->http, out, err)
		       : 0;
}

/* ---- a request until it is answered ---- */

struct attempt {
	const struct medark_talk *talk;
	struct medark_http_request request;
	struct medark_url url;
	unsigned count, later, redirects;
	bool is_open, was_renewed;
};

static void attempt_clear(struct attempt *a)
{
	medark_url_clear(&a->url);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct attempt, attempt_clear)

static int send_once(struct attempt *a, struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	struct medark_http_transfer *ended;

	if (!a->is_open)
		MEDARK_TRY(medark_talk_header(a->talk, &a->url, &a->request.authorization, err));
	a->request.url = &a->url;
	MEDARK_TRY(medark_http_start(a->talk->http, &a->request, &t, err));
	MEDARK_TRY(medark_http_next(a->talk->http, -1, &ended, err));
	*out = MEDARK_TAKE(t);
	return 0;
}

static int give_up(const struct attempt *a, const struct medark_http_response *r,
		   struct medark_error *err)
{
	if (r->failure.code)
		return medark_error_set(err, r->failure.code, "%s", r->failure.message);
	return medark_error_set(err, MEDARK_E_REMOTE, "%s answers with status %u", a->url.origin,
				r->status);
}

static int redirect(struct attempt *a, const struct medark_http_response *r,
		    struct medark_error *err)
{
	struct medark_url next = { 0 };

	if (++a->redirects > REDIRECTS_MAX)
		return medark_error_set(err, MEDARK_E_REMOTE, "%s redirects without end",
					a->url.origin);
	MEDARK_TRY(medark_talk_location(r, &a->url, &next, err));
	medark_url_clear(&a->url);
	a->url = next;
	return 0;
}

static int wait(struct attempt *a, const struct medark_http_response *r, struct medark_error *err)
{
	double seconds;

	MEDARK_TRY(medark_talk_wait(a->talk, r, a->count + a->later, &seconds, err));
	return medark_http_sleep(a->talk->http, seconds, err);
}

/* 1: it is answered; 0: to be sent again. */
static int react(struct attempt *a, const struct medark_http_response *r, struct medark_error *err)
{
	switch (medark_talk_judge(r)) {
	case MEDARK_TALK_TAKE:
		return 1;
	case MEDARK_TALK_REDIRECT:
		return redirect(a, r, err);
	case MEDARK_TALK_TOKEN:
		if (a->was_renewed || !a->request.authorization ||
		    !medark_auth_renew(a->talk->auth))
			return 1;
		a->was_renewed = true;
		return 0;
	case MEDARK_TALK_LATER:
		a->later++;
		return wait(a, r, err);
	case MEDARK_TALK_AGAIN:
		if (++a->count >= a->talk->attempts)
			return give_up(a, r, err);
		return wait(a, r, err);
	default:
		return give_up(a, r, err);
	}
}

static int run(struct attempt *a, struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_TRY(medark_url_parse(a->request.url->text, &a->url, err));
	for (;;) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		int code;

		MEDARK_TRY(send_once(a, &t, err));
		code = react(a, medark_http_response(t), err);
		if (code == 0)
			continue;
		MEDARK_TRY(code);
		*out = MEDARK_TAKE(t);
		return 0;
	}
}

int medark_talk_send(const struct medark_talk *talk, const struct medark_http_request *request,
		     struct medark_http_transfer **out, struct medark_url *out_url,
		     struct medark_error *err)
{
	MEDARK_AUTO(attempt_clear) struct attempt a = { .talk = talk, .request = *request };

	MEDARK_TRY(run(&a, out, err));
	if (out_url) {
		*out_url = a.url;
		a.url = (struct medark_url) { 0 };
	}
	return 0;
}

int medark_talk_ask(const struct medark_talk *talk, const struct medark_http_request *request,
		    struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(attempt_clear)
	struct attempt a = { .talk = talk, .request = *request, .is_open = true };

	return run(&a, out, err);
}
