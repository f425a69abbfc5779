/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml: FHIR's XML form of a record, made from its JSON form (https://hl7.org/fhir/R4/xml.html), so
 * that both say the same. Reads what the templates make and nothing else: the members stand in the
 * schema's order, an extension's url comes first, and `_name` follows `name`.
 */
#ifndef SYNTH_XML_H
#define SYNTH_XML_H

#include "sink.h"

/* `json` ends with a zero. */
void synth_xml_put(struct synth_sink *sink, const char *json);

#endif
