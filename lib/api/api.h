/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api: the read-only FHIR API over archives (docs/FHIR-API.md; https://hl7.org/fhir/R4/http.html).
 * It knows no accounts: who asks was asked for a password already. Before anything of a patient
 * leaves, a gate is passed, which writes the row of the audit log.
 */
#ifndef MEDARK_API_API_H
#define MEDARK_API_API_H

#include "archive/shelf.h"
#include "search/zone.h"
#include "serve/message.h"
#include "view/words.h"

/* Where the API's addresses begin. */
#define MEDARK_API_PATH "/fhir"

/* All borrowed while the API is there. */
struct medark_api_setup {
	const char *base;		/* "https://127.0.0.1:8443/fhir" */
	const char *token_address;	/* where clients get access tokens; NULL: not told */
	const struct medark_zone *zone; /* of dates without one */
	const struct medark_record_find *find;
	const char *created; /* RFC 3339: when the latest archive was made */
	const char *archive; /* its id */
	const char *home;    /* the one server that the records come from; empty: not known */
	bool is_stu3;	     /* the records are, and so is the API */
};

struct medark_api;

/* Any number of threads may use it. MEDARK_E_MEMORY, MEDARK_E_SYSTEM (random bytes). */
int medark_api_new(const struct medark_api_setup *setup, struct medark_api **out,
		   struct medark_error *err) MEDARK_MUST_USE;
void medark_api_free(struct medark_api *api);
MEDARK_DEFINE_AUTO(struct medark_api, medark_api_free)

enum medark_api_access_kind {
	MEDARK_API_READ,
	MEDARK_API_SEARCH,
	MEDARK_API_CHART,
	MEDARK_API_BULK, /* of everybody */
};

/* What is about to leave. Texts are NULL where there is none. */
struct medark_api_access {
	enum medark_api_access_kind kind;
	const char *patient; /* as shelves take it */
	const char *record;  /* "Observation/1" */
	const char *query;   /* "Observation?code=1" */
	bool is_refused;
};

struct medark_api_gate {
	/* Writes the row; when it fails nothing is shown. */
	int (*pass)(void *context, const struct medark_api_access *access,
		    struct medark_error *err);
	bool (*is_stopping)(void *context);
	void *context;
	enum medark_language language; /* of what is written for people */
};

/*
 * Answers a request whose path begins with MEDARK_API_PATH; a mistake of the client is an answer,
 * too. `shelf` is this thread's. Errors are those of the archives and of the gate: `response` may
 * then have been begun.
 */
int medark_api_answer(struct medark_api *api, struct medark_shelf *shelf,
		      const struct medark_serve_request *request,
		      const struct medark_api_gate *gate, struct medark_serve_response *response,
		      struct medark_error *err) MEDARK_MUST_USE;

/* An OperationOutcome of one error as the answer. `sentence` names nothing of a patient. */
int medark_api_refuse(struct medark_serve_response *response, unsigned status, const char *code,
		      const char *sentence, struct medark_error *err) MEDARK_MUST_USE;

#endif
