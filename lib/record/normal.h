/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normal: the one form that all copies of a JSON record have, however a server writes them. Two
 * records say the same exactly if their normal forms are the same bytes:
 *
 *	members		in the order of their names' bytes, without white space
 *	strings		with the escapes of medark_text_json() only; no Unicode normalisation
 *	numbers		without an exponent: 1.0E1 is 10, 1e-2 is 0.01, -0 is 0; but 1.10 is
 * not 1.1, as the precision counts (https://hl7.org/fhir/R4/datatypes.html#decimal)
 *	meta		of the outermost object without versionId, lastUpdated, source and tag,
 * which servers set; profile, security and whatever else stands there stay. If nothing does, there
 * is no meta
 *
 * The order of arrays counts (https://hl7.org/fhir/R4/json.html). A name that stands twice is there
 * twice. Holds scratch memory that is wiped and belongs to one thread at a time.
 */
#ifndef MEDARK_RECORD_NORMAL_H
#define MEDARK_RECORD_NORMAL_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

struct medark_normal;

/* The caller's. MEDARK_E_MEMORY. */
int medark_normal_new(struct medark_normal **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_normal_free(struct medark_normal *n);
MEDARK_DEFINE_AUTO(struct medark_normal, medark_normal_free)

/* A member of the outermost object: its name in quotes, its value; views of the form. */
struct medark_normal_element {
	struct medark_bytes name, value;
};

struct medark_normal_form {
	struct medark_bytes text;
	const struct medark_normal_element *elements; /* in the order of the names */
	size_t count;
};

/*
 * The form of a text, which needs no padding; a byte order mark in front is passed over. Borrowed
 * until the next call. MEDARK_E_FORMAT: it is not one valid JSON object (as medark_json_next() has
 * it: UTF-8, depth); MEDARK_E_MEMORY. Takes time in proportion to the text and its depth, memory in
 * proportion to the text.
 */
int medark_normal_json(struct medark_normal *n, struct medark_bytes text,
		       struct medark_normal_form *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
