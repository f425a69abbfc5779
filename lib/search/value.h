/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: one value that is looked for, out of a parameter's list: its prefix, its parts, and what
 * they mean for the kind of parameter (https://hl7.org/fhir/R4/search.html).
 */
#ifndef MEDARK_SEARCH_VALUE_H
#define MEDARK_SEARCH_VALUE_H

#include "search/decimal.h"
#include "search/link.h"
#include "search/moment.h"
#include "search/param_table.h"

/* Who asks of what: borrowed while queries that were made with it are in use. */
struct medark_search_setup {
	const struct medark_zone *zone; /* of dates without one */
	struct medark_bytes base;	/* the server's address, without '/' at its end; or empty */
	bool strict;			/* parameters that are not declared are an error */
	bool is_stu3;			/* the records are: what these cannot have is refused */
};

enum medark_search_modifier {
	MEDARK_SEARCH_AS_IT_IS = 0,
	MEDARK_SEARCH_MISSING,
	MEDARK_SEARCH_NOT,
	MEDARK_SEARCH_EXACT,
	MEDARK_SEARCH_CONTAINS,
	MEDARK_SEARCH_IDENTIFIER,
	MEDARK_SEARCH_TYPE_OF, /* subject:Patient */
};

enum medark_search_prefix {
	MEDARK_SEARCH_EQ = 0,
	MEDARK_SEARCH_NE,
	MEDARK_SEARCH_GT,
	MEDARK_SEARCH_GE,
	MEDARK_SEARCH_LT,
	MEDARK_SEARCH_LE,
	MEDARK_SEARCH_SA,
	MEDARK_SEARCH_EB,
	MEDARK_SEARCH_AP,
};

/* What is filled depends on the kind. Views into the query's texts. */
struct medark_search_value {
	enum medark_search_prefix prefix; /* dates and quantities */
	struct medark_bytes text; /* a token's code; a string as it is; a unit; an address */
	struct medark_bytes system;
	bool has_system;	    /* tokens and quantities: there was a '|' */
	struct medark_buffer words; /* a string's search words; owned */
	struct medark_moments when;
	struct medark_decimal number;
	struct medark_link link;
};

void medark_search_value_clear(struct medark_search_value *value);

/*
 * The length of the first value of a list: up to a ',' without '\' in front, or the whole.
 */
size_t medark_search_value_length(struct medark_bytes list);

/*
 * Reads one value of `param`, still with its escapes, under a modifier. `room`, of raw.size bytes,
 * takes the text without escapes, and is borrowed by `out`, which the caller clears also after a
 * failure. MEDARK_E_USAGE: it is no value of this kind, or empty; MEDARK_E_MEMORY.
 */
int medark_search_value_parse(struct medark_search_value *out, struct medark_bytes raw,
			      uint8_t *room, const struct medark_search_param *param,
			      enum medark_search_modifier modifier,
			      const struct medark_search_setup *setup,
			      struct medark_error *err) MEDARK_MUST_USE;

#endif
