/* SPDX-License-Identifier: Apache-2.0 */
#include "live/auth.h"

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/jwt.h"
#include "crypto/private_key.h"
#include "crypto/random.h"
#include "crypto/small_file.h"
#include "crypto/token_uri.h"
#include "live/json.h"
#include "live/tries.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX     ((size_t)64 << 10)
#define SECRET_MAX   ((size_t)64 << 10)
#define HEADER_MAX   ((size_t)16 << 10)
#define RESPONSE_MAX ((size_t)64 << 10)
#define BODY_MAX     ((size_t)32 << 10)

/* A token that ends sooner is renewed before it is used. */
#define RENEW_SECONDS 60
/* Of an assertion: SMART allows five minutes. */
#define ASSERTION_SECONDS 240
/* Of tokens that a server gives no end for. */
#define TOKEN_SECONDS 300

enum method { NONE, BEARER, CLIENT_SECRET, SMART };

struct medark_auth {
	enum method method;
	char *client_id, *key_id, *key_url, *scope;
	bool is_older_scope; /* the server knows the form of SMART 1 only */
	bool has_less;	     /* it granted less than was asked for */
	char *ca, *client_cert, *client_key;
	struct medark_private_key *key;
	struct medark_buffer secret; /* the key's file, the client's secret, or the token */
	struct medark_http_home home;
	struct medark_url token_url;
	bool is_discovered;	     /* the server says where tokens are given, and not the file */
	struct medark_buffer header; /* "Bearer …", with a zero; empty: there is none */
	time_t ends;
	unsigned token; /* how many were fetched */
};

void medark_auth_free(struct medark_auth *auth)
{
	if (!auth)
		return;
	free(auth->client_id);
	free(auth->key_id);
	free(auth->key_url);
	free(auth->scope);
	free(auth->ca);
	free(auth->client_cert);
	free(auth->client_key);
	medark_private_key_free(auth->key);
	medark_buffer_clear(&auth->secret);
	medark_buffer_clear(&auth->header);
	medark_url_clear(&auth->token_url);
	free(auth);
}

/* ---- the file ---- */

static int take_text(const json_t *object, const char *name, char **out, struct medark_error *err)
{
	const char *text = medark_live_json_text(object, name);

	if (!text && json_object_get(object, name))
		return medark_error_set(err, MEDARK_E_USAGE, "'%s' is no text", name);
	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : medark_error_memory(err, "the file of --auth");
}

/* A file that is named in `path`, relative to where that lies. */
static int take_path(const json_t *object, const char *name, const char *path, char **out,
		     struct medark_error *err)
{
	const char *slash = strrchr(path, '/');
	char *text = NULL;
	int n;

	MEDARK_TRY(take_text(object, name, &text, err));
	if (!text || text[0] == '/' || !slash) {
		*out = text;
		return 0;
	}
	n = asprintf(out, "%.*s/%s", (int)(slash - path), path, text);
	free(text);
	if (n < 0)
		*out = NULL;
	return n < 0 ? medark_error_memory(err, "the file of --auth") : 0;
}

static int lacks(const char *name, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_USAGE, "'%s' is missing", name);
}

static int take_key(struct medark_auth *auth, const json_t *object, const char *path,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *key = NULL;
	const char *said = medark_live_json_text(object, "key");
	struct stat st;

	/* What is fetched is sealed with a key that comes of the file's bytes. */
	if (said && medark_token_uri_is(said))
		return medark_error_set(err, MEDARK_E_USAGE,
					"'key' has to be a file, not a key in a token");
	MEDARK_TRY(take_path(object, "key", path, &key, err));
	if (!key)
		return lacks("key", err);
	MEDARK_TRY(medark_private_key_load(key, medark_bytes(NULL, 0), &auth->key, err));
	return medark_small_file_read(key, &auth->secret, &st, err);
}

static int take_secret(struct medark_auth *auth, const json_t *object, const char *name,
		       struct medark_error *err)
{
	const char *text = medark_live_json_text(object, name);

	if (!text || !*text)
		return lacks(name, err);
	return medark_buffer_text(&auth->secret, text, err);
}

static int take_bearer(struct medark_auth *auth, const json_t *object, struct medark_error *err)
{
	MEDARK_TRY(take_secret(auth, object, "token", err));
	MEDARK_TRY(medark_buffer_print(&auth->header, err, "Bearer %.*s", (int)auth->secret.size,
				       (const char *)auth->secret.data));
	return medark_buffer_add(&auth->header, "", 1, err);
}

static int take_method(struct medark_auth *auth, const json_t *object, const char *path,
		       struct medark_error *err)
{
	const char *method = medark_live_json_text(object, "method");

	if (!method)
		return lacks("method", err);
	if (strcmp(method, "none") == 0)
		return 0;
	if (strcmp(method, "bearer") == 0) {
		auth->method = BEARER;
		return take_bearer(auth, object, err);
	}
	if (!auth->client_id)
		return lacks("client_id", err);
	if (strcmp(method, "client-secret") == 0) {
		auth->method = CLIENT_SECRET;
		return take_secret(auth, object, "client_secret", err);
	}
	if (strcmp(method, "smart-backend") == 0) {
		auth->method = SMART;
		return take_key(auth, object, path, err);
	}
	return medark_error_set(err, MEDARK_E_USAGE,
				"'method' is none of smart-backend, client-secret, bearer, none");
}

/* A misspelt name would be a setting that is not kept. */
static int check_names(json_t *object, struct medark_error *err)
{
	static const char *const names[] = { "method", "client_id",	"key",
					     "key_id", "key_url",	"scope",
					     "token",  "client_secret", "token_url",
					     "ca",     "client_cert",	"client_key" };
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		size_t i = 0;

		while (i < sizeof(names) / sizeof(*names) && strcmp(names[i], name) != 0)
			i++;
		if (i == sizeof(names) / sizeof(*names))
			return medark_error_set(err, MEDARK_E_USAGE, "'%s' has no meaning", name);
	}
	return 0;
}

static int take_all(struct medark_auth *auth, json_t *object, const char *path,
		    struct medark_error *err)
{
	const char *token_url = medark_live_json_text(object, "token_url");

	MEDARK_TRY(check_names(object, err));
	MEDARK_TRY(take_text(object, "client_id", &auth->client_id, err));
	MEDARK_TRY(take_text(object, "key_id", &auth->key_id, err));
	MEDARK_TRY(take_text(object, "key_url", &auth->key_url, err));
	MEDARK_TRY(take_text(object, "scope", &auth->scope, err));
	MEDARK_TRY(take_path(object, "ca", path, &auth->ca, err));
	MEDARK_TRY(take_path(object, "client_cert", path, &auth->client_cert, err));
	MEDARK_TRY(take_path(object, "client_key", path, &auth->client_key, err));
	if ((auth->client_cert == NULL) != (auth->client_key == NULL))
		return lacks(auth->client_cert ? "client_key" : "client_cert", err);
	if (token_url)
		MEDARK_TRY(medark_url_parse(token_url, &auth->token_url, err));
	return take_method(auth, object, path, err);
}

static int read_file(const char *path, json_t **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER_SECRET(FILE_MAX);
	struct stat st;

	MEDARK_TRY(medark_small_file_read(path, &text, &st, err));
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return medark_error_set(err, MEDARK_E_KEY, "'%s' belongs to another user", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' is open to others (mode %04o); chmod 600 it", path,
					(unsigned)st.st_mode & 07777u);
	return medark_live_json_parse(medark_bytes(text.data, text.size), "the file",
				      MEDARK_E_USAGE, out, err);
}

int medark_auth_load(const char *path, struct medark_auth **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_auth_free) struct medark_auth *auth = calloc(1, sizeof(*auth));
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	int code;

	if (!auth)
		return medark_error_memory(err, "the file of --auth");
	auth->secret = (struct medark_buffer)MEDARK_BUFFER_SECRET(SECRET_MAX);
	auth->header = (struct medark_buffer)MEDARK_BUFFER_SECRET(HEADER_MAX);
	if (path) {
		MEDARK_TRY(read_file(path, &object, err));
		code = take_all(auth, object, path, err);
		if (code == MEDARK_E_USAGE)
			return medark_error_prefix(err, code, "'%s'", path);
		if (code < 0)
			return code;
	}
	*out = MEDARK_TAKE(auth);
	return 0;
}

void medark_auth_set_up(struct medark_auth *auth, const struct medark_url *base,
			struct medark_http_setup *setup)
{
	medark_http_home_init(&auth->home, base);
	setup->home = &auth->home;
	setup->ca_file = auth->ca;
	setup->client_cert = auth->client_cert;
	setup->client_key = auth->client_key;
}

struct medark_bytes medark_auth_secret(const struct medark_auth *auth)
{
	return medark_bytes(auth->secret.data, auth->secret.size);
}

bool medark_auth_wants_url(const struct medark_auth *auth)
{
	return auth->method >= CLIENT_SECRET && !auth->token_url.text;
}

int medark_auth_set_token_url(struct medark_auth *auth, const struct medark_url *url,
			      struct medark_error *err)
{
	medark_url_clear(&auth->token_url);
	auth->is_discovered = true;
	return medark_url_parse(url->text, &auth->token_url, err);
}

/* ---- tokens ---- */

/* RFC 7523 section 3, SMART App Launch 2 section 5.2. */
static int write_claims(const struct medark_auth *auth, struct medark_buffer *out,
			struct medark_error *err)
{
	uint8_t id[24];
	char hex[2 * sizeof(id) + 1];
	json_t *claims;
	char *text;
	int code;

	MEDARK_TRY(medark_random_public(id, sizeof(id), err));
	medark_text_hex(id, sizeof(id), hex);
	claims = json_pack("{s:s, s:s, s:s, s:I, s:s}", "iss", auth->client_id, "sub",
			   auth->client_id, "aud", auth->token_url.text, "exp",
			   (json_int_t)time(NULL) + ASSERTION_SECONDS, "jti", hex);
	text = claims ? json_dumps(claims, JSON_COMPACT) : NULL;
	json_decref(claims);
	if (!text)
		return medark_error_memory(err, "a token");
	code = medark_buffer_text(out, text, err);
	free(text);
	return code;
}

static int add_field(struct medark_buffer *body, const char *name, struct medark_bytes value,
		     struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(body, err, "%s%s=", body->size ? "&" : "", name));
	return medark_url_encode(value, body, err);
}

/* What is asked for: of all types, to read and to search; SMART 1 had one word for the two. */
static const char *scope_of(const struct medark_auth *auth)
{
	if (auth->scope)
		return auth->scope;
	return auth->is_older_scope ? "system/*.read" : "system/*.rs";
}

static int write_body(const struct medark_auth *auth, struct medark_buffer *body,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer claims = MEDARK_BUFFER_SECRET(BODY_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer token = MEDARK_BUFFER_SECRET(BODY_MAX);
	const char *scope = scope_of(auth);

	MEDARK_TRY(add_field(body, "grant_type", medark_bytes_text("client_credentials"), err));
	MEDARK_TRY(add_field(body, "scope", medark_bytes_text(scope), err));
	if (auth->method != SMART)
		return 0;
	MEDARK_TRY(write_claims(auth, &claims, err));
	MEDARK_TRY(medark_jwt_sign(auth->key, auth->key_id, auth->key_url,
				   medark_bytes(claims.data, claims.size), &token, err));
	MEDARK_TRY(add_field(
		body, "client_assertion_type",
		medark_bytes_text("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), err));
	return add_field(body, "client_assertion", medark_bytes(token.data, token.size), err);
}

/* RFC 6749 section 2.3.1: both parts encoded, then base64. */
static int write_basic(const struct medark_auth *auth, struct medark_buffer *out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pair = MEDARK_BUFFER_SECRET(HEADER_MAX);

	if (auth->method != CLIENT_SECRET)
		return 0;
	MEDARK_TRY(medark_url_encode(medark_bytes_text(auth->client_id), &pair, err));
	MEDARK_TRY(medark_buffer_text(&pair, ":", err));
	MEDARK_TRY(medark_url_encode(medark_auth_secret(auth), &pair, err));
	MEDARK_TRY(medark_buffer_text(out, "Basic ", err));
	MEDARK_TRY(medark_base64(medark_bytes(pair.data, pair.size), out, err));
	return medark_buffer_add(out, "", 1, err);
}

static int refused(const struct medark_auth *auth, struct medark_error *err, const char *why)
{
	return medark_error_set(err, MEDARK_E_REMOTE, "%s gives no token: %s",
				auth->token_url.origin, why);
}

/* The server's own word for it (RFC 6749 section 5.2), if it is one of the known. */
static int refuse(const struct medark_auth *auth, const struct medark_http_response *r,
		  struct medark_error *err)
{
	static const char *const known[][2] = {
		{ "invalid_client", "it does not know this client, or not this key" },
		{ "invalid_scope", "it does not grant the scope" },
		{ "unauthorized_client", "this client may not ask for tokens this way" },
		{ "invalid_grant", "it does not take the assertion" },
		{ "invalid_request", "it takes the request for malformed" },
		{ "unsupported_grant_type", "it does not know client credentials" },
	};
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *word = NULL;
	char text[64];

	if (medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it", MEDARK_E_REMOTE,
				   &object, NULL) == 0)
		word = medark_live_json_text(object, "error");
	for (size_t i = 0; word && i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(word, known[i][0]) == 0)
			return refused(auth, err, known[i][1]);
	(void)snprintf(text, sizeof(text), "it answers with status %u", r->status);
	return refused(auth, err, text);
}

/* Is every scope that was asked for among those that were granted? Nothing said: all are. */
static bool grants_all(const struct medark_auth *auth, const char *granted)
{
	const char *wanted = scope_of(auth);

	while (granted && *(wanted += strspn(wanted, " "))) {
		size_t size = strcspn(wanted, " ");
		const char *at = granted;
		bool found = false;

		while (!found && *(at += strspn(at, " "))) {
			size_t other = strcspn(at, " ");

			found = other == size && memcmp(at, wanted, size) == 0;
			at += other;
		}
		if (!found)
			return false;
		wanted += size;
	}
	return true;
}

static int take_token(struct medark_auth *auth, const struct medark_http_response *r,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *token, *type;
	json_int_t seconds;

	if (r->status != 200)
		return refuse(auth, r, err);
	if (medark_live_json_parse(medark_bytes(r->body.data, r->body.size), "it", MEDARK_E_REMOTE,
				   &object, err) < 0)
		return refused(auth, err, "its answer is no JSON object");
	token = medark_live_json_text(object, "access_token");
	type = medark_live_json_text(object, "token_type");
	if (!token || !*token || (type && strcasecmp(type, "bearer") != 0))
		return refused(auth, err, "its answer holds none of the kind 'bearer'");
	auth->has_less = !grants_all(auth, medark_live_json_text(object, "scope"));
	seconds = json_integer_value(json_object_get(object, "expires_in"));
	if (seconds <= 0)
		seconds = TOKEN_SECONDS;
	auth->ends = time(NULL) + (time_t)(seconds > INT32_MAX ? INT32_MAX : seconds);
	auth->header.size = 0;
	MEDARK_TRY(medark_buffer_print(&auth->header, err, "Bearer %s", token));
	return medark_buffer_add(&auth->header, "", 1, err);
}

static bool is_unknown_scope(const struct medark_http_response *r)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *word = NULL;

	if (r->status == 400 && medark_live_json_parse(medark_bytes(r->body.data, r->body.size),
						       "it", MEDARK_E_REMOTE, &object, NULL) == 0)
		word = medark_live_json_text(object, "error");
	return word && strcmp(word, "invalid_scope") == 0;
}

static int ask(struct medark_auth *auth, struct medark_http *http,
	       struct medark_http_transfer **out, struct medark_error *err)
{
	static const char *const headers[] = { "Accept: application/json" };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer body = MEDARK_BUFFER_SECRET(BODY_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer basic = MEDARK_BUFFER_SECRET(HEADER_MAX);
	struct medark_http_request request = {
		.url = &auth->token_url,
		.headers = headers,
		.header_count = 1,
		.content_type = "application/x-www-form-urlencoded",
		.body_max = RESPONSE_MAX,
		.is_named = !auth->is_discovered,
		.shows_certificate = true,
	};
	struct medark_http_transfer *ended;

	MEDARK_TRY(write_body(auth, &body, err));
	MEDARK_TRY(write_basic(auth, &basic, err));
	request.body = medark_bytes(body.data, body.size);
	request.authorization = basic.size ? (const char *)basic.data : NULL;
	MEDARK_TRY(medark_http_start(http, &request, out, err));
	return medark_http_next(http, -1, &ended, err);
}

/* Once in the form that the server may know; see is_unknown_scope(). */
static bool is_to_ask_older(struct medark_auth *auth, const struct medark_http_response *r)
{
	if (auth->scope || auth->is_older_scope || !is_unknown_scope(r))
		return false;
	auth->is_older_scope = true;
	return true;
}

/* As patient as with the server itself: a bad minute of it must not end a long export. */
static int fetch(struct medark_auth *auth, struct medark_http *http,
		 struct medark_talk_voice *voice, struct medark_error *err)
{
	const struct medark_talk talk = medark_talk_usual(http, NULL, &auth->token_url, voice);
	MEDARK_AUTO(medark_tries_clear) struct medark_tries tries = { 0 };

	for (;;) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		const struct medark_http_response *r;
		struct medark_tries_next next = { .move = MEDARK_TRIES_TAKE };

		MEDARK_TRY(ask(auth, http, &t, err));
		r = medark_http_response(t);
		/* What was asked for with a secret is not asked for elsewhere. */
		if (medark_talk_judge(r) != MEDARK_TALK_REDIRECT)
			MEDARK_TRY(
				medark_tries_react(&tries, &talk, &auth->token_url, r, &next, err));
		if (next.move == MEDARK_TRIES_AGAIN) {
			MEDARK_TRY(medark_talk_sleep_until(http, next.at, err));
			continue;
		}
		if (is_to_ask_older(auth, r))
			continue;
		if (r->failure.code) {
			if (err)
				*err = r->failure;
			return r->failure.code;
		}
		return take_token(auth, r, err);
	}
}

int medark_auth_header(struct medark_auth *auth, struct medark_http *http,
		       struct medark_talk_voice *voice, const char **out, struct medark_error *err)
{
	if (auth->method >= CLIENT_SECRET &&
	    (!auth->header.size || time(NULL) >= auth->ends - RENEW_SECONDS)) {
		MEDARK_TRY(fetch(auth, http, voice, err));
		auth->token++;
	}
	*out = auth->header.size ? (const char *)auth->header.data : NULL;
	return 0;
}

unsigned medark_auth_token(const struct medark_auth *auth)
{
	return auth->method >= CLIENT_SECRET ? auth->token : auth->header.size != 0;
}

bool medark_auth_has_less(const struct medark_auth *auth)
{
	return auth->has_less;
}

bool medark_auth_renew(struct medark_auth *auth, unsigned token)
{
	if (auth->method < CLIENT_SECRET)
		return false;
	if (token == auth->token)
		auth->header.size = 0;
	return true;
}
