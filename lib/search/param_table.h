/* SPDX-License-Identifier: Apache-2.0 */
/*
 * param_table: the search parameters that are declared, by resource type, with the places of their
 * values in a record (https://hl7.org/fhir/R4/searchparameter-registry.html). Places that only STU3
 * has stand behind those of R4. Read-only data, any thread.
 */
#ifndef MEDARK_SEARCH_PARAM_TABLE_H
#define MEDARK_SEARCH_PARAM_TABLE_H

#include "base/bytes.h"

#define MEDARK_SEARCH_PATHS_MAX 5

enum medark_search_kind {
	MEDARK_SEARCH_TOKEN = 1,
	MEDARK_SEARCH_STRING,
	MEDARK_SEARCH_DATE,
	MEDARK_SEARCH_REFERENCE,
	MEDARK_SEARCH_QUANTITY,
	MEDARK_SEARCH_URI,
};

/* What else is to be known of a parameter's values. */
enum medark_search_rule {
	MEDARK_SEARCH_PLAIN = 0,
	MEDARK_SEARCH_EXACT_CASE,  /* a token whose case counts: an id */
	MEDARK_SEARCH_CONTACT,	   /* ContactPoints: of the system `only`, if there is one */
	MEDARK_SEARCH_REFERS_TO,   /* references to the type `only` */
	MEDARK_SEARCH_IS_DECEASED, /* a date, or true: deceased; anything else, or nothing: not */
	MEDARK_SEARCH_WORDS,	   /* a name or an address: each of its words may be looked for */
};

struct medark_search_param {
	const char *name;
	enum medark_search_kind kind;
	const char *paths[MEDARK_SEARCH_PATHS_MAX]; /* for medark_json_walk; NULL: no more */
	enum medark_search_rule rule;
	const char *only;
	/* Of codes and booleans, which have no system in the record: that of their value set. */
	const char *system;
};

struct medark_search_type {
	const char *name;
	const struct medark_search_param *params; /* sorted by name */
	size_t count;
};

/* The row of a resource type; NULL: it cannot be searched. */
const struct medark_search_type *medark_search_type_find(struct medark_bytes name);

/* Every type, by number from 0; NULL: no more. Sorted by name. */
const struct medark_search_type *medark_search_type_at(size_t number);

/* A parameter of the type, or one that every type has (_id, _lastUpdated …); NULL: not declared. */
const struct medark_search_param *medark_search_param_find(const struct medark_search_type *type,
							   struct medark_bytes name);

/*
 * Can records of STU3 have the type, or a value for the parameter, which is of the type or of all?
 * What is only called otherwise there, or stands elsewhere, they have.
 */
bool medark_search_stu3_has_type(const struct medark_search_type *type);
bool medark_search_stu3_has(const struct medark_search_type *type,
			    const struct medark_search_param *param);

/* Every parameter that all types have, by number from 0; NULL: no more. */
const struct medark_search_param *medark_search_common_at(size_t number);

#endif
