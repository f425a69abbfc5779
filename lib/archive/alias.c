/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/alias.h"

#include "record/bsn.h"

#define BSN_URL "http://fhir.nl/fhir/NamingSystem/bsn"

int medark_alias_make(struct medark_bytes system, struct medark_bytes value,
		      struct medark_buffer *out, struct medark_error *err)
{
	if (medark_bsn_is_system(system))
		system = medark_bytes_text(BSN_URL);
	MEDARK_TRY(medark_buffer_add(out, system.data, system.size, err));
	MEDARK_TRY(medark_buffer_add(out, "|", 1, err));
	return medark_buffer_add(out, value.data, value.size, err);
}

int medark_alias_normalise(struct medark_bytes text, struct medark_buffer *out,
			   struct medark_error *err)
{
	const uint8_t *bar = text.size ? memchr(text.data, '|', text.size) : NULL;
	size_t system = bar ? (size_t)(bar - text.data) : 0;

	if (!bar)
		return medark_alias_make(medark_bytes(NULL, 0), text, out, err);
	return medark_alias_make(medark_bytes(text.data, system),
				 medark_bytes(bar + 1, text.size - system - 1), out, err);
}

int medark_alias_key(struct medark_patient_key key, struct medark_buffer *out,
		     struct medark_error *err)
{
	uint8_t letter = (uint8_t)key.kind;

	MEDARK_TRY(medark_buffer_add(out, &letter, 1, err));
	if (key.kind == MEDARK_PATIENT_IDENTIFIER)
		return medark_alias_normalise(key.text, out, err);
	return medark_buffer_add(out, key.text.data, key.text.size, err);
}
