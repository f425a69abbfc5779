/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_xml: walks a FHIR resource in XML (https://hl7.org/fhir/xml.html) for a visitor. The root is
 * an element too; its name is the resource type. Elements of the namespace http://hl7.org/fhir and
 * of none are FHIR's (a resource cut out of a Bundle may have left its declaration there); others,
 * as the narrative, are passed over. The attribute `value` is the element's value, `url` is a
 * child's.
 *
 * UTF-8 only, US-ASCII being a part of it. No DTD, so no entities but the five predefined ones, and
 * nothing is ever fetched. Bounds, checked before the parser sees the text:
 * MEDARK_FHIR_XML_DEPTH_MAX, _ATTRIBUTES_MAX and _SIZE_MAX. Silent, and without touching libxml2's
 * global state; any thread.
 */
#ifndef MEDARK_RECORD_FHIR_XML_H
#define MEDARK_RECORD_FHIR_XML_H

#include "record/fhir_visit.h"
#include "record/record.h"

#define MEDARK_FHIR_XML_DEPTH_MAX      256
#define MEDARK_FHIR_XML_ATTRIBUTES_MAX 64 /* of one element */
#define MEDARK_FHIR_XML_SIZE_MAX       ((size_t)1 << 30)

/*
 * What stops a text before it is parsed: another encoding than UTF-8 (MEDARK_FAULT_UTF8), a DTD or
 * bytes that the declared US-ASCII does not have (MEDARK_FAULT_SYNTAX), or a bound
 * (MEDARK_FAULT_DEPTH, _TOO_LARGE).
 */
enum medark_fault medark_fhir_xml_guard(struct medark_bytes text);

/*
 * Walks the text; *out_fault says what is wrong with it (the visitor may have seen a part of it).
 * Returns the visitor's negative code or MEDARK_E_MEMORY.
 */
int medark_fhir_walk_xml(struct medark_bytes text, const struct medark_fhir_visitor *v,
			 enum medark_fault *out_fault, struct medark_error *err) MEDARK_MUST_USE;

/* Where an element stands: text[begin] is its '<', end one past its last '>'. */
struct medark_fhir_xml_place {
	size_t begin, end;
};

/* As medark_fhir_walk_xml(); keeps place->begin right in begin() and place->end in end(). */
int medark_fhir_walk_xml_placed(struct medark_bytes text, const struct medark_fhir_visitor *v,
				struct medark_fhir_xml_place *place, enum medark_fault *out_fault,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
