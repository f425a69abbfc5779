/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document: a summary as a FHIR document (https://hl7.org/fhir/R4/documents.html) of the kind that
 * https://hl7.org/fhir/uv/ips describes: a Composition, the patient, who made it, the records of
 * the sections and what they refer to, as they stand. Any thread.
 */
#ifndef MEDARK_IPS_DOCUMENT_H
#define MEDARK_IPS_DOCUMENT_H

#include "ips/summary.h"

#define MEDARK_IPS_BUNDLE "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"

/* Of the archive. Borrowed. */
struct medark_ips_terms {
	const char *base;    /* of the server that relative references are meant to be at */
	const char *archive; /* its id */
	const char *created; /* RFC 3339: when it was made; the document's time */
};

/*
 * Appends the Bundle. The same chart, language and terms give the same bytes. What the records
 * refer to comes along as far as the chart has it, other patients left out. MEDARK_E_NOT_FOUND: the
 * chart has no Patient that can be read, and a document has to have one; MEDARK_E_MEMORY,
 * MEDARK_E_SYSTEM.
 */
int medark_ips_document(const struct medark_ips *ips, const struct medark_ips_terms *terms,
			struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
