/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_answer: what a server says to what was sent. A transaction that it refuses as a whole is
 * sent again in halves, down to single records, so that only the guilty are rejected.
 */
#include "live/deliver_private.h"
#include "live/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFLICTS_MAX 4 /* 409 may be another worker's write to the same record */
#define ERRORS_MAX    3 /* of status 500: it is the record's fault more often than not */
#define GROW_AFTER    50

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

static int reject_as(struct medark_deliver *d, struct medark_deliver_item *item, unsigned status,
		     const char *issue, struct medark_bytes body, struct medark_error *err)
{
	const struct medark_deliver_news news = {
		.event = MEDARK_DELIVER_REJECTED,
		.record = &item->record,
		.status = status,
		.issue = medark_bytes_text(issue),
		.body = body,
	};

	medark_target_map_get(d->setup.map, item->entry)->state = MEDARK_TARGET_REJECTED;
	d->rejected++;
	return medark_deliver_tell(d, &news, err);
}

/* `body` is NULL, or is what the server says. */
static int reject(struct medark_deliver *d, struct medark_deliver_item *item, unsigned status,
		  const json_t *outcome, struct medark_bytes body, struct medark_error *err)
{
	const char *issue = medark_live_json_text(first_issue(outcome), "code");

	return reject_as(d, item, status, issue ? issue : "", body, err);
}

/* Not made, as the server had something of this tag: that is looked at before it is written over.
 */
static int look_first(struct medark_deliver_unit *u, uint32_t at, struct medark_bytes id,
		      struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, at);

	(void)snprintf(item->found, sizeof(item->found), "%.*s", (int)id.size,
		       (const char *)id.data);
	item->was_found_in_bundle = u->range.count > 1;
	return medark_deliver_push(u, at, 1, err);
}

static int take_id(struct medark_deliver *d, const struct medark_deliver_item *item,
		   struct medark_bytes id, struct medark_error *err)
{
	MEDARK_TRY(medark_deliver_claim(d, &item->record, item->entry, id, err));
	return medark_target_map_set_id(d->setup.map, item->entry, id, err);
}

/* The server has it. */
static int accept(struct medark_deliver *d, struct medark_deliver_unit *u, uint32_t at,
		  unsigned status, struct medark_bytes id, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, at);
	struct medark_target_entry *entry = medark_target_map_get(d->setup.map, item->entry);
	const struct medark_deliver_news news = { .event = MEDARK_DELIVER_SENT,
						  .record = &item->record,
						  .status = status };
	bool was_given = d->setup.ids == MEDARK_DELIVER_SERVER && entry->id == 0;

	if (was_given && status == 200)
		return look_first(u, at, id, err);
	if (was_given)
		MEDARK_TRY(take_id(d, item, id, err));
	item->found[0] = item->version[0] = '\0';
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
static bool wants_id(const struct medark_deliver *d, const struct medark_deliver_item *item)
{
	return d->setup.ids == MEDARK_DELIVER_SERVER &&
	       medark_target_map_get(d->setup.map, item->entry)->id == 0;
}

/* Empty if the answer tells none. False: it is of another type, and so not of this record. */
static bool id_in(const struct medark_deliver_item *item, struct medark_bytes location,
		  const json_t *resource, struct medark_bytes *out)
{
	const char *text = medark_live_json_text(resource, "id");
	const char *type = medark_live_json_text(resource, "resourceType");
	struct medark_bytes of;

	if (medark_target_location(location, &of, out))
		return medark_bytes_equal(of, item->record.type);
	*out = medark_bytes_text(text ? text : "");
	if (!medark_target_is_id(*out))
		out->size = 0;
	return !out->size || (type && medark_bytes_is(item->record.type, type));
}

/* ---- what was found by its tag ---- */

static int lost(struct medark_deliver *d, struct medark_deliver_unit *u, unsigned status,
		struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);

	item->found[0] = item->version[0] = '\0';
	if (u->conflicts++ < CONFLICTS_MAX) {
		u->is_waiting = true;
		u->not_before = 0;
		return 0;
	}
	return reject(d, item, status, NULL, medark_bytes_text(""), err);
}

/* It does not have the tag. What refers to this record within a bundle may lead there now. */
static int misfound(struct medark_deliver *d, struct medark_deliver_item *item,
		    struct medark_error *err)
{
	if (item->was_found_in_bundle)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s finds records by a tag that they do not have: nothing "
					"more was sent",
					d->setup.target->base.origin);
	return reject_as(d, item, 200, "tag-of-another", medark_bytes_text(""), err);
}

static void take_version(struct medark_deliver_item *item, const json_t *resource)
{
	const char *version = medark_live_json_text(json_object_get(resource, "meta"), "versionId");

	item->version[0] = '\0';
	if (version && medark_target_is_id(medark_bytes_text(version)))
		(void)snprintf(item->version, sizeof(item->version), "%s", version);
}

static int end_look(struct medark_deliver *d, struct medark_deliver_unit *u,
		    const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	char tag[MEDARK_DELIVER_TAG_SIZE];
	const char *type, *id;
	int code;

	if (r->status != 200)
		return lost(d, u, r->status, err);
	code = medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it",
				      MEDARK_E_REMOTE, &body, NULL);
	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "an answer");
	type = medark_live_json_text(body, "resourceType");
	id = medark_live_json_text(body, "id");
	medark_deliver_tag(d, item, tag);
	if (!type || !medark_bytes_is(item->record.type, type) || !id ||
	    strcmp(id, item->found) != 0 || !medark_target_has_tag(body, d->setup.tag_system, tag))
		return misfound(d, item, err);
	take_version(item, body);
	MEDARK_TRY(take_id(d, item, medark_bytes_text(item->found), err));
	return medark_deliver_push(u, u->range.first, 1, err);
}

/* ---- a request alone ---- */

static int end_one(struct medark_deliver *d, struct medark_deliver_unit *u,
		   const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	struct medark_bytes text = medark_bytes(r->body.data, r->body.size), id = { NULL, 0 };
	int code = medark_live_json_parse(text, "it", MEDARK_E_REMOTE, &body, NULL);

	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "an answer");
	if (!is_done(r->status))
		return reject(d, item, r->status, body, text, err);
	if (wants_id(d, item) &&
	    (!id_in(item, medark_http_header(r, "location"), body, &id) || !id.size))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s has made a record, and does not say its id",
					d->setup.target->base.origin);
	return accept(d, u, u->range.first, r->status, id, err);
}

/* ---- a transaction ---- */

/* "201 Created", or "201" (https://hl7.org/fhir/bundle.html); 0: it is none. */
unsigned medark_deliver_status(const json_t *entry)
{
	const char *text = medark_live_json_text(json_object_get(entry, "response"), "status");

	if (!text || strspn(text, "0123456789") != 3 || (text[3] && text[3] != ' '))
		return 0;
	return (unsigned)strtoul(text, NULL, 10);
}

static bool id_of(const struct medark_deliver_item *item, const json_t *entry,
		  struct medark_bytes *out)
{
	const char *location =
		medark_live_json_text(json_object_get(entry, "response"), "location");

	return id_in(item, medark_bytes_text(location ? location : ""),
		     json_object_get(entry, "resource"), out);
}

static int end_entry(struct medark_deliver *d, struct medark_deliver_unit *u, uint32_t at,
		     const json_t *entry, struct medark_error *err)
{
	const json_t *outcome = json_object_get(json_object_get(entry, "response"), "outcome");
	struct medark_deliver_item *item = medark_deliver_at(u, at);
	unsigned status = medark_deliver_status(entry);
	struct medark_bytes id;
	char *text;
	int code;

	(void)id_of(item, entry, &id);
	if (is_done(status) && (!wants_id(d, item) || id.size))
		return accept(d, u, at, status, id, err);
	if (is_done(status)) /* sent again, it is found, and its id told */
		return medark_deliver_push(u, at, 1, err);
	text = outcome ? json_dumps(outcome, JSON_COMPACT) : NULL;
	code = reject(d, item, status, outcome, medark_bytes_text(text ? text : ""), err);
	free(text);
	return code;
}

/* Are they in the order in which they were sent? */
static bool fits(const struct medark_deliver *d, const struct medark_deliver_unit *u,
		 const json_t *entries)
{
	for (uint32_t i = 0; i < u->range.count; i++) {
		const struct medark_deliver_item *item = medark_deliver_at(u, u->range.first + i);
		const json_t *entry = json_array_get(entries, i);
		struct medark_bytes id;

		if (wants_id(d, item) && is_done(medark_deliver_status(entry)) &&
		    !id_of(item, entry, &id))
			return false;
	}
	return true;
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
	if (!fits(d, u, entries))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s answers to a transaction with resources of other "
					"types than were sent: it cannot be relied on",
					d->setup.target->base.origin);
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

static void send_again(struct medark_deliver_unit *u, double at)
{
	u->is_waiting = true;
	u->not_before = at;
}

/* 409 may be another worker's write to the same record. */
static int after_conflict(struct medark_deliver *d, struct medark_deliver_unit *u,
			  const struct medark_http_response *r, struct medark_error *err)
{
	double seconds;

	MEDARK_TRY(medark_talk_wait(&d->setup.target->talk, r, u->conflicts, &seconds, err));
	send_again(u, medark_talk_now() + seconds);
	return 0;
}

static int take(struct medark_deliver *d, struct medark_deliver_unit *u,
		const struct medark_http_response *r, struct medark_error *err)
{
	int code;

	if (d->pass == MEDARK_DELIVER_CHECK)
		return medark_deliver_check(d, u, r, err);
	if (r->status == 409 && u->conflicts++ < CONFLICTS_MAX)
		return after_conflict(d, u, r, err);
	if (u->range.count == 1 && medark_deliver_looks(d, medark_deliver_at(u, u->range.first)))
		return end_look(d, u, r, err);
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

/* A bad minute that lasts ends it; of 500 nobody knows, and it may be the record's fault. */
static int give_up(struct medark_deliver *d, struct medark_deliver_unit *u,
		   const struct medark_http_response *r, const struct medark_tries_next *next,
		   struct medark_error *err)
{
	if (r->status == 500 && !r->failure.code)
		return take(d, u, r, err);
	if (err)
		*err = next->why;
	return next->why.code;
}

int medark_deliver_answer(struct medark_deliver *d, struct medark_deliver_unit *u,
			  const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_talk talk = d->setup.target->talk;
	struct medark_tries_next next;

	if (medark_talk_judge(r) == MEDARK_TALK_REDIRECT)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s redirects: give the address that it redirects to",
					d->setup.target->base.origin);
	if (r->status == 500)
		talk.attempts = ERRORS_MAX;
	MEDARK_TRY(medark_tries_react(&u->tries, &talk, &d->setup.target->base, r, &next, err));
	if (next.is_too_much) {
		d->parallel = d->parallel > 1 ? d->parallel / 2 : 1;
		d->in_a_row = 0;
	}
	if (next.move == MEDARK_TRIES_AGAIN) {
		send_again(u, next.at);
		return 0;
	}
	/* No other token can be had. */
	if (next.move == MEDARK_TRIES_GIVE_UP || r->status == 401)
		return give_up(d, u, r, &next, err);
	if (++d->in_a_row % GROW_AFTER == 0 && d->parallel < d->setup.workers)
		d->parallel++;
	return take(d, u, r, err);
}
