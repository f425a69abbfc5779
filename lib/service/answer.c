/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: pages in their frame, redirects, cookies. */
#include "service/service_private.h"

#include "view/file_kind.h"

#include <stdio.h>
#include <string.h>

/* Pages run no script and load nothing from elsewhere; forms lead to us alone. */
#define POLICY                                                                                     \
	"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "         \
	"base-uri 'none'; frame-ancestors 'none'"
/* Links in the head of a page, at most. */
#define LINKS_MAX 5

int medark_call_header(struct medark_call *call, const char *name, const char *value)
{
	return medark_serve_response_header(call->response, name, medark_bytes_text(value),
					    call->err);
}

/* A page that nobody touches shows nothing any more when its session locks. */
static int refresh(struct medark_call *call)
{
	char value[64];
	int64_t left = (call->who.locks_at - call->clock) / 1000 + 2;

	if (!call->has_session || call->who.is_locked || left < 0)
		return 0;
	(void)snprintf(value, sizeof(value), "%lld; url=/unlock", (long long)left);
	return medark_call_header(call, "Refresh", value);
}

/* How fresh it is what a page shows. */
static struct medark_page_copy copy_of(const struct medark_call *call)
{
	const struct medark_service *s = call->service;

	return (struct medark_page_copy) { .from = s->from,
					   .age = call->now - s->created,
					   .source = s->source,
					   .archives = medark_shelf_archives(call->shelf),
					   .is_complete = s->is_complete };
}

static int begin_frame(struct medark_call *call, const struct medark_call_page *page,
		       const struct medark_page_link *links, size_t count)
{
	const struct medark_service *s = call->service;
	const struct medark_page_copy copy = copy_of(call);
	char style[64];
	struct medark_page frame = { .language = call->language,
				     .title = page->title,
				     .sheet = page->sheet,
				     .copy = page->has_data ? &copy : NULL,
				     .style_href = style,
				     .links = links,
				     .link_count = count,
				     .banner = page->banner,
				     .is_narrow = page->is_narrow,
				     .has_parts = page->has_parts };

	(void)snprintf(style, sizeof(style), "/static/%s.css", s->style);
	return medark_page_begin(&frame, medark_call_body(call), call->err);
}

/* Who is logged in, and the buttons that need no more than that. */
static int user_bar(struct medark_call *call)
{
	MEDARK_TRY(medark_call_html(call, "<div class=\"user\"><span>%s <b>%s</b></span>",
				    medark_call_saying(call, MEDARK_SAYING_LOGGED_IN_AS),
				    call->who.account.shown));
	MEDARK_TRY(medark_call_html(call, "<form method=\"post\" action=\"/lock\">"));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(medark_call_html(call, "<button class=\"quiet\">%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_LOCK)));
	MEDARK_TRY(medark_call_html(call, "<form method=\"post\" action=\"/logout\">"));
	MEDARK_TRY(medark_call_csrf(call));
	return medark_call_html(call, "<button class=\"quiet\">%s</button></form></div>",
				medark_call_saying(call, MEDARK_SAYING_LOG_OUT));
}

/* What the account may open, and the other language. */
static size_t find_links(const struct medark_call *call, struct medark_page_link links[LINKS_MAX])
{
	size_t n = 0;

	if (medark_call_may(call, MEDARK_MAY_TREAT | MEDARK_MAY_DESK)) {
		links[n++] = (struct medark_page_link) {
			.text = medark_call_saying(call, MEDARK_SAYING_TO_FIND), .href = "/"
		};
		links[n++] = (struct medark_page_link) {
			.text = medark_word(call->language, MEDARK_WORD_LISTS), .href = "/lists/0"
		};
	}
	if (medark_call_may(call, MEDARK_MAY_ADMIN))
		links[n++] = (struct medark_page_link) {
			.text = medark_call_saying(call, MEDARK_SAYING_FILES), .href = "/files/"
		};
	if (medark_call_may(call, MEDARK_MAY_AUDIT))
		links[n++] = (struct medark_page_link) {
			.text = medark_call_saying(call, MEDARK_SAYING_LOG), .href = "/log"
		};
	links[n++] = (struct medark_page_link) {
		.text = medark_call_saying(call, MEDARK_SAYING_OTHER_LANGUAGE),
		.href = call->language == MEDARK_DUTCH ? "/language/en" : "/language/nl"
	};
	return n;
}

int medark_call_begin(struct medark_call *call, const struct medark_call_page *page)
{
	struct medark_page_link links[LINKS_MAX];
	size_t count = find_links(call, links);
	bool is_inside = call->has_session && !call->who.is_locked;

	call->response->status = page->status ? page->status : 200;
	MEDARK_TRY(medark_call_header(call, "Content-Type", "text/html; charset=utf-8"));
	MEDARK_TRY(medark_call_header(call, "Content-Security-Policy", POLICY));
	/*
	 * Not no-referrer: with that, browsers say "Origin: null" of our own forms (Fetch, section
	 * 3.1 "Origin header"), and route.c refuses them.
	 */
	MEDARK_TRY(medark_call_header(call, "Referrer-Policy", "same-origin"));
	MEDARK_TRY(refresh(call));
	MEDARK_TRY(begin_frame(call, page, links, count));
	return is_inside ? user_bar(call) : 0;
}

int medark_call_part_begin(struct medark_call *call, const struct medark_page_part *part)
{
	const struct medark_page_copy copy = copy_of(call);
	const struct medark_page frame = { .language = call->language, .copy = &copy };

	return medark_page_part_begin(&frame, part, medark_call_body(call), call->err);
}

int medark_call_part_end(struct medark_call *call)
{
	return medark_page_part_end(medark_call_body(call), call->err);
}

int medark_call_end(struct medark_call *call, const struct medark_call_page *page)
{
	const struct medark_page frame = { .language = call->language, .title = page->title };

	MEDARK_TRY(medark_page_end(&frame, medark_call_body(call), call->err));
	return medark_call_send(call, medark_call_body(call));
}

int medark_call_send(struct medark_call *call, struct medark_buffer *text)
{
	return medark_serve_response_text(call->response, text, call->err);
}

int medark_call_say(struct medark_call *call, unsigned status, enum medark_saying title,
		    enum medark_saying text)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, title)),
		.status = status,
		.is_narrow = true,
	};

	medark_serve_response_clear(call->response);
	medark_serve_response_init(call->response);
	call->body.size = 0;
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call, "<h1>%s</h1><p class=\"notice bad\">%s</p>",
				    medark_call_saying(call, title),
				    medark_call_saying(call, text)));
	return medark_call_end(call, &page);
}

int medark_call_nothing_here(struct medark_call *call)
{
	return medark_call_say(call, 404, MEDARK_SAYING_NOTHING_HERE,
			       MEDARK_SAYING_NOTHING_HERE_TEXT);
}

int medark_call_see(struct medark_call *call, const char *where)
{
	call->response->status = 303;
	return medark_call_header(call, "Location", where);
}

int medark_call_cookie(struct medark_call *call, const char *token)
{
	char value[MEDARK_SESSION_TOKEN_SIZE + 128];

	(void)snprintf(value, sizeof(value),
		       MEDARK_SERVICE_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
		       token, *token ? "" : "; Max-Age=0");
	return medark_call_header(call, "Set-Cookie", value);
}

int medark_call_csrf(struct medark_call *call)
{
	return medark_call_hidden(call, "csrf", call->who.csrf);
}

int medark_call_hidden(struct medark_call *call, const char *name, const char *value)
{
	return medark_call_html(call, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name,
				value);
}

int medark_call_hidden_number(struct medark_call *call, const char *name, uint64_t value)
{
	return medark_call_html(call, "<input type=\"hidden\" name=\"%s\" value=\"%u\">", name,
				(unsigned long long)value);
}

struct medark_bytes medark_call_field(const struct medark_call *call, const char *name)
{
	for (size_t i = 0; i < call->form.count; i++)
		if (medark_bytes_is(call->form.pairs[i].name, name))
			return call->form.pairs[i].value;
	return medark_bytes(NULL, 0);
}

int medark_call_forbid(struct medark_call *call)
{
	return medark_call_header(call, "Content-Security-Policy",
				  "default-src 'none'; sandbox; frame-ancestors 'none'");
}

int medark_call_file(struct medark_call *call, struct medark_buffer *bytes)
{
	struct medark_bytes all = medark_bytes(bytes->data, bytes->size);
	const char *image = medark_file_image(all), *ending = medark_file_ending(all);
	char disposition[64];
	bool is_pdf = strcmp(ending, "pdf") == 0;

	(void)snprintf(disposition, sizeof(disposition), "%s; filename=\"document.%s\"",
		       image ? "inline" : "attachment", ending);
	MEDARK_TRY(medark_call_header(call, "Content-Type",
				      image    ? image
				      : is_pdf ? "application/pdf"
					       : "application/octet-stream"));
	MEDARK_TRY(medark_call_header(call, "Content-Disposition", disposition));
	MEDARK_TRY(medark_call_forbid(call));
	return medark_call_send(call, bytes);
}
