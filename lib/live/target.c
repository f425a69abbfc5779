/* SPDX-License-Identifier: Apache-2.0 */
#include "live/target.h"

#include "live/discover.h"
#include "live/json.h"
#include "live/live.h"
#include "record/fhir_reference.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_MAX ((size_t)32 << 20) /* of some servers it has 10 MB */
#define TYPES_MAX    ((size_t)64 << 10)

void medark_target_free(struct medark_target *t)
{
	if (!t)
		return;
	medark_http_free(t->http);
	medark_http_free(t->tokens);
	medark_auth_free(t->auth);
	medark_url_clear(&t->base);
	medark_buffer_clear(&t->types);
	free(t);
}

const char *medark_target_ids_name(enum medark_target_ids ids)
{
	static const char *const names[] = { "unknown", "any", "with letters", "UUIDs", "none" };

	return names[ids];
}

int medark_target_send(struct medark_target *t, const struct medark_target_request *request,
		       struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	const char *headers[] = { "Accept: application/fhir+json", request->header };
	struct medark_http_request r = {
		.method = request->method,
		.url = &url,
		.headers = headers,
		.header_count = request->header ? 2 : 1,
		.content_type = request->body.size ? "application/fhir+json" : NULL,
		.body = request->body,
		.body_max = METADATA_MAX,
	};

	MEDARK_TRY(medark_url_below(&t->base, request->path, &url, err));
	return medark_talk_send(&t->talk, &r, out, NULL, err);
}

/* ---- what the server says ---- */

/* The server's words are shown to the user. */
static void take_word(const char *word, char out[MEDARK_TARGET_WORD_MAX])
{
	size_t n = 0;

	for (; word && word[n] && n < MEDARK_TARGET_WORD_MAX - 1; n++)
		out[n] = (char)(word[n] < 0x20 || word[n] == 0x7f || (uint8_t)word[n] >= 0x80
					? '?'
					: word[n]);
	out[n] = '\0';
}

static bool has_code(const json_t *array, const char *code)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = medark_live_json_text(json_array_get(array, i), "code");

		if (text && strcmp(text, code) == 0)
			return true;
	}
	return false;
}

static bool has_xml(const json_t *formats)
{
	for (size_t i = 0; i < json_array_size(formats); i++) {
		const char *text = json_string_value(json_array_get(formats, i));

		if (text && strstr(text, "xml"))
			return true;
	}
	return false;
}

/* A type that can only be read is none that is taken; without any interaction nothing is known. */
static bool is_writable(const json_t *resource)
{
	const json_t *interactions = json_object_get(resource, "interaction");

	return json_array_size(interactions) == 0 || has_code(interactions, "create") ||
	       has_code(interactions, "update");
}

static int take_types(struct medark_target *t, const json_t *resources, struct medark_error *err)
{
	for (size_t i = 0; i < json_array_size(resources); i++) {
		const json_t *resource = json_array_get(resources, i);
		const char *type = medark_live_json_text(resource, "type");

		if (type && *type && is_writable(resource))
			MEDARK_TRY(medark_buffer_add(&t->types, type, strlen(type) + 1, err));
	}
	return 0;
}

static int take_metadata(struct medark_target *t, const json_t *metadata, struct medark_error *err)
{
	const json_t *rest = json_array_get(json_object_get(metadata, "rest"), 0);
	const json_t *software = json_object_get(metadata, "software");
	const json_t *interactions = json_object_get(rest, "interaction");
	const char *type = medark_live_json_text(metadata, "resourceType");

	if (!type || (strcmp(type, "CapabilityStatement") != 0 && strcmp(type, "Conformance") != 0))
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s does not describe itself as a FHIR server: is this its "
					"base address?",
					t->base.origin);
	take_word(medark_live_json_text(metadata, "fhirVersion"), t->fhir_version);
	take_word(medark_live_json_text(software, "name"), t->software);
	t->takes_xml = has_xml(json_object_get(metadata, "format"));
	t->takes_transactions =
		json_array_size(interactions) == 0 || has_code(interactions, "transaction");
	return take_types(t, json_object_get(rest, "resource"), err);
}

static int read_metadata(struct medark_target *t, struct medark_error *err)
{
	const struct medark_target_request request = { .method = "GET", .path = "metadata" };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *transfer = NULL;
	MEDARK_AUTO(medark_json_release) json_t *metadata = NULL;
	const struct medark_http_response *r;

	MEDARK_TRY(medark_target_send(t, &request, &transfer, err));
	r = medark_http_response(transfer);
	if (r->status != 200)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s answers with status %u when asked for its metadata",
					t->base.origin, r->status);
	MEDARK_TRY(medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
					  "the server's metadata", MEDARK_E_REMOTE, &metadata,
					  err));
	return take_metadata(t, metadata, err);
}

int medark_target_count(struct medark_target *t, const char *type, uint64_t *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *transfer = NULL;
	MEDARK_AUTO(medark_json_release) json_t *body = NULL;
	char path[128];
	const struct medark_target_request request = { .method = "GET", .path = path };
	const struct medark_http_response *r;
	json_int_t total = 0;

	(void)snprintf(path, sizeof(path), "%s?_summary=count", type);
	MEDARK_TRY(medark_target_send(t, &request, &transfer, err));
	r = medark_http_response(transfer);
	if (r->status == 200 && medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
						       "it", MEDARK_E_REMOTE, &body, NULL) == 0)
		total = json_integer_value(json_object_get(body, "total"));
	*out = total > 0 ? (uint64_t)total : 0;
	return 0;
}

bool medark_target_takes(const struct medark_target *t, struct medark_bytes type)
{
	const char *at = (const char *)t->types.data, *end = at + t->types.size;

	for (; at < end; at += strlen(at) + 1)
		if (medark_bytes_is(type, at))
			return true;
	return t->types.size == 0;
}

/* What stands behind the last slash, which is cut off with it; empty without a slash. */
static struct medark_bytes last_part(struct medark_bytes *text)
{
	const uint8_t *slash = text->size ? memrchr(text->data, '/', text->size) : NULL;
	struct medark_bytes part = { NULL, 0 };

	if (slash) {
		part = medark_bytes(slash + 1, (size_t)(text->data + text->size - slash) - 1);
		text->size = (size_t)(slash - text->data);
	}
	return part;
}

/* Absolute, or a path (RFC 9110 section 10.2.2), or what stands in a Bundle: the end decides. */
bool medark_target_location(struct medark_bytes location, struct medark_bytes *out_type,
			    struct medark_bytes *out_id)
{
	static const char history[] = "/_history/";
	const uint8_t *at =
		location.size ? memmem(location.data, location.size, history, sizeof(history) - 1)
			      : NULL;
	struct medark_bytes head =
		medark_bytes(location.data, at ? (size_t)(at - location.data) : location.size);
	struct medark_bytes whole;

	*out_id = last_part(&head);
	whole = head;
	*out_type = last_part(&head);
	if (!out_type->data)
		*out_type = whole;
	return medark_target_is_id(*out_id) && medark_fhir_is_type(*out_type);
}

bool medark_target_has_tag(const json_t *resource, const char *system, const char *code)
{
	const json_t *tags = json_object_get(json_object_get(resource, "meta"), "tag");

	for (size_t i = 0; i < json_array_size(tags); i++) {
		const json_t *tag = json_array_get(tags, i);
		const char *its_system = medark_live_json_text(tag, "system");
		const char *its_code = medark_live_json_text(tag, "code");

		if (its_system && its_code && strcmp(its_system, system) == 0 &&
		    strcmp(its_code, code) == 0)
			return true;
	}
	return false;
}

/* ---- opening ---- */

int medark_target_open(const struct medark_target_setup *setup, struct medark_target **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_target_free) struct medark_target *t = calloc(1, sizeof(*t));
	struct medark_http_setup http = { .poll = setup->poll,
					  .context = setup->context,
					  .connections = setup->connections };

	if (!t)
		return medark_error_memory(err, "a restore");
	t->types.limit = TYPES_MAX;
	MEDARK_TRY(medark_url_parse(setup->address + strlen(MEDARK_LIVE_PREFIX), &t->base, err));
	MEDARK_TRY(medark_auth_load(setup->auth_path, &t->auth, err));
	medark_auth_set_up(t->auth, &t->base, &http);
	MEDARK_TRY(medark_http_new(&http, &t->http, err));
	MEDARK_TRY(medark_http_new(&http, &t->tokens, err));
	t->voice = (struct medark_talk_voice) { .say = setup->say,
						.context = setup->context,
						.silence = MEDARK_TALK_SILENCE };
	t->talk = medark_talk_usual(t->tokens, t->auth, &t->base, &t->voice);
	MEDARK_TRY(medark_discover_tokens(&t->talk, err));
	MEDARK_TRY(read_metadata(t, err));
	*out = MEDARK_TAKE(t);
	return 0;
}
