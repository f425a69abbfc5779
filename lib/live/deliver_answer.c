/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_answer: what a server says to what was sent. A transaction that it refuses as a whole is
 * sent again in halves, down to single records, so that only the guilty are rejected.
 */
#include "live/deliver_private.h"
#include "live/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONFLICTS_MAX 4 /* 409 may be another worker's write to the same record */
#define ERRORS_MAX    3 /* of status 500: it is the record's fault more often than not */
#define GROW_AFTER    50

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool is_done(unsigned status)
{
	return status >= 200 && status < 300;
}

int medark_deliver_tell(struct medark_deliver *d, const struct medark_deliver_news *news,
			struct medark_error *err)
{
	return d->setup.tell(d->setup.context, news, err);
}

/* ---- one record ---- */

static const json_t *first_issue(const json_t *outcome)
{
	return json_array_get(json_object_get(outcome, "issue"), 0);
}

/* `body` is NULL, or is what the server says. */
static int reject(struct medark_deliver *d, struct medark_deliver_item *item, unsigned status,
		  const json_t *outcome, struct medark_bytes body, struct medark_error *err)
{
	const char *issue = medark_live_json_text(first_issue(outcome), "code");
	const struct medark_deliver_news news = {
		.event = MEDARK_DELIVER_REJECTED,
		.record = &item->record,
		.status = status,
		.issue = medark_bytes_text(issue ? issue : ""),
		.body = body,
	};

	medark_target_map_get(d->setup.map, item->entry)->state = MEDARK_TARGET_REJECTED;
	d->rejected++;
	return medark_deliver_tell(d, &news, err);
}

/*
 * The server has it. What it had before under this tag may have another content: it is written once
 * more, under the id that is known now.
 */
static int accept(struct medark_deliver *d, struct medark_deliver_unit *u, uint32_t at,
		  unsigned status, struct medark_bytes id, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, at);
	struct medark_target_entry *entry = medark_target_map_get(d->setup.map, item->entry);
	const struct medark_deliver_news news = { .event = MEDARK_DELIVER_SENT,
						  .record = &item->record,
						  .status = status };
	bool was_given = d->setup.ids == MEDARK_DELIVER_SERVER && entry->id == 0;

	if (was_given)
		MEDARK_TRY(medark_target_map_set_id(d->setup.map, item->entry, id, err));
	if (was_given && status == 200)
		return medark_deliver_push(u, at, 1, err);
	entry->state = MEDARK_TARGET_THERE;
	entry->content = item->content;
	entry->gaps = d->setup.ids == MEDARK_DELIVER_SERVER ? item->gaps : 0;
	if (item->is_torn) {
		memset(&entry->content, 0, sizeof(entry->content));
		d->waiting++;
	}
	MEDARK_TRY(medark_target_journal_add(d->setup.journal, d->setup.map, item->entry, err));
	return medark_deliver_tell(d, &news, err);
}

/* Of a create that was answered, the id must be known. */
static bool lacks_id(const struct medark_deliver *d, const struct medark_deliver_item *item,
		     struct medark_bytes id)
{
	return d->setup.ids == MEDARK_DELIVER_SERVER && !medark_target_is_id(id) &&
	       medark_target_map_get(d->setup.map, item->entry)->id == 0;
}

static struct medark_bytes id_in(struct medark_bytes location, const json_t *resource)
{
	const char *text = medark_live_json_text(resource, "id");
	struct medark_bytes id;

	if (medark_target_location(location, &id))
		return id;
	return medark_bytes_text(text ? text : "");
}

static int end_one(struct medark_deliver *d, struct medark_deliver_unit *u,
		   const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	struct medark_bytes text = medark_bytes(r->body.data, r->body.size), id;
	int code = medark_live_json_parse(text, "it", MEDARK_E_REMOTE, &body, NULL);

	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "an answer");
	if (!is_done(r->status))
		return reject(d, item, r->status, body, text, err);
	id = id_in(medark_http_header(r, "location"), body);
	if (lacks_id(d, item, id))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s has made a record, and does not say its id",
					d->setup.target->base.origin);
	return accept(d, u, u->range.first, r->status, id, err);
}

/* ---- a transaction ---- */

static unsigned status_of(const json_t *response)
{
	const char *text = medark_live_json_text(response, "status");

	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static int end_entry(struct medark_deliver *d, struct medark_deliver_unit *u, uint32_t at,
		     const json_t *entry, struct medark_error *err)
{
	const json_t *response = json_object_get(entry, "response");
	const json_t *outcome = json_object_get(response, "outcome");
	const char *location = medark_live_json_text(response, "location");
	struct medark_deliver_item *item = medark_deliver_at(u, at);
	unsigned status = status_of(response);
	struct medark_bytes id = id_in(medark_bytes_text(location ? location : ""),
				       json_object_get(entry, "resource"));
	char *text;
	int code;

	if (is_done(status) && !lacks_id(d, item, id))
		return accept(d, u, at, status, id, err);
	if (is_done(status)) /* sent again, it is found, and its id told */
		return medark_deliver_push(u, at, 1, err);
	text = outcome ? json_dumps(outcome, JSON_COMPACT) : NULL;
	code = reject(d, item, status, outcome, medark_bytes_text(text ? text : ""), err);
	free(text);
	return code;
}

/* 1: it is an answer to the transaction; 0: it is none. */
static int end_bundle(struct medark_deliver *d, struct medark_deliver_unit *u,
		      const struct medark_http_response *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	const json_t *entries;
	int code = medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it",
					  MEDARK_E_REMOTE, &body, NULL);

	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "an answer");
	entries = code < 0 ? NULL : json_object_get(body, "entry");
	if (json_array_size(entries) != u->range.count)
		return 0;
	for (uint32_t i = 0; i < u->range.count; i++)
		MEDARK_TRY(end_entry(d, u, u->range.first + i, json_array_get(entries, i), err));
	return 1;
}

/*
 * Between groups, if there are two: what refers to each other stays together as long as possible.
 */
static uint32_t middle_of(const struct medark_deliver_unit *u)
{
	uint32_t first = u->range.first, count = u->range.count;

	for (uint32_t off = 0; off < count / 2; off++) {
		uint32_t up = first + count / 2 + off, down = first + count / 2 - off;

		if (up < first + count &&
		    medark_deliver_at(u, up)->group != medark_deliver_at(u, up - 1)->group)
			return up;
		if (down > first &&
		    medark_deliver_at(u, down)->group != medark_deliver_at(u, down - 1)->group)
			return down;
	}
	return 0;
}

static int split(struct medark_deliver *d, struct medark_deliver_unit *u, struct medark_error *err)
{
	uint32_t first = u->range.first, end = first + u->range.count, middle = middle_of(u);

	if (!u->is_split) {
		u->is_split = true;
		u->split_end = end;
		u->split_good = 1;
		u->split_rejected = d->rejected;
	}
	if (middle) {
		MEDARK_TRY(medark_deliver_push(u, middle, end - middle, err));
		return medark_deliver_push(u, first, middle - first, err);
	}
	for (uint32_t i = end; i > first; i--)
		MEDARK_TRY(medark_deliver_push(u, i - 1, 1, err));
	return 0;
}

/* All parts of what was refused were taken: it was too large, and so would others be. */
static void learn(struct medark_deliver *d, struct medark_deliver_unit *u)
{
	if (!u->is_split)
		return;
	if (u->range.count > u->split_good)
		u->split_good = u->range.count;
	if (u->range.first + u->range.count < u->split_end)
		return;
	if (d->rejected == u->split_rejected && u->split_good < d->bundle_max)
		d->bundle_max = u->split_good;
	u->is_split = false;
}

/* ---- what is to be done ---- */

static int again(struct medark_deliver *d, struct medark_deliver_unit *u,
		 const struct medark_http_response *r, unsigned attempt, struct medark_error *err)
{
	double seconds;

	MEDARK_TRY(medark_talk_wait(&d->setup.target->talk, r, attempt, &seconds, err));
	u->is_waiting = true;
	u->not_before = now() + seconds;
	return 0;
}

static int give_up(const struct medark_deliver *d, const struct medark_http_response *r,
		   struct medark_error *err)
{
	if (r->failure.code)
		return medark_error_set(err, r->failure.code, "%s", r->failure.message);
	return medark_error_set(err, MEDARK_E_REMOTE, "%s answers with status %u",
				d->setup.target->base.origin, r->status);
}

static int take(struct medark_deliver *d, struct medark_deliver_unit *u,
		const struct medark_http_response *r, struct medark_error *err)
{
	int code;

	if (d->pass == MEDARK_DELIVER_CHECK)
		return medark_deliver_check(d, u, r, err);
	if (r->status == 409 && u->conflicts++ < CONFLICTS_MAX)
		return again(d, u, r, u->conflicts, err);
	if (u->range.count == 1) {
		MEDARK_TRY(end_one(d, u, r, err));
		learn(d, u);
		return 0;
	}
	code = is_done(r->status) ? end_bundle(d, u, r, err) : 0;
	MEDARK_TRY(code);
	if (!code)
		return split(d, u, err);
	learn(d, u);
	return 0;
}

/* A bad minute that lasts; of 500 nobody knows, and it may be the record's fault. */
static int end_attempts(struct medark_deliver *d, struct medark_deliver_unit *u,
			const struct medark_http_response *r, struct medark_error *err)
{
	if (r->status == 0 || r->failure.code || (r->status >= 502 && r->status <= 504))
		return give_up(d, r, err);
	return take(d, u, r, err);
}

static int renew(struct medark_deliver *d, struct medark_deliver_unit *u,
		 const struct medark_http_response *r, struct medark_error *err)
{
	/* Of requests that were under way side by side, the first one has a new token fetched. */
	bool is_first = u->renewals == d->renewals;

	if (u->was_renewed ||
	    (is_first &&
	     !medark_auth_renew(d->setup.target->auth, medark_auth_token(d->setup.target->auth))))
		return give_up(d, r, err);
	d->renewals += is_first;
	u->was_renewed = true;
	u->is_waiting = true;
	u->not_before = 0;
	return 0;
}

int medark_deliver_answer(struct medark_deliver *d, struct medark_deliver_unit *u,
			  const struct medark_http_response *r, struct medark_error *err)
{
	switch (medark_talk_judge(r)) {
	case MEDARK_TALK_TAKE:
		if (++d->in_a_row % GROW_AFTER == 0 && d->parallel < d->setup.workers)
			d->parallel++;
		return take(d, u, r, err);
	case MEDARK_TALK_TOKEN:
		return renew(d, u, r, err);
	case MEDARK_TALK_LATER:
		d->parallel = d->parallel > 1 ? d->parallel / 2 : 1;
		d->in_a_row = 0;
		return again(d, u, r, ++u->attempts, err);
	case MEDARK_TALK_AGAIN:
		if (++u->attempts <
		    (r->status == 500 ? ERRORS_MAX : d->setup.target->talk.attempts))
			return again(d, u, r, u->attempts, err);
		return end_attempts(d, u, r, err);
	case MEDARK_TALK_REDIRECT:
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s redirects: give the address that it redirects to",
					d->setup.target->base.origin);
	default:
		return give_up(d, r, err);
	}
}
