/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_probe: canaries. Each says in its text what it is, is read back, and is deleted. They are
 * Basic resources: no list of patients or orders ever shows one; where a server has no Basic, an
 * Organization, which its name gives away.
 */
#include "base/text.h"
#include "crypto/random.h"
#include "live/json.h"
#include "live/target.h"

#include <stdio.h>
#include <string.h>

#define TEXT	   "medark probe: written to see what the server takes; may be deleted"
#define TAG_SYSTEM "urn:medark:probe"
#define BODY_MAX   1024
#define TEXT_MAX   160

struct probe {
	struct medark_target *target;
	const char *type;
	char made[MEDARK_TARGET_ID_TEXT]; /* id of the canary that was written last */
};

/* `id` and `tag` may be empty; `refers`: to what is not there. */
static void write_body(const struct probe *p, const char *id, const char *tag, bool refers,
		       char out[BODY_MAX])
{
	bool is_basic = strcmp(p->type, "Basic") == 0;
	char tagged[TEXT_MAX] = "", named[TEXT_MAX] = "";

	if (*id)
		(void)snprintf(named, sizeof(named), ",\"id\":\"%s\"", id);
	if (*tag)
		(void)snprintf(tagged, sizeof(tagged),
			       ",\"meta\":{\"tag\":[{\"system\":\"" TAG_SYSTEM
			       "\",\"code\":\"%s\"}]}",
			       tag);
	(void)snprintf(out, BODY_MAX, "{\"resourceType\":\"%s\"%s%s,%s%s%s}", p->type, named,
		       tagged,
		       is_basic ? "\"code\":{\"text\":\"" TEXT "\"}" : "\"name\":\"" TEXT "\"",
		       !refers	  ? ""
		       : is_basic ? ",\"subject\":{\"reference\":\"Patient/"
				  : ",\"partOf\":{\"reference\":\"Organization/",
		       refers ? "medark-probe-none\"}" : "");
}

/* The id that the answer tells, from its Location or body; false if it tells none. */
static bool read_id(const struct probe *p, const struct medark_http_response *r,
		    char out[MEDARK_TARGET_ID_TEXT])
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	struct medark_bytes type, id = { NULL, 0 };

	if (medark_target_location(medark_http_header(r, "location"), &type, &id)) {
		(void)snprintf(out, MEDARK_TARGET_ID_TEXT, "%.*s", (int)id.size,
			       (const char *)id.data);
		return medark_bytes_is(type, p->type);
	}
	if (medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it", MEDARK_E_REMOTE,
				   &object, NULL) == 0 &&
	    medark_live_json_text(object, "id"))
		id = medark_bytes_text(medark_live_json_text(object, "id"));
	(void)snprintf(out, MEDARK_TARGET_ID_TEXT, "%.*s", (int)id.size, (const char *)id.data);
	return medark_target_is_id(id);
}

static int send(struct probe *p, const char *method, const char *id, const char *body,
		struct medark_http_transfer **out, struct medark_error *err)
{
	char path[TEXT_MAX];
	const struct medark_target_request request = {
		.method = method, .path = path, .body = medark_bytes_text(body ? body : "")
	};

	(void)snprintf(path, sizeof(path), "%s/%s", p->type, id);
	return medark_target_send(p->target, &request, out, err);
}

/* The answer's status. */
static int ask(struct probe *p, const char *method, const char *id, const char *body,
	       struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;

	MEDARK_TRY(send(p, method, id, body, &t, err));
	return (int)medark_http_response(t)->status;
}

static bool is_done(int status)
{
	return status >= 200 && status < 300;
}

/* Does it say of itself that it is a canary, and has it the tag ("": none is asked for)? */
static bool is_canary(const struct probe *p, const json_t *resource, const char *tag)
{
	bool is_basic = strcmp(p->type, "Basic") == 0;
	const char *type = medark_live_json_text(resource, "resourceType");
	const char *text =
		is_basic ? medark_live_json_text(json_object_get(resource, "code"), "text")
			 : medark_live_json_text(resource, "name");

	return type && strcmp(type, p->type) == 0 && text && strcmp(text, TEXT) == 0 &&
	       (!*tag || medark_target_has_tag(resource, TAG_SYSTEM, tag));
}

/* 1: under this id stands a canary; 0: something else, or nothing. */
static int look(struct probe *p, const char *id, const char *tag, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const struct medark_http_response *r;
	int code;

	MEDARK_TRY(send(p, "GET", id, NULL, &t, err));
	r = medark_http_response(t);
	if (r->status != 200)
		return 0;
	code = medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it",
				      MEDARK_E_REMOTE, &object, NULL);
	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "a probe");
	return code == 0 && is_canary(p, object, tag);
}

/* Nothing but a canary is ever deleted, whatever the server said of an id. 1: it was one. */
static int remove_canary(struct probe *p, const char *id, const char *tag, struct medark_error *err)
{
	int code = look(p, id, tag, err), status;

	MEDARK_TRY(code);
	if (!code) {
		p->target->left_probe = true;
		return 0;
	}
	status = ask(p, "DELETE", id, NULL, err);
	MEDARK_TRY(status);
	if (!is_done(status) && status != 404 && status != 410)
		p->target->left_probe = true;
	return 1;
}

/*
 * 1: the server takes this id, keeps it, and gives the canary back under it. Where something stands
 * under that id already, which chance alone could bring about, nothing is written.
 */
static int try_id(struct probe *p, const char *id, bool refers, struct medark_error *err)
{
	char body[BODY_MAX];
	int status = ask(p, "GET", id, NULL, err);

	MEDARK_TRY(status);
	if (is_done(status))
		return 0;
	write_body(p, id, "", refers, body);
	status = ask(p, "PUT", id, body, err);
	MEDARK_TRY(status);
	return is_done(status) ? remove_canary(p, id, "", err) : 0;
}

/* The status of a create, on the condition that nothing has this tag ("": without condition). */
static int post(struct probe *p, const char *tag, bool refers, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	char body[BODY_MAX], header[TEXT_MAX];
	struct medark_target_request request = { .method = "POST",
						 .path = p->type,
						 .header = *tag ? header : NULL };

	write_body(p, "", tag, refers, body);
	request.body = medark_bytes_text(body);
	(void)snprintf(header, sizeof(header), "If-None-Exist: _tag=" TAG_SYSTEM "|%s", tag);
	MEDARK_TRY(medark_target_send(p->target, &request, &t, err));
	if (is_done((int)medark_http_response(t)->status) &&
	    !read_id(p, medark_http_response(t), p->made))
		return 0;
	return (int)medark_http_response(t)->status;
}

static int refuses_all(const struct probe *p, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_REMOTE,
				"%s takes no %s, neither with an id of ours nor with its own: may "
				"this client write there?",
				p->target->base.origin, p->type);
}

/* The same tag in capitals belongs to nobody: is something made, or found? */
static int try_capitals(struct probe *p, const char *word, struct medark_error *err)
{
	char capitals[TEXT_MAX] = "";
	int status, code;

	for (size_t i = 0; word[i] && i < sizeof(capitals) - 1; i++)
		capitals[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 0x20 : word[i]);
	status = post(p, capitals, false, err);
	MEDARK_TRY(status);
	if (status != 201) {
		p->target->tags = MEDARK_TAGS_LOOSE;
		return 0;
	}
	code = remove_canary(p, p->made, capitals, err);
	return code < 0 ? code : 0;
}

/* Ids that the server gives: does it find what it has by its tag, that alone, and not make it
 * twice?
 */
static int try_tags(struct probe *p, const char *word, struct medark_error *err)
{
	char first[MEDARK_TARGET_ID_TEXT];
	int status = post(p, word, false, err), code;

	MEDARK_TRY(status);
	if (status != 201) {
		/* Nobody has this tag: 200, or 412 for several, is said of something else. */
		p->target->tags = MEDARK_TAGS_MISFOUND;
		if (p->target->ids != MEDARK_IDS_NONE)
			return 0;
		status = post(p, "", false, err);
		MEDARK_TRY(status);
		if (status != 201)
			return refuses_all(p, err);
		code = remove_canary(p, p->made, "", err);
		return code < 0 ? code : 0;
	}
	memcpy(first, p->made, sizeof(first));
	status = post(p, word, false, err);
	MEDARK_TRY(status);
	p->target->tags = status == 200 && strcmp(first, p->made) == 0 ? MEDARK_TAGS_FOUND
								       : MEDARK_TAGS_UNFOUND;
	if (status == 201 && strcmp(first, p->made) != 0)
		MEDARK_TRY(remove_canary(p, p->made, word, err));
	if (p->target->tags == MEDARK_TAGS_FOUND)
		MEDARK_TRY(try_capitals(p, word, err));
	code = remove_canary(p, first, word, err);
	return code < 0 ? code : 0;
}

/* Random digits; a random UUID; a word that nobody else has. */
struct names {
	char digits[16], uuid[40], word[40];
};

static int make_names(struct names *out, struct medark_error *err)
{
	uint8_t r[16];
	char hex[33];

	MEDARK_TRY(medark_random_public(r, sizeof(r), err));
	medark_text_hex(r, sizeof(r), hex);
	hex[12] = '4';
	hex[16] = 'a';
	(void)snprintf(out->uuid, sizeof(out->uuid), "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
		       hex + 12, hex + 16, hex + 20);
	(void)snprintf(out->word, sizeof(out->word), "medark-probe-%.8s", hex);
	(void)snprintf(out->digits, sizeof(out->digits), "%010u%02u",
		       1000000000u + r[0] * 65536u + r[1] * 256u + r[2], r[3] % 90u + 10u);
	return 0;
}

static int try_ids(struct probe *p, const struct names *names, struct medark_error *err)
{
	int code = try_id(p, names->word, false, err);

	MEDARK_TRY(code);
	if (code) {
		code = try_id(p, names->digits, false, err);
		MEDARK_TRY(code);
		p->target->ids = code ? MEDARK_IDS_ANY : MEDARK_IDS_WITH_LETTERS;
		return 0;
	}
	code = try_id(p, names->uuid, false, err);
	MEDARK_TRY(code);
	p->target->ids = code ? MEDARK_IDS_UUID : MEDARK_IDS_NONE;
	return 0;
}

/* Does it refuse what refers to nothing? */
static int try_integrity(struct probe *p, const struct names *names, struct medark_error *err)
{
	int code;

	if (p->target->ids != MEDARK_IDS_NONE) {
		code = try_id(p, p->target->ids == MEDARK_IDS_UUID ? names->uuid : names->word,
			      true, err);
		MEDARK_TRY(code);
		p->target->wants_integrity = !code;
		return 0;
	}
	code = post(p, "", true, err);
	MEDARK_TRY(code);
	p->target->wants_integrity = code != 201;
	if (code == 201)
		MEDARK_TRY(remove_canary(p, p->made, "", err));
	return 0;
}

int medark_target_probe(struct medark_target *target, struct medark_error *err)
{
	bool has_basic = medark_target_takes(target, medark_bytes_text("Basic"));
	struct probe p = { .target = target, .type = has_basic ? "Basic" : "Organization" };
	struct names names;

	MEDARK_TRY(make_names(&names, err));
	MEDARK_TRY(try_ids(&p, &names, err));
	MEDARK_TRY(try_integrity(&p, &names, err));
	MEDARK_TRY(try_tags(&p, names.word, err));
	target->is_probed = true;
	return 0;
}
