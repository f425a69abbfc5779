/* SPDX-License-Identifier: Apache-2.0 */
#include "live/discover.h"

#include "live/json.h"

#define RESPONSE_MAX ((size_t)1 << 20)

int medark_discover_tokens(const struct medark_talk *talk, struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/json" };
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url token_url = { 0 };
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	struct medark_http_request request = {
		.url = &url, .headers = headers, .header_count = 1, .body_max = RESPONSE_MAX
	};
	const struct medark_http_response *r;
	const char *text = NULL;

	if (!medark_auth_wants_url(talk->auth))
		return 0;
	MEDARK_TRY(medark_url_below(talk->base, ".well-known/smart-configuration", &url, err));
	MEDARK_TRY(medark_talk_ask(talk, &request, &t, err));
	r = medark_http_response(t);
	if (r->status == 200 && medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
						       "it", MEDARK_E_REMOTE, &object, NULL) == 0)
		text = medark_live_json_text(object, "token_endpoint");
	if (!text)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s does not say where it gives tokens: put 'token_url' "
					"into the file of --auth",
					talk->base->origin);
	MEDARK_TRY(medark_url_resolve(&url, text, &token_url, err));
	return medark_auth_set_token_url(talk->auth, &token_url, err);
}
