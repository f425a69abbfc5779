/* SPDX-License-Identifier: Apache-2.0 */
/* contact: how to reach a patient, as a Patient resource has it. Any thread. */
#ifndef MEDARK_RECORD_CONTACT_H
#define MEDARK_RECORD_CONTACT_H

#include "base/buffer.h"
#include "record/fhir.h"

/* Texts on one line each: controls are spaces. Zero-initialise with MEDARK_CONTACT; cleared by the
 * owner. */
struct medark_contact {
	struct medark_buffer address, phone, email;
};
#define MEDARK_CONTACT_MAX ((size_t)4 << 10)
#define MEDARK_CONTACT                                                                             \
	{                                                                                          \
		.address = MEDARK_BUFFER_SECRET(MEDARK_CONTACT_MAX),                               \
		.phone = MEDARK_BUFFER_SECRET(MEDARK_CONTACT_MAX),                                 \
		.email = MEDARK_BUFFER_SECRET(MEDARK_CONTACT_MAX)                                  \
	}
void medark_contact_clear(struct medark_contact *contact);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_contact, medark_contact_clear)

/*
 * Fills `out`, emptied first, from a Patient's JSON, the record that `fhir`, made for
 * medark_category_key_names (category.h), read last: the first address that is not `old`, its
 * `text` or its lines, postal code, city and country; all phone numbers and e-mail addresses that
 * are not `old`, with "; " between them. What is longer than 1 KiB is cut there. Of what is not
 * well-formed nothing is told. MEDARK_E_MEMORY; MEDARK_E_FORMAT: it has more values than
 * MEDARK_JSON_TREE_MAX.
 */
int medark_contact_read(const struct medark_fhir *fhir, struct medark_contact *out,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
