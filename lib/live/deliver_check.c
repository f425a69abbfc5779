/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_check: what was sent is read back and compared: what a server stores is not always what
 * it was given, and that it said so is no proof that it has it.
 */
#include "live/deliver_private.h"
#include "live/json_compare.h"

#include <string.h>

#define RECORD_MAX ((size_t)1 << 30)

static int tell(struct medark_deliver *d, struct medark_deliver_item *item,
		enum medark_deliver_event event, const char *path, struct medark_error *err)
{
	const struct medark_deliver_news news = { .event = event,
						  .record = &item->record,
						  .path = path };

	return medark_deliver_tell(d, &news, err);
}

/*
 * A server that says that it has taken a record, or will (202), and then does not have it: the next
 * run sends it again, so the journal must not say that it is there. What an earlier run sent,
 * somebody may have deleted since: it does not come back by itself.
 */
static int tell_gone(struct medark_deliver *d, struct medark_deliver_item *item,
		     struct medark_error *err)
{
	struct medark_target_entry *entry = medark_target_map_get(d->setup.map, item->entry);
	struct medark_target_hash content = entry->content;
	int code = 0;

	if (entry->is_fresh) {
		memset(&entry->content, 0, sizeof(entry->content)); /* in the journal alone */
		code = medark_target_journal_add(d->setup.journal, d->setup.map, item->entry, err);
		entry->content = content;
	}
	MEDARK_TRY(code);
	return tell(d, item, MEDARK_DELIVER_GONE, "", err);
}

/* A record in XML is not taken apart: that something is there must do. */
static int compare(struct medark_deliver *d, struct medark_deliver_unit *u,
		   struct medark_deliver_item *item, json_t *got, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(RECORD_MAX);
	MEDARK_AUTO(medark_json_release) json_t *sent = NULL;
	char path[MEDARK_JSON_PATH_MAX];
	const char *type = medark_live_json_text(got, "resourceType");
	int code;

	if (!type || !medark_bytes_is(item->record.type, type))
		return tell(d, item, MEDARK_DELIVER_DIFFERENT, "resourceType", err);
	if (item->record.is_xml)
		return tell(d, item, MEDARK_DELIVER_EQUAL, "", err);
	MEDARK_TRY(medark_deliver_rewrite(d, u, item, false, &text, err));
	code = medark_live_json_parse(medark_bytes(text.data, text.size), "a record",
				      MEDARK_E_FORMAT, &sent, err);
	if (code == MEDARK_E_FORMAT) /* a number of more than 64 bits, for one */
		return tell(d, item, MEDARK_DELIVER_DIFFERENT, "(cannot be compared)", err);
	MEDARK_TRY(code);
	if (medark_json_compare(sent, got, d->setup.target->base.text, path))
		return tell(d, item, MEDARK_DELIVER_EQUAL, "", err);
	return tell(d, item, MEDARK_DELIVER_DIFFERENT, path, err);
}

static int check_one(struct medark_deliver *d, struct medark_deliver_unit *u,
		     const struct medark_http_response *r, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);
	MEDARK_AUTO(medark_json_release) json_t *got = NULL;
	int code = 0;

	if (r->status != 200)
		return tell_gone(d, item, err);
	code = medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it",
				      MEDARK_E_REMOTE, &got, NULL);
	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "an answer");
	return compare(d, u, item, got, err);
}

static int check_entry(struct medark_deliver *d, struct medark_deliver_unit *u,
		       struct medark_deliver_item *item, const json_t *entry,
		       struct medark_error *err)
{
	json_t *resource = json_object_get(entry, "resource");

	if (!resource || medark_deliver_status(entry) != 200)
		return tell_gone(d, item, err);
	return compare(d, u, item, resource, err);
}

/* What no server answers as a batch is read one by one from then on. */
int medark_deliver_check(struct medark_deliver *d, struct medark_deliver_unit *u,
			 const struct medark_http_response *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	const json_t *entries = NULL;

	if (u->range.count == 1)
		return check_one(d, u, r, err);
	if (r->status == 200 && medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
						       "it", MEDARK_E_REMOTE, &body, NULL) == 0)
		entries = json_object_get(body, "entry");
	if (json_array_size(entries) != u->range.count) {
		d->has_no_batch = true;
		return medark_deliver_push(u, u->range.first, u->range.count, err);
	}
	for (uint32_t i = 0; i < u->range.count; i++)
		MEDARK_TRY(check_entry(d, u, medark_deliver_at(u, u->range.first + i),
				       json_array_get(entries, i), err));
	return 0;
}
