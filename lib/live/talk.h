/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk: requests to a FHIR server that are repeated until there is an answer to go by: with a fresh
 * token after 401, later after 429 and what is no more than a bad minute, elsewhere after a
 * redirect. For lib/live only. One thread at a time.
 */
#ifndef MEDARK_LIVE_TALK_H
#define MEDARK_LIVE_TALK_H

#include "live/auth.h"
#include "net/http.h"
#include "net/retry.h"

/*
 * Who is told that a server is in trouble, and that it is waited for: one sentence, and then none
 * for a while, however many requests are in the same trouble.
 */
struct medark_talk_voice {
	void (*say)(void *context, const char *sentence); /* NULL: nobody */
	void *context;
	double silence; /* seconds between two sentences */
	double spoken;	/* when the last one was said, see medark_talk_now(); 0: never */
};

/* Of a request, where nothing else is said. */
#define MEDARK_TALK_ATTEMPTS 8
/* Seconds: after a day of 429 somebody should look at it; what was fetched stays for that. */
#define MEDARK_TALK_PATIENCE (24 * 3600.0)
#define MEDARK_TALK_SILENCE  300.0

/* All borrowed. */
struct medark_talk {
	struct medark_http *http; /* with nothing else under way */
	struct medark_auth *auth;
	const struct medark_url *base; /* the server: tokens go to its origin alone */
	struct medark_retry_bounds bounds;
	unsigned attempts; /* of a request, but for those that 429 puts off */
	unsigned put_offs; /* by 429, after which it is given up; 0: as long as there is patience */
	double patience;   /* seconds of trouble in a row, after which a request is given up */
	struct medark_talk_voice *voice; /* NULL: nobody is told */
};

/* With the usual bounds, attempts and patience. */
struct medark_talk medark_talk_usual(struct medark_http *http, struct medark_auth *auth,
				     const struct medark_url *base,
				     struct medark_talk_voice *voice);

/* Seconds of a clock that only goes forward (CLOCK_MONOTONIC); more than 0. */
double medark_talk_now(void);

/* Waits until then, see medark_http_sleep(). */
int medark_talk_sleep_until(struct medark_http *http, double when,
			    struct medark_error *err) MEDARK_MUST_USE;

/* What to do with an answer, by its status. */
enum medark_talk_answer {
	MEDARK_TALK_TAKE,     /* it is one */
	MEDARK_TALK_TOKEN,    /* 401: with another token */
	MEDARK_TALK_LATER,    /* 429: as long as there is patience */
	MEDARK_TALK_AGAIN,    /* no answer, or one of a bad minute: some times */
	MEDARK_TALK_REDIRECT, /* to the place that the header names */
	MEDARK_TALK_GIVE_UP,  /* no answer, and none will come */
};
enum medark_talk_answer medark_talk_judge(const struct medark_http_response *response);

/* Seconds to wait before attempt `attempt` (from 1) is repeated: as the server says, or doubled. */
int medark_talk_wait(const struct medark_talk *talk, const struct medark_http_response *response,
		     unsigned attempt, double *out, struct medark_error *err) MEDARK_MUST_USE;

/* Where a redirect leads from `from`. MEDARK_E_REMOTE: nowhere where records may go. */
int medark_talk_location(const struct medark_http_response *response, const struct medark_url *from,
			 struct medark_url *out, struct medark_error *err) MEDARK_MUST_USE;

/* The Authorization header for `url`, or NULL: see medark_auth_header(). */
int medark_talk_header(const struct medark_talk *talk, const struct medark_url *url,
		       const char **out, struct medark_error *err) MEDARK_MUST_USE;

/* As medark_talk_send(), without authorization: of what everybody may read. */
int medark_talk_ask(const struct medark_talk *talk, const struct medark_http_request *request,
		    struct medark_http_transfer **out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Sends a request until it is answered; authorization is added. *out_url (cleared at first; NULL:
 * not wanted) is where the answer came from. MEDARK_E_REMOTE after the last attempt, or where there
 * is no hope; a negative code of http's poll.
 */
int medark_talk_send(const struct medark_talk *talk, const struct medark_http_request *request,
		     struct medark_http_transfer **out, struct medark_url *out_url,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
