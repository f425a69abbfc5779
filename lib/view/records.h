/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records: the records of one chart as trees, and what they call each other. One thread builds it;
 * then any number may read.
 */
#ifndef MEDARK_VIEW_RECORDS_H
#define MEDARK_VIEW_RECORDS_H

#include "scan/json_tree.h"

struct medark_view_record {
	struct medark_bytes type, id;	     /* views into the tree, or `type` as it was given */
	struct medark_bytes text;	     /* as it stands; borrowed */
	struct medark_json_tree tree;	     /* empty of XML, and of what is not well-formed */
	const struct medark_json_node *root; /* NULL then */
	bool is_xml, is_outside;
};

struct medark_view_records {
	struct medark_view_record *list;
	size_t count, max;
	/* Numbers, sorted by type and id, and by id alone; made by medark_view_records_sort(). */
	uint32_t *by_name, *by_id;
};

void medark_view_records_clear(struct medark_view_records *records);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_view_records, medark_view_records_clear)

/* Adds a record, whose texts are borrowed. One that is not JSON is there without a tree. */
int medark_view_records_add(struct medark_view_records *records, struct medark_bytes type,
			    struct medark_bytes text, bool is_xml, bool is_outside,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Behind the last one. MEDARK_E_MEMORY. */
int medark_view_records_sort(struct medark_view_records *records,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The record that a Reference.reference means: Type/id in any of its forms; NULL: not here. */
const struct medark_view_record *medark_view_records_find(const struct medark_view_records *records,
							  struct medark_bytes reference);

#endif
