/* SPDX-License-Identifier: Apache-2.0 */
#include "view/patient_number.h"

#include "record/bsn.h"

/* An identifier may have several codes for what it is. */
static bool is_own(const struct medark_json_tree *tree, const struct medark_json_node *identifier)
{
	const struct medark_json_node *code;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, tree, identifier, "type.coding.code");
	while ((code = medark_json_walk_next(&walk)))
		if (medark_bytes_is(code->text, "MR"))
			return true;
	return false;
}

struct medark_bytes medark_patient_number(const struct medark_json_tree *tree,
					  const struct medark_json_node *patient, bool *out_is_own)
{
	struct medark_bytes first = { NULL, 0 };
	const struct medark_json_node *n;
	struct medark_json_walk walk;

	if (out_is_own)
		*out_is_own = false;
	medark_json_walk_init(&walk, tree, patient, "identifier");
	while ((n = medark_json_walk_next(&walk))) {
		struct medark_bytes value = medark_json_text_at(tree, n, "value");

		if (value.size && is_own(tree, n)) {
			if (out_is_own)
				*out_is_own = true;
			return value;
		}
		if (!first.size && !medark_bsn_is_system(medark_json_text_at(tree, n, "system")))
			first = value;
	}
	return first;
}

struct medark_bytes medark_patient_number_in(const struct medark_view_records *records,
					     const char *id)
{
	for (size_t i = 0; i < records->count; i++) {
		const struct medark_view_record *r = &records->list[i];

		if (!r->is_outside && r->root && medark_bytes_is(r->type, "Patient") &&
		    medark_bytes_is(r->id, id))
			return medark_patient_number(&r->tree, r->root, NULL);
	}
	return medark_bytes(NULL, 0);
}
