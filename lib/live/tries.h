/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tries: what becomes of one request that is sent until there is an answer to go by. Each answer is
 * judged (talk.h); the request is then to be sent again at a certain time, perhaps elsewhere or
 * with another token, or it is over. For lib/live only. One thread at a time.
 *
 *	for (;;) {
 *		url = medark_tries_url(&tries, &asked);
 *		medark_tries_header(&tries, &talk, url, &header, &err);
 *		... sends it ...
 *		medark_tries_react(&tries, &talk, url, response, &next, &err);
 *		if (next.move != MEDARK_TRIES_AGAIN) break;
 *		... waits until next.at ...
 *	}
 */
#ifndef MEDARK_LIVE_TRIES_H
#define MEDARK_LIVE_TRIES_H

#include "live/talk.h"

/* All zero at first. */
struct medark_tries {
	unsigned failures, put_off, redirects;
	double troubled;	 /* since when, see medark_talk_now(); 0: it is not */
	unsigned token;		 /* it was sent with; 0: none */
	bool was_renewed;	 /* another token was asked for, since the last good answer */
	struct medark_url moved; /* where a redirect led; owned; text NULL: nowhere */
};
void medark_tries_clear(struct medark_tries *tries);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_tries, medark_tries_clear)

enum medark_tries_move {
	MEDARK_TRIES_TAKE,    /* it is an answer to go by */
	MEDARK_TRIES_AGAIN,   /* it is to be sent again, at `at` */
	MEDARK_TRIES_GIVE_UP, /* there will be none: `why` */
};

struct medark_tries_next {
	enum medark_tries_move move;
	double at;		 /* see medark_talk_now(); 0: at once */
	bool is_too_much;	 /* the server wants fewer requests: 429 */
	struct medark_error why; /* with nothing of an address but its origin */
};

/* Where the request is sent now: `asked`, or where that has led. Borrowed. */
const struct medark_url *medark_tries_url(const struct medark_tries *tries,
					  const struct medark_url *asked);

/*
 * The Authorization header for `url`, or NULL where none is to go; see medark_auth_header() for its
 * errors and how long it holds.
 */
int medark_tries_header(struct medark_tries *tries, const struct medark_talk *talk,
			const struct medark_url *url, const char **out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * What to do after the answer `r` of `url`. The first trouble is told (talk.h). A redirect to
 * another origin is followed by GET alone: what is sent is for that server. MEDARK_E_MEMORY, or an
 * error of the source of random numbers.
 */
int medark_tries_react(struct medark_tries *tries, const struct medark_talk *talk,
		       const struct medark_url *url, const struct medark_http_response *r,
		       struct medark_tries_next *out, struct medark_error *err) MEDARK_MUST_USE;

/* Why an answer of `url` is none to go by, without anything of the address but its origin. */
void medark_tries_why(const struct medark_url *url, const struct medark_http_response *r,
		      struct medark_error *out);

#endif
