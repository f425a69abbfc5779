/* SPDX-License-Identifier: Apache-2.0 */
#include "live/requests.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define REDIRECTS_MAX 5

struct slot {
	bool is_used, is_waiting, was_renewed, has_token;
	unsigned attempts, later, redirects;
	double not_before;	 /* when it may be sent again */
	struct medark_url moved; /* where a redirect led; text NULL: nowhere */
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
	medark_url_clear(&slot->moved);
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

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void medark_requests_why(const struct medark_request *request,
			 const struct medark_http_response *response, char out[MEDARK_ERROR_MAX])
{
	if (response->failure.code)
		(void)snprintf(out, MEDARK_ERROR_MAX, "%s", response->failure.message);
	else
		(void)snprintf(out, MEDARK_ERROR_MAX, "%s answers with status %u",
			       request->url.origin, response->status);
}

/* ---- starting ---- */

static int start(struct medark_requests *r, struct slot *slot, struct medark_error *err)
{
	const char *const headers[] = { slot->request.accept };
	struct medark_http_request request = {
		.url = slot->moved.text ? &slot->moved : &slot->request.url,
		.headers = headers,
		.header_count = 1,
		.body_max = slot->request.body_max,
		.sink = r->setup.sink,
		.context = slot->request.tag,
	};

	slot->is_waiting = false;
	MEDARK_TRY(medark_talk_header(&r->setup.talk, request.url, &request.authorization, err));
	slot->has_token = request.authorization != NULL;
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
	double soonest = -1, at = now();

	for (size_t i = 0; i < r->count && r->running < r->parallel; i++) {
		struct slot *slot = &r->slots[i];

		if (!slot->is_used || slot->transfer)
			continue;
		if (slot->is_waiting && slot->not_before > at) {
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
	MEDARK_TRY(r->setup.done(r->setup.context, &slot->request, response, err));
	medark_url_clear(&slot->moved);
	if (slot->request.is_followed) {
		slot->attempts = slot->later = slot->redirects = 0;
		slot->was_renewed = false;
		return 0;
	}
	slot->is_used = false;
	slot_clear(r, slot);
	r->used--;
	return 0;
}

static int again(struct medark_requests *r, struct slot *slot,
		 const struct medark_http_response *response, struct medark_error *err)
{
	double seconds;

	MEDARK_TRY(medark_talk_wait(&r->setup.talk, response, slot->attempts + slot->later,
				    &seconds, err));
	slot->is_waiting = true;
	slot->not_before = now() + seconds;
	return 0;
}

/* False if it leads nowhere: then the redirect is the answer. */
static bool redirect(struct slot *slot, const struct medark_http_response *response)
{
	const struct medark_url *from = slot->moved.text ? &slot->moved : &slot->request.url;
	struct medark_url next = { 0 };
	struct medark_error ignored = { 0 };

	if (++slot->redirects > REDIRECTS_MAX ||
	    medark_talk_location(response, from, &next, &ignored) < 0)
		return false;
	medark_url_clear(&slot->moved);
	slot->moved = next;
	return true;
}

/* 1: it is to be sent again; 0: this is the answer. */
static int react(struct medark_requests *r, struct slot *slot,
		 const struct medark_http_response *response, struct medark_error *err)
{
	switch (medark_talk_judge(response)) {
	case MEDARK_TALK_REDIRECT:
		return redirect(slot, response);
	case MEDARK_TALK_LATER:
		r->parallel = 1;
		slot->later++;
		MEDARK_TRY(again(r, slot, response, err));
		return 1;
	case MEDARK_TALK_AGAIN:
		medark_url_clear(&slot->moved);
		if (++slot->attempts >= r->setup.talk.attempts)
			return 0;
		MEDARK_TRY(again(r, slot, response, err));
		return 1;
	case MEDARK_TALK_TOKEN:
		if (slot->was_renewed || !slot->has_token || !medark_auth_renew(r->setup.talk.auth))
			return 0;
		slot->was_renewed = true;
		return 1;
	default:
		return 0;
	}
}

static int end(struct medark_requests *r, struct slot *slot, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free)
	struct medark_http_transfer *t = MEDARK_TAKE(slot->transfer);
	const struct medark_http_response *response = medark_http_response(t);
	int code;

	r->running--;
	/* A sink that fails for another reason than what came ends it all: no room, say. */
	if (response->is_stopped && response->failure.code != MEDARK_E_REMOTE)
		return medark_error_set(err, response->failure.code, "%s",
					response->failure.message);
	code = react(r, slot, response, err);
	return code ? (code < 0 ? code : 0) : finish(r, slot, response, err);
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
