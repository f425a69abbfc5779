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
static bool read_id(const struct medark_http_response *r, char out[MEDARK_TARGET_ID_TEXT])
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	struct medark_bytes id = { NULL, 0 };

	if (medark_target_location(medark_http_header(r, "location"), &id)) {
		(void)snprintf(out, MEDARK_TARGET_ID_TEXT, "%.*s", (int)id.size,
			       (const char *)id.data);
		return true;
	}
	if (medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it", MEDARK_E_REMOTE,
				   &object, NULL) == 0 &&
	    medark_live_json_text(object, "id"))
		id = medark_bytes_text(medark_live_json_text(object, "id"));
	(void)snprintf(out, MEDARK_TARGET_ID_TEXT, "%.*s", (int)id.size, (const char *)id.data);
	return medark_target_is_id(id);
}

/* The answer's status. */
static int ask(struct probe *p, const char *method, const char *id, const char *body,
	       struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	char path[TEXT_MAX];
	const struct medark_target_request request = {
		.method = method, .path = path, .body = medark_bytes_text(body ? body : "")
	};

	(void)snprintf(path, sizeof(path), "%s/%s", p->type, id);
	MEDARK_TRY(medark_target_send(p->target, &request, &t, err));
	return (int)medark_http_response(t)->status;
}

static bool is_done(int status)
{
	return status >= 200 && status < 300;
}

static int remove_canary(struct probe *p, const char *id, struct medark_error *err)
{
	int status = ask(p, "DELETE", id, NULL, err);

	MEDARK_TRY(status);
	if (!is_done(status) && status != 404 && status != 410)
		p->target->left_probe = true;
	return 0;
}

/* 1: the server takes this id, keeps it, and gives the canary back under it. */
static int try_id(struct probe *p, const char *id, bool refers, struct medark_error *err)
{
	char body[BODY_MAX];
	int status, read;

	write_body(p, id, "", refers, body);
	status = ask(p, "PUT", id, body, err);
	MEDARK_TRY(status);
	if (!is_done(status))
		return 0;
	read = ask(p, "GET", id, NULL, err);
	MEDARK_TRY(read);
	MEDARK_TRY(remove_canary(p, id, err));
	return read == 200;
}

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
	if (!is_done((int)medark_http_response(t)->status))
		return 0;
	return read_id(medark_http_response(t), p->made);
}

/* Ids that the server gives: does it find what it has by its tag, and not make it twice? */
static int try_tags(struct probe *p, const char *word, struct medark_error *err)
{
	char first[MEDARK_TARGET_ID_TEXT];
	int code = post(p, word, false, err);

	MEDARK_TRY(code);
	if (!code && p->target->ids != MEDARK_IDS_NONE)
		return 0;
	if (!code)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s takes no %s, neither with an id of ours nor with its "
					"own: may this client write there?",
					p->target->base.origin, p->type);
	memcpy(first, p->made, sizeof(first));
	code = post(p, word, false, err);
	MEDARK_TRY(code);
	p->target->finds_tags = code && strcmp(first, p->made) == 0;
	if (code && !p->target->finds_tags)
		MEDARK_TRY(remove_canary(p, p->made, err));
	return remove_canary(p, first, err);
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
	p->target->wants_integrity = !code;
	return code ? remove_canary(p, p->made, err) : 0;
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
