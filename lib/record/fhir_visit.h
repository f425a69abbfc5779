/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_visit: one way to look at a resource for JSON and XML. A walker calls a visitor for every
 * element in the order of the text: begin(name), value(text) if it has one, its children, end().
 * An array is its items, each under the array's name; the JSON member "_x" is the element x again,
 * with children only. So what is known of FHIR's elements is written once.
 */
#ifndef MEDARK_RECORD_FHIR_VISIT_H
#define MEDARK_RECORD_FHIR_VISIT_H

#include "record/fhir_scratch.h"

#include "scan/json.h"

/* The functions return 0 or a negative code, which ends the walk. */
struct medark_fhir_visitor {
	void *context;
	/* 1: the element is passed over; neither value() nor end() is called for it. */
	int (*begin)(void *context, struct medark_bytes name, struct medark_error *err);
	int (*value)(void *context, const struct medark_fhir_text *text, struct medark_error *err);
	int (*end)(void *context, struct medark_error *err);
};

/*
 * Walks one JSON value as the element `name`. Depth is bounded by MEDARK_JSON_DEPTH_MAX.
 * MEDARK_E_FORMAT if it is not valid JSON.
 */
int medark_fhir_walk_json(struct medark_bytes value, struct medark_bytes name,
			  const struct medark_fhir_visitor *v,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * The members of a valid JSON object by name: out[i] is the value of names[i] as it stands in the
 * text, empty if it is absent. Names have 64 bytes at most. False if `object` is no object or a
 * wanted member stands there twice (out has the first).
 */
bool medark_fhir_members(struct medark_bytes object, const char *const *names, size_t count,
			 struct medark_bytes *out);

/* A row of a visitor's table: below the element with role `from`, `name` has role `to`. */
struct medark_fhir_step {
	uint8_t from;
	const char *name; /* NULL: any */
	uint8_t to;
};

/* The role of an element; 0 if the table has none. The first row that fits counts. */
uint8_t medark_fhir_step(const struct medark_fhir_step *steps, size_t count, uint8_t from,
			 struct medark_bytes name);

#endif
