/* SPDX-License-Identifier: Apache-2.0 */
#include "live/talk.h"

#include "crypto/random.h"
#include "live/json.h"
#include "live/tries.h"

#include <string.h>
#include <time.h>

struct medark_talk medark_talk_usual(struct medark_http *http, struct medark_auth *auth,
				     const struct medark_url *base, struct medark_talk_voice *voice)
{
	return (struct medark_talk) { .http = http,
				      .auth = auth,
				      .base = base,
				      .bounds = MEDARK_RETRY_BOUNDS,
				      .attempts = MEDARK_TALK_ATTEMPTS,
				      .patience = MEDARK_TALK_PATIENCE,
				      .voice = voice };
}

double medark_talk_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

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

int medark_talk_wait(const struct medark_talk *talk, const struct medark_http_response *response,
		     unsigned attempt, double *out, struct medark_error *err)
{
	uint32_t random;

	if (medark_retry_after(medark_http_header(response, "retry-after"), time(NULL),
			       &talk->bounds, out))
		return 0;
	MEDARK_TRY(medark_random_public(&random, sizeof(random), err));
	*out = medark_retry_delay(attempt, random, &talk->bounds);
	return 0;
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
		       ? medark_auth_header(talk->auth, talk->http, talk->voice, out, err)
		       : 0;
}

/* ---- a request until it is answered ---- */

/* All borrowed. */
struct attempt {
	const struct medark_talk *talk;
	const struct medark_http_request *request;
	struct medark_tries *tries;
	bool is_open; /* without authorization */
};

static int send_once(struct attempt *a, const struct medark_url *url,
		     struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	struct medark_http_transfer *ended;
	struct medark_http_request request = *a->request;

	request.url = url;
	if (!a->is_open)
		MEDARK_TRY(
			medark_tries_header(a->tries, a->talk, url, &request.authorization, err));
	MEDARK_TRY(medark_http_start(a->talk->http, &request, &t, err));
	MEDARK_TRY(medark_http_next(a->talk->http, -1, &ended, err));
	*out = MEDARK_TAKE(t);
	return 0;
}

int medark_talk_sleep_until(struct medark_http *http, double when, struct medark_error *err)
{
	double seconds = when - medark_talk_now();

	return seconds > 0 ? medark_http_sleep(http, seconds, err) : 0;
}

static int run(struct attempt *a, struct medark_http_transfer **out, struct medark_error *err)
{
	for (;;) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		const struct medark_url *url = medark_tries_url(a->tries, a->request->url);
		struct medark_tries_next next;

		MEDARK_TRY(send_once(a, url, &t, err));
		MEDARK_TRY(medark_tries_react(a->tries, a->talk, url, medark_http_response(t),
					      &next, err));
		if (next.move == MEDARK_TRIES_GIVE_UP) {
			if (err)
				*err = next.why;
			return next.why.code;
		}
		if (next.move == MEDARK_TRIES_TAKE) {
			*out = MEDARK_TAKE(t);
			return 0;
		}
		MEDARK_TRY(medark_talk_sleep_until(a->talk->http, next.at, err));
	}
}

int medark_talk_send(const struct medark_talk *talk, const struct medark_http_request *request,
		     struct medark_http_transfer **out, struct medark_url *out_url,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_tries_clear) struct medark_tries tries = { 0 };
	struct attempt a = { .talk = talk, .request = request, .tries = &tries };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;

	MEDARK_TRY(run(&a, &t, err));
	if (out_url)
		MEDARK_TRY(medark_url_parse(medark_tries_url(&tries, request->url)->text, out_url,
					    err));
	*out = MEDARK_TAKE(t);
	return 0;
}

int medark_talk_ask(const struct medark_talk *talk, const struct medark_http_request *request,
		    struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_tries_clear) struct medark_tries tries = { 0 };
	struct attempt a = { .talk = talk, .request = request, .tries = &tries, .is_open = true };

	return run(&a, out, err);
}
