/* SPDX-License-Identifier: Apache-2.0 */
#include "live/requests.h"

#include "live/tries.h"

struct slot {
	bool is_used;
	double not_before; /* when it may be sent, again */
	struct medark_tries tries;
	struct medark_request request;
	struct medark_http_transfer *transfer; /* NULL: not under way */
};

struct medark_requests {
	struct medark_requests_setup setup;
	struct slot *slots;
	size_t count;	   /* of slots */
	unsigned parallel; /* now */
	size_t used, running;
};

static void slot_clear(struct medark_requests *r, struct slot *slot)
{
	if (slot->is_used && r->setup.drop)
		r->setup.drop(r->setup.context, &slot->request);
	medark_http_transfer_free(slot->transfer);
	medark_tries_clear(&slot->tries);
	medark_url_clear(&slot->request.url);
	*slot = (struct slot) { 0 };
}

void medark_requests_free(struct medark_requests *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		slot_clear(r, &r->slots[i]);
	free(r->slots);
	free(r);
}

int medark_requests_new(const struct medark_requests_setup *setup, struct medark_requests **out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_requests_free) struct medark_requests *r = calloc(1, sizeof(*r));

	if (!r)
		return medark_error_memory(err, "requests to a server");
	r->setup = *setup;
	r->parallel = setup->parallel;
	r->slots = calloc(setup->parallel, sizeof(*r->slots));
	if (!r->slots)
		return medark_error_memory(err, "requests to a server");
	r->count = setup->parallel;
	*out = MEDARK_TAKE(r);
	return 0;
}

/* ---- starting ---- */

static int start(struct medark_requests *r, struct slot *slot, struct medark_error *err)
{
	const char *const headers[] = { slot->request.accept };
	struct medark_http_request request = {
		.url = medark_tries_url(&slot->tries, &slot->request.url),
		.headers = headers,
		.header_count = 1,
		.body_max = slot->request.body_max,
		.sink = r->setup.sink,
		.context = slot->request.tag,
	};

	MEDARK_TRY(medark_tries_header(&slot->tries, &r->setup.talk, request.url,
				       &request.authorization, err));
	if (r->setup.begin)
		MEDARK_TRY(r->setup.begin(r->setup.context, &slot->request, err));
	MEDARK_TRY(medark_http_start(r->setup.http, &request, &slot->transfer, err));
	medark_http_tag(slot->transfer, slot);
	r->running++;
	return 0;
}

/* As many as may be under way. *out_wait: seconds until another may be; negative: none waits. */
static int start_some(struct medark_requests *r, double *out_wait, struct medark_error *err)
{
	double soonest = -1, at = medark_talk_now();

	for (size_t i = 0; i < r->count && r->running < r->parallel; i++) {
		struct slot *slot = &r->slots[i];

		if (!slot->is_used || slot->transfer)
			continue;
		if (slot->not_before > at) {
			if (soonest < 0 || slot->not_before < soonest)
				soonest = slot->not_before;
			continue;
		}
		MEDARK_TRY(start(r, slot, err));
	}
	*out_wait = soonest < 0 ? -1 : soonest - at;
	return 0;
}

/* ---- ending ---- */

static int finish(struct medark_requests *r, struct slot *slot,
		  const struct medark_http_response *response, struct medark_error *err)
{
	slot->request.is_followed = false;
	slot->request.from = medark_tries_url(&slot->tries, &slot->request.url);
	MEDARK_TRY(r->setup.done(r->setup.context, &slot->request, response, err));
	medark_tries_clear(&slot->tries);
	slot->not_before = 0;
	if (slot->request.is_followed)
		return 0;
	slot->is_used = false;
	slot_clear(r, slot);
	r->used--;
	return 0;
}

static int end(struct medark_requests *r, struct slot *slot, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free)
	struct medark_http_transfer *t = MEDARK_TAKE(slot->transfer);
	const struct medark_http_response *response = medark_http_response(t);
	struct medark_tries_next next;

	r->running--;
	/* A sink that fails for another reason than what came ends it all: no room, say. */
	if (response->is_stopped && response->failure.code != MEDARK_E_REMOTE)
		return medark_error_set(err, response->failure.code, "%s",
					response->failure.message);
	MEDARK_TRY(medark_tries_react(&slot->tries, &r->setup.talk,
				      medark_tries_url(&slot->tries, &slot->request.url), response,
				      &next, err));
	if (next.is_too_much)
		r->parallel = 1;
	if (next.move != MEDARK_TRIES_AGAIN) {
		slot->request.why = next.why;
		return finish(r, slot, response, err);
	}
	slot->not_before = next.at;
	return 0;
}

/* Starts what may be started, and waits until one has ended, or some time. */
static int step(struct medark_requests *r, struct medark_error *err)
{
	struct medark_http_transfer *t = NULL;
	double wait;
	int code;

	MEDARK_TRY(start_some(r, &wait, err));
	if (r->running == 0)
		return medark_http_sleep(r->setup.http, wait > 0 ? wait : 0, err);
	code = medark_http_next(r->setup.http, wait < 0 || wait > 1 ? 1 : wait, &t, err);
	return code == 1 ? end(r, medark_http_tagged(t), err) : code;
}

int medark_requests_add(struct medark_requests *r, struct medark_request *request,
			struct medark_error *err)
{
	double ignored;

	while (r->used >= r->parallel)
		MEDARK_TRY(step(r, err));
	for (size_t i = 0; i < r->count; i++) {
		if (r->slots[i].is_used)
			continue;
		r->slots[i].request = *request;
		r->slots[i].is_used = true;
		request->url = (struct medark_url) { 0 };
		r->used++;
		return start_some(r, &ignored, err);
	}
	return 0; /* there is room: fewer are used than there are */
}

int medark_requests_finish(struct medark_requests *r, struct medark_error *err)
{
	while (r->used)
		MEDARK_TRY(step(r, err));
	return 0;
}
