/* SPDX-License-Identifier: Apache-2.0 */
#include "live/bulk_ask.h"

#include "base/text.h"

#include <string.h>

#define CONTROL_MAX ((size_t)1 << 20) /* bytes of an answer */

static int print_path(const struct medark_bulk_setup *setup, struct medark_buffer *out,
		      struct medark_error *err)
{
	switch (setup->level) {
	case MEDARK_BULK_PATIENTS:
		return medark_buffer_text(out, "Patient/$export", err);
	case MEDARK_BULK_GROUP:
		MEDARK_TRY(medark_buffer_text(out, "Group/", err));
		MEDARK_TRY(medark_url_encode(medark_bytes_text(setup->group), out, err));
		return medark_buffer_text(out, "/$export", err);
	default:
		return medark_buffer_text(out, "$export", err);
	}
}

int medark_bulk_asked(const struct medark_bulk_setup *setup, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_TRY(print_path(setup, out, err));
	if (setup->since) {
		MEDARK_TRY(medark_buffer_text(out, "?_since=", err));
		MEDARK_TRY(medark_url_encode(medark_bytes_text(setup->since), out, err));
	}
	return medark_buffer_add(out, "", 1, err);
}

/* The same as a resource of parameters, for POST; its path goes into `path`. */
static int print_parameters(const struct medark_bulk_setup *setup, struct medark_buffer *path,
			    struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(print_path(setup, path, err));
	MEDARK_TRY(medark_buffer_add(path, "", 1, err));
	MEDARK_TRY(medark_buffer_text(out, "{\"resourceType\":\"Parameters\"", err));
	if (setup->since) {
		MEDARK_TRY(medark_buffer_text(
			out, ",\"parameter\":[{\"name\":\"_since\",\"valueInstant\":", err));
		MEDARK_TRY(medark_text_json(out, medark_bytes_text(setup->since), err));
		MEDARK_TRY(medark_buffer_text(out, "}]", err));
	}
	return medark_buffer_text(out, "}", err);
}

static int send(const struct medark_bulk_setup *setup, const char *path, struct medark_bytes body,
		struct medark_http_transfer **out, struct medark_url *out_from,
		struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/fhir+json",
					       "Prefer: respond-async" };
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	struct medark_http_request request = {
		.url = &url,
		.headers = headers,
		.header_count = 2,
		.body = body,
		.content_type = body.size ? "application/fhir+json" : NULL,
		.body_max = CONTROL_MAX,
	};

	MEDARK_TRY(medark_url_below(setup->talk.base, path, &url, err));
	return medark_talk_send(&setup->talk, &request, out, out_from, err);
}

/* One way of asking. */
struct attempt {
	struct medark_http_transfer *transfer;
	struct medark_url from;
};

static void attempt_clear(struct attempt *a)
{
	medark_http_transfer_free(a->transfer);
	medark_url_clear(&a->from);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct attempt, attempt_clear)

static unsigned status_of(const struct attempt *a)
{
	return medark_http_response(a->transfer)->status;
}

static int get(const struct medark_bulk_setup *setup, struct attempt *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX);

	MEDARK_TRY(medark_bulk_asked(setup, &path, err));
	return send(setup, (const char *)path.data, medark_bytes(NULL, 0), &out->transfer,
		    &out->from, err);
}

static int post(const struct medark_bulk_setup *setup, struct attempt *out,
		struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer body = MEDARK_BUFFER(MEDARK_BULK_ASKED_MAX);

	MEDARK_TRY(print_parameters(setup, &path, &body, err));
	return send(setup, (const char *)path.data, medark_bytes(body.data, body.size),
		    &out->transfer, &out->from, err);
}

/* Refusals that may be of the method, or of a parameter. */
static bool may_differ(unsigned status)
{
	return status == 400 || status == 405 || status == 415 || status == 422 || status == 501;
}

static int refused(const struct medark_bulk_setup *setup, unsigned status, struct medark_error *err)
{
	bool is_absent = status == 404 || status == 405 || status == 501;
	const char *why = status == 401	  ? "it does not take who asks; give --auth FILE, or look "
					    "whether the token in it is right and has not expired"
			  : status == 403 ? "it does not let this client; look at "
					    "its registration and scopes"
			  : is_absent	  ? "it has no bulk export there"
					  : "look into the server's log";

	return medark_error_set(err, is_absent ? MEDARK_E_NOT_FOUND : MEDARK_E_REMOTE,
				"%s refuses the export with status %u: %s",
				setup->talk.base->origin, status, why);
}

static int take_status_url(const struct attempt *a, struct medark_bulk_job *job,
			   struct medark_error *err)
{
	struct medark_bytes value =
		medark_http_header(medark_http_response(a->transfer), "content-location");
	char text[MEDARK_URL_MAX + 1];
	int code;

	if (value.size == 0 || value.size > MEDARK_URL_MAX)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s accepts the export, and says not where it stands",
					a->from.origin);
	memcpy(text, value.data, value.size);
	text[value.size] = '\0';
	code = medark_url_resolve(&a->from, text, &job->status, err);
	if (code == MEDARK_E_USAGE)
		return medark_error_prefix(err, MEDARK_E_REMOTE, "%s: the address of the export",
					   a->from.origin);
	return code;
}

/* GET, then POST; *out_status is what the server said to the first. */
static int ask_both_ways(const struct medark_bulk_setup *setup, struct attempt *out,
			 unsigned *out_status, struct medark_error *err)
{
	MEDARK_TRY(get(setup, out, err));
	*out_status = status_of(out);
	if (!may_differ(*out_status))
		return 0;
	attempt_clear(out);
	*out = (struct attempt) { 0 };
	return post(setup, out, err);
}

int medark_bulk_ask(const struct medark_bulk_setup *setup, struct medark_bulk_job *job,
		    struct medark_error *err)
{
	MEDARK_AUTO(attempt_clear) struct attempt a = { 0 };
	struct medark_bulk_setup whole = *setup;
	unsigned status, ignored;

	MEDARK_TRY(ask_both_ways(setup, &a, &status, err));
	job->has_since = setup->since != NULL;
	if (job->has_since && status_of(&a) != 202 && may_differ(status)) {
		attempt_clear(&a);
		a = (struct attempt) { 0 };
		whole.since = NULL;
		job->has_since = false;
		MEDARK_TRY(ask_both_ways(&whole, &a, &ignored, err));
	}
	if (status_of(&a) != 202)
		return refused(setup, status, err);
	return take_status_url(&a, job, err);
}
