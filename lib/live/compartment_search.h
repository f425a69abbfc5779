/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compartment_search: by which parameters the records of FHIR's Patient compartment are searched
 * (https://hl7.org/fhir/compartmentdefinition-patient.html; STU3, R4 and R5 together). Read-only
 * data; any thread.
 */
#ifndef MEDARK_LIVE_COMPARTMENT_SEARCH_H
#define MEDARK_LIVE_COMPARTMENT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

struct medark_compartment_search {
	const char *type;
	/*
	 * Parameters, with a blank between. Of those in front of a "|" one is enough: they mean the
	 * same patient, by the names that servers and versions have for it.
	 */
	const char *params;
	bool is_mixed; /* many of its records belong to nobody */
};

/* Sorted by type. */
extern const struct medark_compartment_search medark_compartment_searches[];
extern const size_t medark_compartment_search_count;

/* Of that type; NULL: it is not in the compartment. */
const struct medark_compartment_search *medark_compartment_search_find(const char *type);

#endif
