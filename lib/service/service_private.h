/* SPDX-License-Identifier: Apache-2.0 */
/* service_private: what the files of the service share. */
#ifndef MEDARK_SERVICE_PRIVATE_H
#define MEDARK_SERVICE_PRIVATE_H

#include "api/api.h"
#include "archive/item_find.h"
#include "archive/roster.h"
#include "archive/shelf.h"
#include "crypto/digest.h"
#include "desk/accounts.h"
#include "desk/audit.h"
#include "desk/session.h"
#include "search/form.h"
#include "search/zone.h"
#include "serve/serve.h"
#include "service/numbers.h"
#include "service/planned.h"
#include "service/words.h"
#include "view/page.h"

#include <medark/service.h>

#include <pthread.h>
#include <stdatomic.h>

#define MEDARK_SERVICE_THREADS	4
#define MEDARK_SERVICE_STYLE	17 /* digits of the style's hash, and a zero */
#define MEDARK_SERVICE_TIME_MAX 32
#define MEDARK_SERVICE_COOKIE	"__Host-session"
/* The chart that a program's session has open: every one, for one reason. No patient is called so.
 */
#define MEDARK_SERVICE_ALL_CHARTS "\001all"

struct medark_service {
	struct medark_serve *serve;
	struct medark_service_archives setup; /* of medark_service_open() */
	unsigned threads;
	struct medark_shelf **shelves; /* of each thread */
	struct medark_shelf *reader;   /* of who reads what follows, beside */
	struct medark_roster *roster;
	struct medark_record_find *find;
	struct medark_planned planned;		/* complete when `find` is */
	struct medark_numbers numbers;		/* the same */
	struct medark_item_find *_Atomic items; /* NULL until they are known */
	struct medark_accounts *accounts;
	struct medark_sessions *sessions;
	pthread_mutex_t telling; /* what became of sessions goes into the log once */
	struct medark_audit *audit;
	char *restores;		 /* folder of the log of what left archives; owned */
	atomic_flag is_log_read; /* a page reads the whole log, which takes its time */
	struct medark_zone zone;
	struct medark_api *api;
	char base[MEDARK_SERVE_ADDRESS_MAX + 320], token[MEDARK_SERVE_ADDRESS_MAX + 320];
	char style[MEDARK_SERVICE_STYLE];
	/* Of the latest archive. */
	char archive[33];
	char from[MEDARK_SERVICE_TIME_MAX]; /* with the provider's zone */
	int64_t created;		    /* seconds since 1970 */
	char source[33];
	char home[513]; /* address of the one server that all records come from, or empty */
	bool is_complete;
};

/* One request on its way through the service. */
struct medark_call {
	struct medark_service *service;
	struct medark_shelf *shelf; /* of this thread */
	const struct medark_serve_request *request;
	struct medark_serve_response *response;
	struct medark_error *err;
	int64_t now;   /* seconds since 1970 */
	int64_t clock; /* ms, CLOCK_BOOTTIME */
	enum medark_language language;
	struct medark_bytes token; /* of the session; borrowed from the request */
	bool has_session;	   /* `who` is one's; it may be locked */
	bool has_no_log;	   /* a row could not be written: nothing may be shown */
	struct medark_session_view who;
	struct medark_form form;   /* of a POST */
	struct medark_buffer body; /* of a page, until it is sent */
};

/* Most bytes of a page. */
#define MEDARK_SERVICE_BODY_MAX ((size_t)128 << 20)

static inline struct medark_buffer *medark_call_body(struct medark_call *call)
{
	return &call->body;
}

/* ms of CLOCK_BOOTTIME: what sessions count in. */
int64_t medark_service_clock(void);

/* Text for a moment in the provider's zone: "2026-11-22T03:10:00+01:00". */
void medark_service_time(const struct medark_service *service, int64_t seconds,
			 char out[MEDARK_SERVICE_TIME_MAX]);

/* Are more of the records of STU3 than of a later release, as far as it shows? Looks at some.
 * MEDARK_E_MEMORY. */
int medark_service_is_stu3(struct medark_shelf *shelf, bool *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* ---- answers: 0, or what went wrong with making them ---- */

/* Adds a header field to the answer; see medark_serve_response_header(). */
int medark_call_header(struct medark_call *call, const char *name,
		       const char *value) MEDARK_MUST_USE;

/* Begins a page with the frame; the content is appended to medark_call_body(). */
struct medark_call_page {
	struct medark_bytes title;  /* plain text */
	struct medark_bytes sheet;  /* of the patient, on each printed sheet; may be empty */
	struct medark_bytes banner; /* markup of the patient's banner; may be empty */
	unsigned status;	    /* 0: 200 */
	bool is_narrow;
	bool has_parts; /* of medark_call_part_begin() */
	bool has_data;	/* says how fresh it is */
};
int medark_call_begin(struct medark_call *call,
		      const struct medark_call_page *page) MEDARK_MUST_USE;
int medark_call_end(struct medark_call *call, const struct medark_call_page *page) MEDARK_MUST_USE;

/* A part of a page that has some: about one patient, on sheets of its own. */
int medark_call_part_begin(struct medark_call *call,
			   const struct medark_page_part *part) MEDARK_MUST_USE;
int medark_call_part_end(struct medark_call *call) MEDARK_MUST_USE;

/* What is sent may do nothing in a browser, whatever it holds. */
int medark_call_forbid(struct medark_call *call) MEDARK_MUST_USE;

/*
 * Answers with a file out of the archives, never as a page of ours: a picture is shown, anything
 * else is saved, whatever a record calls it (file_kind.h goes by the first bytes). Takes `bytes`.
 */
int medark_call_file(struct medark_call *call, struct medark_buffer *bytes) MEDARK_MUST_USE;

/* Makes `text` the answer's body, and takes it if it is long. */
int medark_call_send(struct medark_call *call, struct medark_buffer *text) MEDARK_MUST_USE;

/* A page that only says something. */
int medark_call_say(struct medark_call *call, unsigned status, enum medark_saying title,
		    enum medark_saying text) MEDARK_MUST_USE;

/* 404, of an address that leads nowhere. */
int medark_call_nothing_here(struct medark_call *call) MEDARK_MUST_USE;

/* 303 See Other (RFC 9110 section 15.4.4): an address of ours. */
int medark_call_see(struct medark_call *call, const char *where) MEDARK_MUST_USE;

/* Sets the cookie of the session; an empty token takes it away. */
int medark_call_cookie(struct medark_call *call, const char *token) MEDARK_MUST_USE;

/* Appends markup to the body, as medark_html(). */
#define medark_call_html(call, ...) medark_html(medark_call_body(call), (call)->err, __VA_ARGS__)

static inline const char *medark_call_saying(const struct medark_call *call,
					     enum medark_saying saying)
{
	return medark_saying(call->language, saying);
}

/* Appends a patient's name, as the source has it: "Vries, Jan de". MEDARK_E_MEMORY. */
int medark_call_name(struct medark_call *call, const struct medark_patient_row *row,
		     struct medark_buffer *out) MEDARK_MUST_USE;

/*
 * Appends the name as a link to the chart of patient `id`, as shelves take it, for who may read it;
 * without a link for others, or where the id is too long for a session. MEDARK_E_MEMORY,
 * MEDARK_E_SYSTEM.
 */
int medark_call_chart_link(struct medark_call *call, const char *id,
			   const struct medark_patient_row *row,
			   struct medark_buffer *out) MEDARK_MUST_USE;

/*
 * Appends the number by which the practice knows the patient, as far as it is known: nothing if
 * there is none, or several that the index cannot tell apart before all records are read.
 * MEDARK_E_MEMORY.
 */
int medark_call_number(struct medark_call *call, const struct medark_patient_row *row,
		       struct medark_buffer *out) MEDARK_MUST_USE;

/* The hidden field that every form of a session has. */
int medark_call_csrf(struct medark_call *call) MEDARK_MUST_USE;

/* The fields that ask why a chart is opened, or several at once. */
int medark_call_reasons(struct medark_call *call, bool is_of_several) MEDARK_MUST_USE;

/* What the form says of it; false: that is no reason. */
bool medark_call_reason(const struct medark_call *call, struct medark_reason *out);

/* A hidden field of a form. */
int medark_call_hidden(struct medark_call *call, const char *name,
		       const char *value) MEDARK_MUST_USE;
int medark_call_hidden_number(struct medark_call *call, const char *name,
			      uint64_t value) MEDARK_MUST_USE;

/* Hidden fields that say it again. */
int medark_call_keep_reason(struct medark_call *call,
			    const struct medark_reason *reason) MEDARK_MUST_USE;

/* A field of the form; empty if it is not there. */
struct medark_bytes medark_call_field(const struct medark_call *call, const char *name);

/* Is it a request of the FHIR API? */
static inline bool medark_call_is_fhir(const struct medark_call *call)
{
	struct medark_bytes path = call->request->path;
	size_t size = sizeof(MEDARK_API_PATH) - 1;

	return medark_bytes_starts(path, MEDARK_API_PATH) &&
	       (path.size == size || path.data[size] == '/');
}

/* ---- who asks ---- */

/* Looks for the session; what it may do is as the accounts say now. */
int medark_call_who(struct medark_call *call) MEDARK_MUST_USE;

/* May who asks do it? `roles`: bits of enum medark_account_role, of which one is enough. */
bool medark_call_may(const struct medark_call *call, unsigned roles);

/*
 * Writes a row to the audit log, with who asks and from where; nothing that it is about may be
 * shown if it fails: MEDARK_E_SYSTEM. What is NULL or 0 in `event` is filled in.
 */
int medark_call_audit(struct medark_call *call,
		      const struct medark_audit_event *event) MEDARK_MUST_USE;

/* A failed log-in under a name as it was typed. As above. */
int medark_call_audit_failure(struct medark_call *call, struct medark_bytes name,
			      const char *why) MEDARK_MUST_USE;

/* Rows of changes that somebody made in the accounts. */
int medark_service_note_accounts(struct medark_service *service,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Rows of what became of sessions without anybody asking: locked, ended. Each once: what could not
 * be written is tried again. Any thread.
 */
int medark_service_note_sessions(struct medark_service *service,
				 struct medark_error *err) MEDARK_MUST_USE;

/* ---- pages ---- */

int medark_page_login(struct medark_call *call) MEDARK_MUST_USE;    /* GET and POST /login */
int medark_page_logout(struct medark_call *call) MEDARK_MUST_USE;   /* POST /logout */
int medark_page_unlock(struct medark_call *call) MEDARK_MUST_USE;   /* GET and POST /unlock */
int medark_page_lock(struct medark_call *call) MEDARK_MUST_USE;	    /* POST /lock */
int medark_page_token(struct medark_call *call) MEDARK_MUST_USE;    /* POST /token */
int medark_page_find(struct medark_call *call) MEDARK_MUST_USE;	    /* GET / and POST /find */
int medark_page_open(struct medark_call *call) MEDARK_MUST_USE;	    /* POST /open */
int medark_page_log(struct medark_call *call) MEDARK_MUST_USE;	    /* GET and POST /log */
int medark_page_log_save(struct medark_call *call) MEDARK_MUST_USE; /* POST /log/save */
/* GET /chart/HANDLE and below; `rest` is what follows /chart/. */
int medark_page_chart(struct medark_call *call, struct medark_bytes rest) MEDARK_MUST_USE;

/* GET /lists and below: `rest` is what follows /lists/. */
int medark_page_lists(struct medark_call *call, struct medark_bytes rest) MEDARK_MUST_USE;

/* GET /lists/LIST/print and below: why; `rest` is what follows /lists/LIST/. */
int medark_page_print_why(struct medark_call *call, size_t list,
			  struct medark_bytes rest) MEDARK_MUST_USE;
int medark_page_print(struct medark_call *call) MEDARK_MUST_USE; /* POST /print */

/* GET /files/ and below: what is no record; `rest` is what follows /files/. */
int medark_page_files(struct medark_call *call, struct medark_bytes rest) MEDARK_MUST_USE;

/* Answers what is below MEDARK_API_PATH; and when that failed, without a word of why. */
int medark_call_fhir(struct medark_call *call) MEDARK_MUST_USE;
int medark_call_fhir_failed(struct medark_call *call) MEDARK_MUST_USE;

/* Answers any request. */
int medark_route(struct medark_call *call) MEDARK_MUST_USE;

#endif
