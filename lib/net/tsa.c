/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tsa.h"

#include "net/http.h"

#define ANSWER_MAX ((size_t)1 << 20)
#define ATTEMPTS   3
#define TYPE	   "application/timestamp-reply"

struct asking {
	const struct medark_tsa *tsa;
	struct medark_http *http;
	struct medark_url url;
	struct medark_bytes request;
};

static void asking_clear(struct asking *a)
{
	medark_http_free(a->http);
	medark_url_clear(&a->url);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct asking, asking_clear)

/* 1: the answer is in `out`; 0: it may come if it is asked for again, and `err` says why not. */
static int take(const struct asking *a, const struct medark_http_response *r,
		struct medark_buffer *out, struct medark_error *err)
{
	bool is_bad_minute = r->is_transient || r->status == 429 || r->status >= 500;
	struct medark_bytes type = medark_http_header(r, "content-type");

	if (r->status == 0 || (r->failure.code && r->status == 200))
		(void)medark_error_set(err, MEDARK_E_REMOTE, "%s: %s", a->url.origin,
				       r->failure.message);
	else if (r->status != 200)
		(void)medark_error_set(err, MEDARK_E_REMOTE, "%s answers with HTTP status %u",
				       a->url.origin, r->status);
	else if (!medark_bytes_starts(type, TYPE))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s answers with something else than a time stamp (its "
					"media type is not " TYPE ")",
					a->url.origin);
	else
		return medark_buffer_add(out, r->body.data, r->body.size, err) < 0 ? err->code : 1;
	return is_bad_minute || r->status == 200 ? 0 : MEDARK_E_REMOTE;
}

static int ask_once(const struct asking *a, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	static const char *const accept[] = { "Accept: " TYPE };
	const struct medark_http_request request = {
		.method = "POST",
		.url = &a->url,
		.headers = accept,
		.header_count = 1,
		.content_type = "application/timestamp-query",
		.body = a->request,
		.body_max = ANSWER_MAX,
		.identity = true,
	};
	int code;

	MEDARK_TRY(medark_http_start(a->http, &request, &t, err));
	do {
		struct medark_http_transfer *done;

		code = medark_http_next(a->http, -1, &done, err);
		MEDARK_TRY(code);
	} while (!code);
	return take(a, medark_http_response(t), out, err);
}

int medark_tsa_ask(const struct medark_tsa *tsa, struct medark_bytes request,
		   struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(asking_clear) struct asking a = { .tsa = tsa, .request = request };
	const struct medark_http_setup setup = { .ca_file = tsa->ca_file,
						 .poll = tsa->poll,
						 .context = tsa->context };
	int code = 0;

	MEDARK_TRY(medark_url_parse_plain(tsa->url, &a.url, err));
	MEDARK_TRY(medark_http_new(&setup, &a.http, err));
	for (int attempt = 1; !code && attempt <= ATTEMPTS; attempt++) {
		if (attempt > 1)
			MEDARK_TRY(medark_http_sleep(a.http, attempt, err));
		code = ask_once(&a, out, err);
	}
	if (code < 0)
		return code;
	return code ? 0 : MEDARK_E_REMOTE;
}
