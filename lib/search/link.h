/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: what a reference says, in a record or in a query, so that two can be compared
 * (https://hl7.org/fhir/R4/search.html#reference). Views into the text; any thread.
 */
#ifndef MEDARK_SEARCH_LINK_H
#define MEDARK_SEARCH_LINK_H

#include "base/bytes.h"

enum medark_link_kind {
	MEDARK_LINK_NONE = 0,  /* no form that a record can be found by */
	MEDARK_LINK_ID,	       /* 1: of whatever type; in queries only */
	MEDARK_LINK_LOCAL,     /* Patient/1, also behind the server's own address */
	MEDARK_LINK_ELSEWHERE, /* https://…, urn:…: as it is written */
};

struct medark_link {
	enum medark_link_kind kind;
	struct medark_bytes type; /* of a local one, or of one that looks like one elsewhere */
	struct medark_bytes id;
	struct medark_bytes version; /* behind "/_history/"; or empty */
	struct medark_bytes whole;   /* without the version */
};

/* Reads a reference. `base`: the server's own address without '/' at its end; or empty. */
void medark_link_parse(struct medark_bytes text, struct medark_bytes base, struct medark_link *out);

/* Does what is looked for, read with the same base, name the target of the record's reference? */
bool medark_link_matches(const struct medark_link *wanted, const struct medark_link *reference);

#endif
