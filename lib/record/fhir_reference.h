/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_reference: the forms of Reference.reference (https://hl7.org/fhir/references.html). Views
 * into the text; no allocation, any thread.
 */
#ifndef MEDARK_RECORD_FHIR_REFERENCE_H
#define MEDARK_RECORD_FHIR_REFERENCE_H

#include "base/bytes.h"

enum medark_fhir_reference_kind {
	MEDARK_FHIR_REFERENCE_UNKNOWN = 0, /* no form of the specification */
	MEDARK_FHIR_REFERENCE_LITERAL,	   /* Patient/1, …/_history/2, https://h/base/Patient/1 */
	MEDARK_FHIR_REFERENCE_URN,	   /* urn:uuid:… or urn:oid:… */
	MEDARK_FHIR_REFERENCE_CONDITIONAL, /* Patient?identifier=system|value, also absolute */
	MEDARK_FHIR_REFERENCE_CONTAINED,   /* #id */
};

struct medark_fhir_reference {
	enum medark_fhir_reference_kind kind;
	struct medark_bytes type; /* of a literal or conditional one */
	struct medark_bytes id;	  /* the logical id; the URN; the query; the contained id */
};

void medark_fhir_reference_parse(struct medark_bytes text, struct medark_fhir_reference *out);

/* The raw value of the first parameter "identifier" of a query; empty if there is none. */
struct medark_bytes medark_fhir_query_identifier(struct medark_bytes query);

/* Decodes %XX into `out` (room for text.size bytes); returns the number of bytes written. */
size_t medark_fhir_percent_decode(struct medark_bytes text, uint8_t *out);

/*
 * Letters, digits, `-`, `.` and, as some servers have it, `_`; of any length but 0, as some have
 * that, too. Neither `.` nor `..`: in an address they mean another place.
 */
bool medark_fhir_is_id(struct medark_bytes text);

#define MEDARK_FHIR_TYPE_MAX 64 /* bytes of a resource type */

/* 1 to 64 ASCII letters, as every resource type. */
bool medark_fhir_is_type(struct medark_bytes text);

#endif
