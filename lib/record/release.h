/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release: of which release of FHIR a record is, as far as it shows: records do not say. Many have
 * nothing that only one release has. Any thread.
 */
#ifndef MEDARK_RECORD_RELEASE_H
#define MEDARK_RECORD_RELEASE_H

#include "scan/json_tree.h"

enum medark_fhir_release {
	MEDARK_FHIR_RELEASE_UNKNOWN = 0,
	MEDARK_FHIR_RELEASE_STU3,
	MEDARK_FHIR_RELEASE_R4, /* or a later one */
};

/*
 * By the type, and by the names of the elements that the resource has on top, where STU3 and R4
 * differ. What STU3 and R5 have, and R4 has not, does not count.
 */
enum medark_fhir_release medark_fhir_release_of(const struct medark_json_tree *tree,
						const struct medark_json_node *resource);

/* The same of one in XML; of a text that is not well-formed it is not known. MEDARK_E_MEMORY. */
int medark_fhir_release_of_xml(struct medark_bytes text, enum medark_fhir_release *out,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
