/* SPDX-License-Identifier: Apache-2.0 */
/*
 * category: which categories of personal data a record is of: by its type, and where that says too
 * little by the category and the codes that it has. What the codes of a classification do not say
 * (SNOMED CT has no order in its numbers) is not known. Holds scratch memory and belongs to one
 * thread at a time.
 */
#ifndef MEDARK_RECORD_CATEGORY_H
#define MEDARK_RECORD_CATEGORY_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <medark/scope.h>

struct medark_categoriser;

/* The caller's. MEDARK_E_MEMORY. */
int medark_categoriser_new(struct medark_categoriser **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_categoriser_free(struct medark_categoriser *c);
MEDARK_DEFINE_AUTO(struct medark_categoriser, medark_categoriser_free)

/*
 * The bits (1 << enum medark_category) of a record of this type; at least one, but for a Patient,
 * of which they say what is recorded. `text` is its JSON with MEDARK_JSON_PADDING readable bytes
 * behind it, or empty where only the type is known. What is not well-formed is as if it were empty.
 */
uint64_t medark_categoriser_find(struct medark_categoriser *c, struct medark_bytes type,
				 struct medark_bytes text);

#endif
