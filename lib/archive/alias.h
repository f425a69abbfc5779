/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alias: the one form in which an identifier is a patient's key, so that a reference and the
 * Patient that it means meet whichever of the two systems of the BSN each of them uses.
 */
#ifndef MEDARK_ARCHIVE_ALIAS_H
#define MEDARK_ARCHIVE_ALIAS_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "record/record.h"

/* Appends system|value, the BSN's system as its URL. Any thread. */
int medark_alias_make(struct medark_bytes system, struct medark_bytes value,
		      struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* As above for a text that is system|value already (a value alone has no system). */
int medark_alias_normalise(struct medark_bytes text, struct medark_buffer *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Appends a patient's key as the index has it: the kind's letter, then the text in its one form. */
int medark_alias_key(struct medark_patient_key key, struct medark_buffer *out,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
