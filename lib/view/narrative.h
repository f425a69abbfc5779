/* SPDX-License-Identifier: Apache-2.0 */
/*
 * narrative: the HTML that a record carries (https://hl7.org/fhir/R4/narrative.html), as far as it
 * is text: what is not on a short list of elements goes, its text stays; no attribute but the spans
 * of a table's cells. What comes out is balanced and can neither run, fetch nor link. Any thread.
 */
#ifndef MEDARK_VIEW_NARRATIVE_H
#define MEDARK_VIEW_NARRATIVE_H

#include "view/html.h"

/* Bytes of which no more is shown. */
#define MEDARK_NARRATIVE_MAX ((size_t)256 << 10)

/* Appends the content of a `div`. MEDARK_E_MEMORY. */
int medark_narrative(struct medark_buffer *out, struct medark_bytes div,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
