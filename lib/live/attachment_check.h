/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment_check: is what a server gives for an Attachment what the record says of it? Status 200
 * alone says little: servers answer so with a page to log in at, with nothing, or with an error.
 *
 * `size` is not compared: servers write the size of the base64, of another version, or any. `hash`
 * (SHA-1) is: it is rarely there, and then for that purpose. For lib/live only. No state; any
 * thread.
 */
#ifndef MEDARK_LIVE_ATTACHMENT_CHECK_H
#define MEDARK_LIVE_ATTACHMENT_CHECK_H

#include "crypto/sha1.h"
#include "live/attachment.h"

/* What the record says of the bytes. */
struct medark_attachment_promise {
	char kind; /* 'h': HTML; 'f': FHIR, as a document has it; 'o': another type; '-': nothing */
	bool is_empty; /* there are none */
	bool has_hash;
	uint8_t hash[MEDARK_SHA1_SIZE];
};

/* The promise of an Attachment as one word, and back. False: it is none. */
#define MEDARK_ATTACHMENT_PROMISE_MAX (2 + 2 * MEDARK_SHA1_SIZE)
int medark_attachment_promise_write(const struct medark_attachment *a,
				    char out[MEDARK_ATTACHMENT_PROMISE_MAX + 1],
				    struct medark_error *err) MEDARK_MUST_USE;
bool medark_attachment_promise_read(const char *word, struct medark_attachment_promise *out);

enum medark_attachment_content {
	MEDARK_ATTACHMENT_IS_EMPTY,
	MEDARK_ATTACHMENT_IS_BYTES,    /* nothing that is known here */
	MEDARK_ATTACHMENT_IS_BINARY,   /* a FHIR Binary as JSON, to be taken apart */
	MEDARK_ATTACHMENT_IS_RESOURCE, /* a FHIR resource of another type, as JSON or XML */
	MEDARK_ATTACHMENT_IS_OUTCOME,  /* an OperationOutcome */
	MEDARK_ATTACHMENT_IS_LONG,     /* JSON too long to be looked into */
};

/* Longest JSON that is looked into, in bytes. */
#define MEDARK_ATTACHMENT_TEXT_MAX ((size_t)256 << 20)

/* What a sealed file holds. Errors of medark_sealed_stream() and medark_sealed_read(). */
int medark_attachment_look(int folder, const char *name, struct medark_bytes secret,
			   enum medark_attachment_content *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Why such content is not the attachment, a constant sentence; NULL: it may be. `is_binary`: it was
 * asked for at [base]/Binary/id, where a document of FHIR may be (a Bundle, if the record says so);
 * elsewhere a resource is somebody's record.
 */
const char *medark_attachment_unfit(const struct medark_attachment_promise *promise,
				    enum medark_attachment_content content, bool is_binary);

/* Is an answer with such a Content-Type a page of HTML, which the record does not speak of? */
bool medark_attachment_is_page(const struct medark_attachment_promise *promise,
			       struct medark_bytes content_type);

/*
 * Do the bytes of a sealed file have the hash: 1, also where there is none; 0: they do not. Errors
 * of medark_sealed_stream() and medark_sha1_new().
 */
int medark_attachment_fits(const struct medark_attachment_promise *promise, int folder,
			   const char *name, struct medark_bytes secret,
			   struct medark_error *err) MEDARK_MUST_USE;

#endif
