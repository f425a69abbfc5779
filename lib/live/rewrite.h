/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite: a FHIR resource in JSON as another server is to get it: another id, references to what
 * has other ids there. Only the bytes that change are touched: numbers such as 1.10, the order of
 * members, and what nobody here knows stay as they came. No state; any thread.
 */
#ifndef MEDARK_LIVE_REWRITE_H
#define MEDARK_LIVE_REWRITE_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>

/* What a resource refers to. `type` is empty for a URN, whose UUID is then the id. */
struct medark_rewrite_target {
	struct medark_bytes type, id;
	bool is_plain; /* Type/id as it stands: neither absolute, with a version, nor a URN */
};

struct medark_rewrite {
	const char *id;		/* the new id; NULL: as it is */
	bool drop_id;		/* the server gives one */
	bool keep_references;	/* as in a Bundle, whose entries refer to each other */
	const char *tag_system; /* a tag to add to `meta`; NULL: none */
	struct medark_bytes tag_code;
	struct medark_bytes base; /* address of the server it came from, no slash behind */
	/*
	 * Appends what the reference becomes, free of quotes and backslashes: 1; 0: it stays.
	 * NULL: all stay.
	 */
	int (*map)(void *context, const struct medark_rewrite_target *target,
		   struct medark_buffer *out, struct medark_error *err);
	void *context;
};

/*
 * Appends the rewritten resource to `out`; NULL: only `map` is called, with a NULL buffer, and its
 * result does not matter unless it is negative. References are the values of members named
 * "reference", and of "url" where they name a Binary (https://hl7.org/fhir/references.html):
 * Type/id, with a version or not, below `base` or relative, and urn:uuid. MEDARK_E_FORMAT if the
 * text is no JSON object; MEDARK_E_MEMORY; a negative code of `map`.
 */
int medark_rewrite_run(struct medark_bytes text, const struct medark_rewrite *rewrite,
		       struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The moment of meta.lastUpdated in microseconds since 1970, to tell the newer of two; INT64_MIN if
 * there is none.
 */
int64_t medark_rewrite_updated(struct medark_bytes text);

#endif
