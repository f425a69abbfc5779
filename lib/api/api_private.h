/* SPDX-License-Identifier: Apache-2.0 */
/* api_private: what the files of the API share. */
#ifndef MEDARK_API_PRIVATE_H
#define MEDARK_API_PRIVATE_H

#include "api/api.h"
#include "crypto/scratch_cipher.h"
#include "scan/json_tree.h"
#include "search/moment.h"
#include "search/query.h"

#include <pthread.h>

/* Bytes of parameters on their way, in an address or a form. */
#define MEDARK_API_QUERY_ROOM ((size_t)256 << 10)
/* Bytes of a question as the log has it, with a zero, and of the key of a patient. */
#define MEDARK_API_QUERY_MAX   4096
#define MEDARK_API_PATIENT_MAX 256
#define MEDARK_API_BODY_MAX    ((size_t)512 << 20)

struct medark_api {
	struct medark_api_setup setup;
	struct medark_search_setup lenient, strict;
	pthread_mutex_t lock; /* of what follows */
	struct medark_scratch_cipher *cipher;
	uint64_t sealed;
};

/* Segments of the path behind MEDARK_API_PATH, decoded. */
#define MEDARK_API_SEGMENTS 6

struct medark_api_call {
	struct medark_api *api;
	struct medark_shelf *shelf;
	const struct medark_serve_request *request;
	const struct medark_api_gate *gate;
	struct medark_serve_response *response;
	struct medark_error *err;
	int64_t deadline; /* ms, CLOCK_MONOTONIC: a search goes on until then */
	struct medark_buffer path;
	struct medark_bytes segments[MEDARK_API_SEGMENTS];
	size_t segment_count;
	struct medark_buffer body; /* of the answer, if it may be long */
};

int64_t medark_api_clock(void); /* ms, CLOCK_MONOTONIC */
bool medark_api_is_late(const struct medark_api_call *call);

/* ---- answers ---- */

int medark_api_header(struct medark_api_call *call, const char *name,
		      const char *value) MEDARK_MUST_USE;
int medark_api_error(struct medark_api_call *call, unsigned status, const char *code,
		     const char *sentence) MEDARK_MUST_USE;
/* The same, for who goes on if it returns more than 0: 0, or a failure. */
int medark_api_refused(struct medark_api_call *call, unsigned status, const char *code,
		       const char *sentence) MEDARK_MUST_USE;
/* 410 for what a later archive says was deleted, else 404 with the sentence. */
int medark_api_missing(struct medark_api_call *call, struct medark_bytes type,
		       struct medark_bytes id, const char *sentence) MEDARK_MUST_USE;
/* 503: the names of records are still being read. */
int medark_api_not_yet(struct medark_api_call *call) MEDARK_MUST_USE;
/* Makes call->body the answer: JSON of FHIR. */
int medark_api_send(struct medark_api_call *call) MEDARK_MUST_USE;
/*
 * The same if the body could be made. `code` and `why` are what became of it: MEDARK_E_USAGE and
 * MEDARK_E_MEMORY are too much for one answer, and the client can ask for less (403).
 */
int medark_api_send_made(struct medark_api_call *call, int code,
			 const struct medark_error *why) MEDARK_MUST_USE;

#define medark_api_put(call, ...) medark_buffer_print(&(call)->body, (call)->err, __VA_ARGS__)
static inline int medark_api_put_bytes(struct medark_api_call *call, struct medark_bytes text)
{
	return medark_buffer_add(&call->body, text.data, text.size, call->err);
}

/* ---- the log ---- */

/* "Observation/1", of an id's first 256 bytes. */
void medark_api_record_name(struct medark_bytes type, struct medark_bytes id, char *out,
			    size_t room);
/*
 * The patient whose record it is: of a Patient the one that it is, though it may stand in the chart
 * of another one whom it names. `name` is that of medark_api_record_name(); borrowed.
 */
const char *medark_api_owner(struct medark_bytes type, const char *name, const char *owner);

/* ---- entries of Bundles ---- */

struct medark_api_cut {
	enum medark_search_summary summary;
	const struct medark_bytes *elements;
	size_t element_count;
};

/* Appends an entry to the body, with a comma if it is not the first. `cut` may be NULL. */
int medark_api_entry(struct medark_api_call *call, const struct medark_view_record *record,
		     const char *mode, const struct medark_api_cut *cut,
		     bool *is_first) MEDARK_MUST_USE;

/* The same of a whole match of $match: its grade, and its score in hundredths up to 100. */
int medark_api_entry_graded(struct medark_api_call *call, const struct medark_view_record *record,
			    const char *grade, unsigned score, bool *is_first) MEDARK_MUST_USE;

/* ---- what is asked ---- */

/*
 * Reads the parameters of address and body, one behind the other, into `out`, as a form: 1, or 0
 * after a refusal. The body is a form, or, of an operation, a Parameters resource of primitives.
 */
int medark_api_parameters(struct medark_api_call *call, struct medark_buffer *out) MEDARK_MUST_USE;
/* Appends those of a body in JSON. As above. */
int medark_api_parameters_json(struct medark_api_call *call,
			       struct medark_buffer *out) MEDARK_MUST_USE;
/* The same as medark_api_parameters(), and reads them, as they stand in `text`. As above. */
int medark_api_arguments(struct medark_api_call *call, struct medark_buffer *text,
			 struct medark_form *out) MEDARK_MUST_USE;
/* application/fhir+json or application/json? */
bool medark_api_is_json(struct medark_bytes type);
/* The request's body as a tree, which borrows from `room`. 1, or 0 after a refusal. */
int medark_api_body_tree(struct medark_api_call *call, struct medark_buffer *room,
			 struct medark_json_tree *out) MEDARK_MUST_USE;
/* Appends a text as an address has it, with "%XX" where one may not stand as it is. */
int medark_api_escape(struct medark_buffer *out, struct medark_bytes text,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Reads a text as a form, which the caller clears: 1, or 0 after a refusal. */
int medark_api_parse(struct medark_api_call *call, struct medark_bytes text,
		     struct medark_form *out) MEDARK_MUST_USE;
/* What became of reading a question: 1; 0 after a refusal with that issue, or "invalid" if NULL. */
int medark_api_judge(struct medark_api_call *call, int code, const char *issue,
		     const struct medark_error *why) MEDARK_MUST_USE;

/* ---- pages ---- */

struct medark_api_cursor {
	uint64_t offset;  /* results before this page, of searches that are counted */
	uint64_t at;	  /* of a walk: which patient, by place in the list or by number */
	uint64_t outside; /* place in what is outside of compartments; UINT64_MAX: not there yet */
	uint64_t skip;	  /* results there that were given already */
};

/* Appends a token (base64url) that says where a search goes on, and nothing to anybody else. */
int medark_api_token(struct medark_api *api, struct medark_bytes query,
		     const struct medark_api_cursor *cursor, struct medark_buffer *out,
		     struct medark_error *err) MEDARK_MUST_USE;
/* MEDARK_E_USAGE: it is none of this process. */
int medark_api_token_open(struct medark_api *api, struct medark_bytes token,
			  struct medark_buffer *query, struct medark_api_cursor *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * If the form has a link's `_page`, what it was a page of: `text` is then the parameters of that
 * request, `form` those read, and *out where it goes on. 1, or 0 after a refusal.
 */
int medark_api_follow_page(struct medark_api_call *call, struct medark_buffer *text,
			   struct medark_form *form, struct medark_api_cursor *out) MEDARK_MUST_USE;
/*
 * Puts a link of a Bundle, with a comma before it, to another page of the request with these
 * parameters. `url` is the address without a query; it is used up. MEDARK_E_USAGE: they are too
 * long for a link.
 */
int medark_api_put_page(struct medark_api_call *call, const char *relation,
			struct medark_buffer *url, const struct medark_buffer *text,
			const struct medark_api_cursor *cursor) MEDARK_MUST_USE;

/* ---- records ---- */

/* Was it changed then, or later? What does not say when it was changed may have been. */
bool medark_api_is_since(const struct medark_api *api, const struct medark_view_record *record,
			 struct medark_moment since);

/* ---- interactions ---- */

int medark_api_metadata(struct medark_api_call *call) MEDARK_MUST_USE;
int medark_api_smart(struct medark_api_call *call) MEDARK_MUST_USE;
int medark_api_read(struct medark_api_call *call, struct medark_bytes version) MEDARK_MUST_USE;
/* `patient`: only of this compartment; or empty. */
int medark_api_search(struct medark_api_call *call, const struct medark_search_type *type,
		      struct medark_bytes patient) MEDARK_MUST_USE;
int medark_api_everything(struct medark_api_call *call,
			  struct medark_bytes patient) MEDARK_MUST_USE;
int medark_api_summary(struct medark_api_call *call, struct medark_bytes patient) MEDARK_MUST_USE;
int medark_api_match(struct medark_api_call *call) MEDARK_MUST_USE;
int medark_api_lastn(struct medark_api_call *call) MEDARK_MUST_USE;

/*
 * The chart of a patient, behind the gate: 1, with *out borrowed from the shelf; 0 after a refusal,
 * as there is no such patient.
 */
int medark_api_chart(struct medark_api_call *call, struct medark_bytes patient,
		     const struct medark_shelf_chart **out) MEDARK_MUST_USE;

/* ---- operations ---- */

struct medark_api_operation {
	const char *type, *name; /* "Patient", "everything"; type NULL: of all, $name */
	bool is_instance;	 /* of one resource: [type]/[id]/$name; else [type]/$name */
	const char *definition;	 /* its canonical address; NULL: part of another */
	/* For GET, HEAD, POST and, without a definition, DELETE; what of them it does not take
	 * it refuses. */
	int (*run)(struct medark_api_call *call);
};
/* NULL behind the last. */
const struct medark_api_operation *medark_api_operation_at(size_t i);
/* Answers a path with a segment that begins with "$". */
int medark_api_operation(struct medark_api_call *call) MEDARK_MUST_USE;

/* Is `type` one of `types`, which commas separate? Of none every one is. */
bool medark_api_is_listed(struct medark_bytes types, struct medark_bytes type);

/* ---- $export ---- */

#define MEDARK_API_TYPE_MAX 64
/* What stands in the manifest's list of errors: one record that says what is not there. */
#define MEDARK_API_EXPORT_OUTCOME "OperationOutcome"

int medark_api_export(struct medark_api_call *call) MEDARK_MUST_USE;
int medark_api_export_status(struct medark_api_call *call) MEDARK_MUST_USE;
int medark_api_export_file(struct medark_api_call *call) MEDARK_MUST_USE;
/* Makes the records of a type, changed since then, the answer's body. */
int medark_api_export_send(struct medark_api_call *call, struct medark_bytes type,
			   struct medark_bytes since) MEDARK_MUST_USE;

#endif
