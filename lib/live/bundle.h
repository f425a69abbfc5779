/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle: a page of what a search found (Bundle of type searchset, https://hl7.org/fhir/bundle.html
 * and https://hl7.org/fhir/search.html). Views into the text; no allocation, any thread.
 */
#ifndef MEDARK_LIVE_BUNDLE_H
#define MEDARK_LIVE_BUNDLE_H

#include "base/bytes.h"
#include "base/error.h"
#include "net/url.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_bundle {
	struct medark_bytes entries; /* the array as it stands in the text; empty: none */
	struct medark_bytes next;    /* raw text of the link to the next page; empty: none */
	bool has_total;
	uint64_t total;	   /* of all pages, as the server says */
	uint64_t records;  /* entries that are found, or go with what is found */
	uint64_t outcomes; /* entries that are remarks of the server */
	uint64_t errors;   /* of them: with an issue of severity error or fatal */
};

/*
 * Reads a page. MEDARK_E_REMOTE if it is no valid JSON, no Bundle, or one whose entries are of no
 * usable form.
 */
int medark_bundle_parse(struct medark_bytes text, struct medark_bundle *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Longest type and id that are told, in bytes; of longer ones nothing is. */
#define MEDARK_RECORD_NAME_MAX 320

/* "Type/id" of a resource as text with its zero; empty if it has no usable one. */
void medark_bundle_name(struct medark_bytes resource, char out[MEDARK_RECORD_NAME_MAX + 1]);

/* Is it of this type, whatever its id? */
bool medark_bundle_is(struct medark_bytes resource, const char *type);

/* Calls `each` for the resource of every entry that is no remark; its negative code ends that. */
int medark_bundle_each(const struct medark_bundle *b,
		       int (*each)(void *context, struct medark_bytes resource,
				   struct medark_error *err),
		       void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Where the next page is, into `out`, which is cleared at first; text NULL: there is none. `page`
 * is the address of a page of the same search. A link is relative to `base` (or to `page`, if it is
 * nothing but a query), and must stay on its origin: MEDARK_E_REMOTE. MEDARK_E_MEMORY.
 */
int medark_bundle_next(const struct medark_bundle *b, const struct medark_url *base,
		       const struct medark_url *page, struct medark_url *out,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
