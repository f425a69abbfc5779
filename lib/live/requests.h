/* SPDX-License-Identifier: Apache-2.0 */
/*
 * requests: many small requests to a FHIR server, some side by side, each repeated until there is
 * an answer to go by, as in talk.h; one at a time after the server has said that it is too much.
 * For lib/live only. One thread.
 *
 *	medark_requests_new(&setup, &requests, &err);
 *	while (...) medark_requests_add(requests, &request, &err);   waits for room
 *	medark_requests_finish(requests, &err);
 */
#ifndef MEDARK_LIVE_REQUESTS_H
#define MEDARK_LIVE_REQUESTS_H

#include "live/talk.h"

struct medark_request {
	struct medark_url url;	       /* owned */
	const char *accept;	       /* the header, "Accept: …"; a constant */
	size_t body_max;	       /* see struct medark_http_request */
	void *tag;		       /* the caller's */
	bool is_followed;	       /* set by `done`: it goes on with the new `url` */
	const struct medark_url *from; /* for `done`: where the answer came from; borrowed */
	struct medark_error why; /* for `done`: why the answer, if it is no 200, is none to go by */
};

struct medark_requests_setup {
	struct medark_talk talk;  /* what it names is borrowed */
	struct medark_http *http; /* for them; borrowed, with nothing else under way */
	unsigned parallel;	  /* at once, 1 and more */
	/* Before each attempt; NULL: nothing is to be done. */
	int (*begin)(void *context, struct medark_request *request, struct medark_error *err);
	/* Takes the body of an answer with status 200; NULL: it stays in the response. */
	int (*sink)(void *tag, struct medark_bytes part, struct medark_error *err);
	/* The answer that counts: whatever the status is, or none. A negative code ends it all. */
	int (*done)(void *context, struct medark_request *request,
		    const struct medark_http_response *response, struct medark_error *err);
	/* A request that gets no answer any more: its tag is to go. NULL: not wanted. */
	void (*drop)(void *context, struct medark_request *request);
	void *context;
};

struct medark_requests;

/* MEDARK_E_MEMORY. */
int medark_requests_new(const struct medark_requests_setup *setup, struct medark_requests **out,
			struct medark_error *err) MEDARK_MUST_USE;
/* Ends what is under way. */
void medark_requests_free(struct medark_requests *r);
MEDARK_DEFINE_AUTO(struct medark_requests, medark_requests_free)

/*
 * Takes a request over (`request->url` is then empty), when there is room for it; meanwhile others
 * end. A negative code of a callback or of http's poll; errors of medark_auth_header();
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_requests_add(struct medark_requests *r, struct medark_request *request,
			struct medark_error *err) MEDARK_MUST_USE;

/* Waits until all have ended. Errors as above. */
int medark_requests_finish(struct medark_requests *r, struct medark_error *err) MEDARK_MUST_USE;

#endif
