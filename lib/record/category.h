/* SPDX-License-Identifier: Apache-2.0 */
/*
 * category: which categories of personal data a record is of: by its type, and where that says too
 * little by the category and the codes that it has. What the codes of a classification do not say
 * (SNOMED CT has no order in its numbers) is not known. Holds scratch memory and belongs to one
 * thread at a time.
 */
#ifndef MEDARK_RECORD_CATEGORY_H
#define MEDARK_RECORD_CATEGORY_H

#include "base/cleanup.h"
#include "record/fhir.h"

#include <medark/scope.h>

/* Members of a record that are looked into, here and in contact.h. */
enum medark_category_key {
	MEDARK_CATEGORY_KEY_CATEGORY,
	MEDARK_CATEGORY_KEY_CODE,
	MEDARK_CATEGORY_KEY_MEDICATION,
	MEDARK_CATEGORY_KEY_REASON,
	MEDARK_CATEGORY_KEY_SERVICE,
	MEDARK_CATEGORY_KEY_SPECIALTY,
	MEDARK_CATEGORY_KEY_NAME,
	MEDARK_CATEGORY_KEY_BIRTH_DATE,
	MEDARK_CATEGORY_KEY_GENDER,
	MEDARK_CATEGORY_KEY_IDENTIFIER,
	MEDARK_CATEGORY_KEY_TELECOM,
	MEDARK_CATEGORY_KEY_ADDRESS,
	MEDARK_CATEGORY_KEY_CONTACT,
	MEDARK_CATEGORY_KEY_PHOTO,
	MEDARK_CATEGORY_KEYS
};

/* Their names, for medark_fhir_new_with(). */
extern const char *const medark_category_key_names[MEDARK_CATEGORY_KEYS];

struct medark_categoriser;

/* The caller's. MEDARK_E_MEMORY. */
int medark_categoriser_new(struct medark_categoriser **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_categoriser_free(struct medark_categoriser *c);
MEDARK_DEFINE_AUTO(struct medark_categoriser, medark_categoriser_free)

/*
 * The bits (1 << enum medark_category) of a record of this type; at least one, but for a Patient,
 * of which they say what is recorded. `fhir` was made for medark_category_key_names, and the
 * record is the JSON that it read last; NULL: only the type is known. What is not well-formed has
 * its type.
 */
uint64_t medark_categoriser_find(struct medark_categoriser *c, struct medark_bytes type,
				 const struct medark_fhir *fhir);

#endif
