/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_body: what is sent: a record alone, or several as a transaction
 * (https://hl7.org/fhir/http.html#transaction), each with the id and the references that it is to
 * have at this server.
 */
#include "base/text.h"
#include "crypto/random.h"
#include "live/deliver_private.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX ((size_t)64 << 20)
#define BODY_MAX   ((size_t)1 << 30)
#define PATH_SIZE  192
#define TAG_SIZE   MEDARK_DELIVER_TAG_SIZE

/* A reference to what is in no archive must not come to mean what this server has there. */
#define ABSENT "urn:medark:not-restored:"

int medark_deliver_id(const struct medark_deliver *d, const struct medark_deliver_item *item,
		      char out[MEDARK_TARGET_ID_TEXT])
{
	struct medark_bytes id = item->record.id;
	int n;

	if (d->setup.ids == MEDARK_DELIVER_SERVER) {
		id = medark_target_map_id(d->setup.map, item->entry);
		memcpy(out, id.data, id.size);
		out[id.size] = '\0';
		return id.size != 0;
	}
	n = snprintf(out, MEDARK_TARGET_ID_TEXT, "%s%.*s",
		     d->setup.ids == MEDARK_DELIVER_PREFIX ? d->setup.prefix : "", (int)id.size,
		     (const char *)id.data);
	if (n >= MEDARK_TARGET_ID_TEXT)
		out[0] = '\0'; /* no server takes it: it is sent to hear that */
	return 1;
}

/* ---- references ---- */

struct mapper {
	struct medark_deliver *d;
	struct medark_deliver_unit *u;
	struct medark_deliver_item *item;
};

static int put_name(struct medark_bytes type, const char *prefix, struct medark_bytes id,
		    struct medark_buffer *out, struct medark_error *err)
{
	if (!medark_target_is_id(id))
		return 0;
	MEDARK_TRY(medark_buffer_add(out, type.data, type.size, err));
	MEDARK_TRY(medark_buffer_print(out, err, "/%s", prefix));
	MEDARK_TRY(medark_buffer_add(out, id.data, id.size, err));
	return 1;
}

/* What stands in front of the ids of the archive, where they are kept. */
static const char *own_prefix(const struct medark_deliver *d)
{
	return d->setup.ids == MEDARK_DELIVER_PREFIX ? d->setup.prefix : "";
}

static int put_absent(struct mapper *m, const struct medark_rewrite_target *target,
		      struct medark_buffer *out, struct medark_error *err)
{
	m->d->unresolved += m->d->pass == MEDARK_DELIVER_CHECK;
	m->item->gaps += m->item->gaps < UINT8_MAX;
	if (!target->type.size || !medark_target_is_id(target->id))
		return 0;
	if (m->d->setup.ids != MEDARK_DELIVER_SERVER)
		return put_name(target->type, own_prefix(m->d), target->id, out, err);
	MEDARK_TRY(medark_buffer_text(out, ABSENT, err));
	return put_name(target->type, "", target->id, out, err);
}

/* With ids that the server gives: the id that it gave, or the place in this transaction. */
static int put_given(struct mapper *m, uint32_t entry, struct medark_bytes type,
		     const struct medark_rewrite_target *target, struct medark_buffer *out,
		     struct medark_error *err)
{
	struct medark_bytes id = medark_target_map_id(m->d->setup.map, entry);
	const struct medark_deliver_item *other;

	if (id.size)
		return put_name(type, "", id, out, err);
	other = medark_deliver_find(m->u, entry);
	if (other && other->is_in_bundle) {
		MEDARK_TRY(medark_buffer_text(out, other->urn, err));
		return 1;
	}
	m->item->is_torn |=
		medark_target_map_get(m->d->setup.map, entry)->state != MEDARK_TARGET_REJECTED;
	return put_absent(m, target, out, err);
}

static int map(void *context, const struct medark_rewrite_target *target, struct medark_buffer *out,
	       struct medark_error *err)
{
	struct mapper *m = context;
	struct medark_bytes type;
	uint32_t entry;

	if (m->d->setup.ids == MEDARK_DELIVER_SAME && target->is_plain &&
	    m->d->pass != MEDARK_DELIVER_CHECK)
		return 0; /* it stays in any case: only whether it resolves is not known */
	MEDARK_TRY(medark_deliver_resolve(m->d, target, &entry, &type, err));
	if (!entry)
		return put_absent(m, target, out, err);
	if (m->d->setup.ids == MEDARK_DELIVER_SERVER)
		return put_given(m, entry, type, target, out, err);
	if (m->d->pass == MEDARK_DELIVER_CHECK &&
	    medark_target_map_get(m->d->setup.map, entry)->state != MEDARK_TARGET_THERE)
		m->d->unresolved++;
	return put_name(type, own_prefix(m->d), target->id, out, err);
}

/* ---- a record ---- */

void medark_deliver_tag(const struct medark_deliver *d, const struct medark_deliver_item *item,
			char out[TAG_SIZE])
{
	const struct medark_deliver_record *r = &item->record;
	char hex[2 * MEDARK_TARGET_HASH + 1];

	medark_text_hex(medark_target_map_get(d->setup.map, item->entry)->name.bytes,
			MEDARK_TARGET_HASH, hex);
	if (medark_target_is_id(r->id))
		(void)snprintf(out, TAG_SIZE, "%.*s/%.*s", (int)r->type.size,
			       (const char *)r->type.data, (int)r->id.size,
			       (const char *)r->id.data);
	else
		(void)snprintf(out, TAG_SIZE, "%.*s/..%s", (int)r->type.size,
			       (const char *)r->type.data, hex);
}

int medark_deliver_rewrite(struct medark_deliver *d, struct medark_deliver_unit *u,
			   struct medark_deliver_item *item, bool tagged, struct medark_buffer *out,
			   struct medark_error *err)
{
	struct mapper m = { .d = d, .u = u, .item = item };
	char id[MEDARK_TARGET_ID_TEXT], tag[TAG_SIZE];
	struct medark_rewrite rewrite = {
		.id = id,
		.keep_references = medark_bytes_is(item->record.type, "Bundle"),
		.base = d->setup.base,
		.map = map,
		.context = &m,
	};

	item->is_torn = false;
	item->gaps = 0;
	if (item->record.is_xml)
		return medark_buffer_add(out, item->record.text.data, item->record.text.size, err);
	rewrite.drop_id = !medark_deliver_id(d, item, id);
	if (d->setup.ids == MEDARK_DELIVER_SAME)
		rewrite.id = NULL;
	if (tagged && d->setup.ids == MEDARK_DELIVER_SERVER) {
		medark_deliver_tag(d, item, tag);
		rewrite.tag_system = d->setup.tag_system;
		rewrite.tag_code = medark_bytes_text(tag);
	}
	return medark_rewrite_run(item->record.text, &rewrite, out, err);
}

/* ---- requests ---- */

struct request {
	const char *method;
	char path[PATH_SIZE];
	char condition[2 * TAG_SIZE + 32]; /* a header, or "" */
	size_t query;			   /* where its search begins */
	const char *type;
	struct medark_bytes body;
};

/* How a record is written: PUT under the id that is known, or a create that is not made twice. */
static int describe(struct medark_deliver *d, const struct medark_deliver_item *item,
		    struct request *out, struct medark_error *err)
{
	char id[MEDARK_TARGET_ID_TEXT], tag[TAG_SIZE];
	const struct medark_deliver_record *r = &item->record;
	struct medark_buffer encoded = MEDARK_BUFFER(4 * MEDARK_TARGET_ID_TEXT);
	int code;

	out->condition[0] = '\0';
	if (!medark_deliver_id(d, item, id)) {
		out->method = "POST";
		medark_deliver_tag(d, item, tag);
		(void)snprintf(out->path, PATH_SIZE, "%.*s", (int)r->type.size,
			       (const char *)r->type.data);
		if (d->setup.target->tags == MEDARK_TAGS_MISFOUND)
			return 0;
		out->query = sizeof("If-None-Exist: ") - 1;
		(void)snprintf(out->condition, sizeof(out->condition), "If-None-Exist: _tag=%s|%s",
			       d->setup.tag_system, tag);
		return 0;
	}
	out->method = "PUT";
	/* Only what was looked at is written over (RFC 9110 section 13.1.1). */
	if (item->version[0])
		(void)snprintf(out->condition, sizeof(out->condition), "If-Match: W/\"%s\"",
			       item->version);
	code = medark_url_encode(medark_bytes_text(id), &encoded, err);
	if (code >= 0)
		(void)snprintf(out->path, PATH_SIZE, "%.*s/%.*s", (int)r->type.size,
			       (const char *)r->type.data, (int)encoded.size,
			       (const char *)encoded.data);
	medark_buffer_clear(&encoded);
	return code;
}

static int start(struct medark_deliver *d, struct medark_deliver_unit *u,
		 const struct request *request, struct medark_error *err)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	/* A server could take the wish for what it gives back to a read, too. */
	bool is_read = strcmp(request->method, "GET") == 0 || d->pass == MEDARK_DELIVER_CHECK;
	const char *headers[] = { "Accept: application/fhir+json", "Prefer: return=minimal",
				  request->condition };
	struct medark_http_request r = {
		.method = request->method,
		.headers = headers,
		.header_count = is_read			? 1
				: request->condition[0] ? 3
							: 2,
		.content_type = request->type,
		.body = request->body,
		.body_max = ANSWER_MAX,
	};

	if (request->path[0])
		MEDARK_TRY(medark_url_below(&d->setup.target->base, request->path, &url, err));
	r.url = request->path[0] ? &url : &d->setup.target->base;
	MEDARK_TRY(medark_tries_header(&u->tries, &d->setup.target->talk, r.url, &r.authorization,
				       err));
	return medark_http_start(d->setup.target->http, &r, &u->transfer, err);
}

static int start_one(struct medark_deliver *d, struct medark_deliver_unit *u,
		     struct medark_buffer *body, struct medark_error *err)
{
	struct medark_deliver_item *item = medark_deliver_at(u, u->range.first);
	struct request request = { 0 };

	if (medark_deliver_looks(d, item)) {
		request.method = "GET";
		(void)snprintf(request.path, PATH_SIZE, "%.*s/%s", (int)item->record.type.size,
			       (const char *)item->record.type.data, item->found);
		return start(d, u, &request, err);
	}
	MEDARK_TRY(describe(d, item, &request, err));
	MEDARK_TRY(medark_deliver_rewrite(d, u, item, true, body, err));
	request.type = item->record.is_xml ? "application/fhir+xml" : "application/fhir+json";
	request.body = medark_bytes(body->data, body->size);
	return start(d, u, &request, err);
}

static int make_urn(struct medark_deliver_item *item, struct medark_error *err)
{
	uint8_t r[16];
	char hex[2 * sizeof(r) + 1];

	MEDARK_TRY(medark_random_public(r, sizeof(r), err));
	r[6] = (uint8_t)((r[6] & 0x0f) | 0x40); /* RFC 9562 section 5.4 */
	r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
	medark_text_hex(r, sizeof(r), hex);
	(void)snprintf(item->urn, sizeof(item->urn), "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex,
		       hex + 8, hex + 12, hex + 16, hex + 20);
	return 0;
}

static int add_entry(struct medark_deliver *d, struct medark_deliver_unit *u,
		     struct medark_deliver_item *item, struct medark_buffer *body,
		     struct medark_error *err)
{
	struct request request = { 0 };

	MEDARK_TRY(describe(d, item, &request, err));
	if (strcmp(request.method, "POST") == 0)
		MEDARK_TRY(medark_buffer_print(body, err,
					       "{\"fullUrl\":\"%s\",\"resource\":", item->urn));
	else
		MEDARK_TRY(medark_buffer_print(body, err, "{\"fullUrl\":\"%s/%s\",\"resource\":",
					       d->setup.target->base.text, request.path));
	MEDARK_TRY(medark_deliver_rewrite(d, u, item, true, body, err));
	MEDARK_TRY(medark_buffer_print(body, err, ",\"request\":{\"method\":\"%s\",\"url\":\"%s\"",
				       request.method, request.path));
	if (request.query)
		MEDARK_TRY(medark_buffer_print(body, err, ",\"ifNoneExist\":\"%s\"",
					       request.condition + request.query));
	return medark_buffer_text(body, "}}", err);
}

static int start_bundle(struct medark_deliver *d, struct medark_deliver_unit *u,
			struct medark_buffer *body, struct medark_error *err)
{
	struct request request = { .method = "POST", .type = "application/fhir+json" };
	uint32_t end = u->range.first + u->range.count;

	for (uint32_t i = u->range.first; i < end; i++) {
		medark_deliver_at(u, i)->is_in_bundle = true;
		MEDARK_TRY(make_urn(medark_deliver_at(u, i), err));
	}
	MEDARK_TRY(medark_buffer_text(
		body, "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[", err));
	for (uint32_t i = u->range.first; i < end; i++) {
		if (i > u->range.first)
			MEDARK_TRY(medark_buffer_text(body, ",", err));
		MEDARK_TRY(add_entry(d, u, medark_deliver_at(u, i), body, err));
	}
	MEDARK_TRY(medark_buffer_text(body, "]}", err));
	for (uint32_t i = u->range.first; i < end; i++)
		medark_deliver_at(u, i)->is_in_bundle = false;
	request.body = medark_bytes(body->data, body->size);
	return start(d, u, &request, err);
}

/* ---- reads ---- */

static int start_reads(struct medark_deliver *d, struct medark_deliver_unit *u,
		       struct medark_buffer *body, struct medark_error *err)
{
	struct request request = { .method = "POST", .type = "application/fhir+json" };
	struct request each = { 0 };

	if (u->range.count == 1) {
		MEDARK_TRY(describe(d, medark_deliver_at(u, u->range.first), &request, err));
		request.method = "GET";
		request.type = NULL;
		return start(d, u, &request, err);
	}
	MEDARK_TRY(medark_buffer_text(
		body, "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[", err));
	for (uint32_t i = 0; i < u->range.count; i++) {
		MEDARK_TRY(describe(d, medark_deliver_at(u, u->range.first + i), &each, err));
		MEDARK_TRY(medark_buffer_print(
			body, err, "%s{\"request\":{\"method\":\"GET\",\"url\":\"%s\"}}",
			i ? "," : "", each.path));
	}
	MEDARK_TRY(medark_buffer_text(body, "]}", err));
	request.body = medark_bytes(body->data, body->size);
	return start(d, u, &request, err);
}

/* What goes alone: records in XML, and all where there are no bundles. */
static bool goes_alone(const struct medark_deliver *d, const struct medark_deliver_unit *u)
{
	if (d->pass == MEDARK_DELIVER_CHECK)
		return d->has_no_batch;
	if (d->bundle_max == 1)
		return true;
	for (uint32_t i = 0; i < u->range.count; i++)
		if (medark_deliver_at(u, u->range.first + i)->record.is_xml)
			return true;
	return false;
}

int medark_deliver_start(struct medark_deliver *d, struct medark_deliver_unit *u,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer body = MEDARK_BUFFER_SECRET(BODY_MAX);

	if (u->range.count > 1 && goes_alone(d, u)) {
		MEDARK_TRY(medark_deliver_push(u, u->range.first + 1, u->range.count - 1, err));
		u->range.count = 1;
	}
	if (d->pass == MEDARK_DELIVER_CHECK)
		return start_reads(d, u, &body, err);
	if (u->range.count == 1)
		return start_one(d, u, &body, err);
	return start_bundle(d, u, &body, err);
}
