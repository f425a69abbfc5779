/* SPDX-License-Identifier: Apache-2.0 */
/* Which page answers a request, and what has to be so before it may. */
#include "service/cookie.h"
#include "service/service_private.h"

#include <string.h>

#define LANGUAGE_COOKIE "__Host-language"

/* ---- language ---- */

/* The first language of Accept-Language that is spoken; English if there is none. */
static enum medark_language accepted(struct medark_bytes field)
{
	char tag[16];
	size_t used = 0;
	int found;

	for (size_t i = 0; i <= field.size; i++) {
		uint8_t c = i < field.size ? field.data[i] : ',';

		if (c != ',') {
			if (used + 1 < sizeof(tag) && c != ' ')
				tag[used++] = (char)(c == ';' ? 0 : c);
			continue;
		}
		tag[used] = 0;
		used = 0;
		found = medark_language_find(tag);
		if (found >= 0)
			return (enum medark_language)found;
	}
	return MEDARK_ENGLISH;
}

static void choose_language(struct medark_call *call)
{
	struct medark_bytes cookie =
		medark_cookie(call->request->fields[MEDARK_SERVE_COOKIE], LANGUAGE_COOKIE);

	if (medark_bytes_is(cookie, "nl"))
		call->language = MEDARK_DUTCH;
	else if (medark_bytes_is(cookie, "en"))
		call->language = MEDARK_ENGLISH;
	else
		call->language = accepted(call->request->fields[MEDARK_SERVE_ACCEPT_LANGUAGE]);
}

static int set_language(struct medark_call *call, struct medark_bytes tag)
{
	bool is_dutch = medark_bytes_is(tag, "nl");

	if (!is_dutch && !medark_bytes_is(tag, "en"))
		return medark_call_nothing_here(call);
	MEDARK_TRY(medark_call_header(
		call, "Set-Cookie",
		is_dutch ? LANGUAGE_COOKIE "=nl; Path=/; Secure; HttpOnly; SameSite=Strict; "
					   "Max-Age=31536000"
			 : LANGUAGE_COOKIE "=en; Path=/; Secure; HttpOnly; SameSite=Strict; "
					   "Max-Age=31536000"));
	return medark_call_see(call, call->has_session ? "/" : "/login");
}

/* ---- forms ---- */

/*
 * Does a form come from a page of ours? Browsers say from where (Fetch Metadata, Origin), and send
 * the session's cookie from our own pages only (SameSite); whoever says nothing is no browser.
 */
static bool is_ours(const struct medark_call *call)
{
	struct medark_bytes site = call->request->fields[MEDARK_SERVE_SEC_FETCH_SITE];
	struct medark_bytes origin = call->request->fields[MEDARK_SERVE_ORIGIN];
	struct medark_bytes host = call->request->fields[MEDARK_SERVE_HOST];
	static const char scheme[] = "https://";

	if (site.data && !medark_bytes_is(site, "same-origin"))
		return false;
	if (!origin.data)
		return true;
	return medark_bytes_starts(origin, scheme) &&
	       medark_serve_same_name(medark_bytes(origin.data + sizeof(scheme) - 1,
						   origin.size - (sizeof(scheme) - 1)),
				      host);
}

/* 1: the form was read, and may be taken; 0: it was refused, and that is the answer. */
static int take_form(struct medark_call *call, bool needs_csrf)
{
	struct medark_error why = { 0 };
	int code = MEDARK_E_USAGE;

	if (medark_serve_is_type(call->request->fields[MEDARK_SERVE_CONTENT_TYPE],
				 "application/x-www-form-urlencoded"))
		code = medark_form_parse(&call->form, call->request->body, &why);
	if (code < 0 && code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why.message);
	if (code == 0 && needs_csrf)
		code = medark_sessions_check_csrf(call->service->sessions, call->token,
						  medark_call_field(call, "csrf"), call->clock,
						  &why);
	if (code == 0 && is_ours(call))
		return 1;
	return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_REFUSED_TEXT);
}

/* ---- the table ---- */

enum { GET = 1, POST = 2, OPEN = 4, LOCKED = 8 };

static const struct route {
	const char *path;
	unsigned takes; /* GET, POST; OPEN: without a session; LOCKED: of a locked one, too */
	int (*page)(struct medark_call *call);
} routes[] = {
	{ "/", GET, medark_page_find },
	{ "/find", POST, medark_page_find },
	{ "/open", POST, medark_page_open },
	{ "/log", GET | POST, medark_page_log },
	{ "/log/save", POST, medark_page_log_save },
	{ "/print", POST, medark_page_print },
	{ "/token", POST | OPEN | LOCKED, medark_page_token },
	{ "/login", GET | POST | OPEN | LOCKED, medark_page_login },
	{ "/unlock", GET | POST | LOCKED, medark_page_unlock },
	{ "/lock", POST | LOCKED, medark_page_lock },
	{ "/logout", POST | LOCKED, medark_page_logout },
};

static int refuse_method(struct medark_call *call, const struct route *route)
{
	MEDARK_TRY(medark_call_say(call, 405, MEDARK_SAYING_NOTHING_HERE,
				   MEDARK_SAYING_NOTHING_HERE_TEXT));
	return medark_call_header(call, "Allow",
				  !(route->takes & POST) ? "GET, HEAD"
				  : route->takes & GET	 ? "GET, HEAD, POST"
							 : "POST");
}

static int run(struct medark_call *call, const struct route *route)
{
	bool is_post = call->request->method == MEDARK_SERVE_POST;
	int taken;

	if (!(medark_serve_is_reading(call->request) && (route->takes & GET)) &&
	    !(is_post && (route->takes & POST)))
		return refuse_method(call, route);
	if (!call->has_session && !(route->takes & OPEN))
		return medark_call_see(call, "/login");
	if (call->has_session && call->who.is_locked && !(route->takes & LOCKED))
		return medark_call_see(call, "/unlock");
	if (is_post) {
		taken = take_form(call, !(route->takes & OPEN));
		if (taken <= 0)
			return taken;
	}
	return route->page(call);
}

/* Pages with something behind their path; all are read only. */
static const struct {
	const char *path;
	int (*page)(struct medark_call *call, struct medark_bytes rest);
} below[] = {
	{ "/chart/", medark_page_chart },
	{ "/lists/", medark_page_lists },
	{ "/files/", medark_page_files },
};

static int run_below(struct medark_call *call, const char *path,
		     int (*page)(struct medark_call *call, struct medark_bytes rest))
{
	static const struct route get = { .takes = GET };
	size_t size = strlen(path);

	if (!medark_serve_is_reading(call->request))
		return refuse_method(call, &get);
	if (!call->has_session)
		return medark_call_see(call, "/login");
	if (call->who.is_locked)
		return medark_call_see(call, "/unlock");
	return page(call,
		    medark_bytes(call->request->path.data + size, call->request->path.size - size));
}

static int find_route(struct medark_call *call)
{
	struct medark_bytes path = call->request->path;

	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++)
		if (medark_bytes_is(path, routes[i].path))
			return run(call, &routes[i]);
	for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++)
		if (medark_bytes_starts(path, below[i].path))
			return run_below(call, below[i].path, below[i].page);
	return medark_call_nothing_here(call);
}

/* ---- what needs no session ---- */

static int style(struct medark_call *call)
{
	struct medark_bytes sheet = medark_page_style();

	MEDARK_TRY(medark_call_header(call, "Content-Type", "text/css; charset=utf-8"));
	MEDARK_TRY(
		medark_call_header(call, "Cache-Control", "public, max-age=31536000, immutable"));
	return medark_buffer_add(&call->response->body, sheet.data, sheet.size, call->err);
}

static bool is_style(const struct medark_call *call)
{
	struct medark_bytes path = call->request->path;
	size_t digits = MEDARK_SERVICE_STYLE - 1;

	return path.size == digits + 12 && medark_bytes_starts(path, "/static/") &&
	       memcmp(path.data + 8, call->service->style, digits) == 0 &&
	       memcmp(path.data + 8 + digits, ".css", 4) == 0;
}

int medark_route(struct medark_call *call)
{
	static const char language[] = "/language/";
	struct medark_bytes path = call->request->path;

	if (medark_serve_is_reading(call->request) && is_style(call))
		return style(call);
	choose_language(call);
	MEDARK_TRY(medark_call_who(call));
	if (medark_call_is_fhir(call))
		return medark_call_fhir(call);
	if (medark_serve_is_reading(call->request) && medark_bytes_starts(path, language))
		return set_language(call, medark_bytes(path.data + sizeof(language) - 1,
						       path.size - (sizeof(language) - 1)));
	return find_route(call);
}
