/* SPDX-License-Identifier: Apache-2.0 */
#include "live/tries.h"

#include <stdio.h>
#include <string.h>

#define REDIRECTS_MAX 5

void medark_tries_clear(struct medark_tries *tries)
{
	medark_url_clear(&tries->moved);
	*tries = (struct medark_tries) { 0 };
}

const struct medark_url *medark_tries_url(const struct medark_tries *tries,
					  const struct medark_url *asked)
{
	return tries->moved.text ? &tries->moved : asked;
}

int medark_tries_header(struct medark_tries *tries, const struct medark_talk *talk,
			const struct medark_url *url, const char **out, struct medark_error *err)
{
	MEDARK_TRY(medark_talk_header(talk, url, out, err));
	tries->token = *out ? medark_auth_token(talk->auth) : 0;
	return 0;
}

void medark_tries_why(const struct medark_url *url, const struct medark_http_response *r,
		      struct medark_error *out)
{
	if (r->failure.code)
		*out = r->failure;
	else
		(void)medark_error_set(out, MEDARK_E_REMOTE, "%s answers with status %u",
				       url->origin, r->status);
}

static void tell(const struct medark_talk *talk, const struct medark_error *why, double at)
{
	struct medark_talk_voice *voice = talk->voice;
	char sentence[MEDARK_ERROR_MAX + 64];
	double now = medark_talk_now();

	if (!voice || !voice->say || (voice->spoken > 0 && now - voice->spoken < voice->silence))
		return;
	voice->spoken = now;
	(void)snprintf(sentence, sizeof(sentence), "%s: asking again in %.0f s, and so on",
		       why->message, at - now < 1 ? 1 : at - now);
	voice->say(voice->context, sentence);
}

static int again(struct medark_tries *tries, const struct medark_talk *talk,
		 const struct medark_http_response *r, struct medark_tries_next *out,
		 struct medark_error *err)
{
	double seconds, now = medark_talk_now();

	if (tries->troubled <= 0)
		tries->troubled = now;
	MEDARK_TRY(medark_talk_wait(talk, r, tries->failures + tries->put_off, &seconds, err));
	if (now + seconds - tries->troubled > talk->patience)
		return 0;
	out->move = MEDARK_TRIES_AGAIN;
	out->at = now + seconds;
	tell(talk, &out->why, out->at);
	return 0;
}

static int redirect(struct medark_tries *tries, const struct medark_url *url,
		    const struct medark_http_response *r, struct medark_tries_next *out)
{
	struct medark_url next = { 0 };
	int code = ++tries->redirects > REDIRECTS_MAX
			   ? medark_error_set(&out->why, MEDARK_E_REMOTE,
					      "%s redirects without end", url->origin)
			   : medark_talk_location(r, url, &next, &out->why);

	if (code == MEDARK_E_REMOTE)
		return 0;
	MEDARK_TRY(code);
	/* What is sent along is for this server: records, or a request that changes something. */
	if (r->is_change && !medark_url_same_origin(&next, url)) {
		(void)medark_error_set(&out->why, MEDARK_E_REMOTE,
				       "%s redirects what is sent to it to another server",
				       url->origin);
		medark_url_clear(&next);
		return 0;
	}
	medark_url_clear(&tries->moved);
	tries->moved = next;
	out->move = MEDARK_TRIES_AGAIN;
	return 0;
}

/* Once with another token; if that is refused, too, the refusal is the answer. */
static void renew(struct medark_tries *tries, const struct medark_talk *talk,
		  struct medark_tries_next *out)
{
	out->move = MEDARK_TRIES_TAKE;
	if (tries->was_renewed || !tries->token || !medark_auth_renew(talk->auth, tries->token))
		return;
	tries->was_renewed = true;
	out->move = MEDARK_TRIES_AGAIN;
}

int medark_tries_react(struct medark_tries *tries, const struct medark_talk *talk,
		       const struct medark_url *url, const struct medark_http_response *r,
		       struct medark_tries_next *out, struct medark_error *err)
{
	int code;

	*out = (struct medark_tries_next) { .move = MEDARK_TRIES_GIVE_UP };
	medark_tries_why(url, r, &out->why);
	switch (medark_talk_judge(r)) {
	case MEDARK_TALK_TAKE:
		out->move = MEDARK_TRIES_TAKE;
		return 0;
	case MEDARK_TALK_REDIRECT:
		code = redirect(tries, url, r, out);
		if (code < 0 && err)
			*err = out->why;
		return code;
	case MEDARK_TALK_TOKEN:
		renew(tries, talk, out);
		return 0;
	case MEDARK_TALK_LATER:
		out->is_too_much = true;
		tries->put_off++;
		if (talk->put_offs && tries->put_off >= talk->put_offs)
			return 0;
		return again(tries, talk, r, out, err);
	case MEDARK_TALK_AGAIN:
		/* Where a redirect has led need not be where it leads now. */
		medark_url_clear(&tries->moved);
		tries->redirects = 0;
		return ++tries->failures < talk->attempts ? again(tries, talk, r, out, err) : 0;
	default:
		return 0;
	}
}
