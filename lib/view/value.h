/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: what stands in a record, as text for people. FHIR's data types are known by their members
 * (https://hl7.org/fhir/datatypes.html), so that STU3 and R4 need no table of each other. Numbers
 * and dates stay as recorded; nothing is computed. Any thread.
 */
#ifndef MEDARK_VIEW_VALUE_H
#define MEDARK_VIEW_VALUE_H

#include "view/records.h"
#include "view/words.h"

/* Bytes of a text, and of those after which none is added. A longer value is cut, with an ellipsis.
 */
#define MEDARK_VIEW_TEXT_MAX ((size_t)32000)

struct medark_view_values {
	const struct medark_view_records *records; /* whom references mean */
	enum medark_language language;
	bool is_page; /* dates, yes and no as people write them; else as they stand */
};

/*
 * Appends what the first of some paths ("onsetDateTime|onsetPeriod|recordedDate") that leads to
 * anything leads to, "; " between several. From `from`, mostly the root.
 */
int medark_view_field(const struct medark_view_values *v, const struct medark_view_record *of,
		      const struct medark_json_node *from, const char *paths,
		      struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Appends what a record is called: a name, what it is about, or Type/id. */
int medark_view_name(const struct medark_view_values *v, const struct medark_view_record *record,
		     struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* The first value that one of some paths leads to; NULL: none. */
const struct medark_json_node *medark_view_find(const struct medark_view_record *of,
						const struct medark_json_node *from,
						const char *paths);

#endif
