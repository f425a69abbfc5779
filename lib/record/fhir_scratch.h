/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_scratch: memory for decoded texts that stay where they are until it is reset, and texts as
 * a parser hands them out. One thread at a time.
 */
#ifndef MEDARK_RECORD_FHIR_SCRATCH_H
#define MEDARK_RECORD_FHIR_SCRATCH_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

/* Zero-initialised it is empty and valid. */
struct medark_fhir_scratch {
	struct medark_fhir_block *blocks; /* newest first */
	size_t used;			  /* bytes of the newest */
};

/* Frees everything. */
void medark_fhir_scratch_clear(struct medark_fhir_scratch *s);

/* Forgets everything that was handed out; keeps one block for the next record. */
void medark_fhir_scratch_reset(struct medark_fhir_scratch *s);

/* `size` bytes that stay in place until the next reset. MEDARK_E_MEMORY. */
int medark_fhir_scratch_take(struct medark_fhir_scratch *s, size_t size, uint8_t **out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* A copy of `text` in the scratch. MEDARK_E_MEMORY. */
int medark_fhir_scratch_copy(struct medark_fhir_scratch *s, struct medark_bytes text,
			     struct medark_bytes *out, struct medark_error *err) MEDARK_MUST_USE;

/* How a parser hands out a text. */
enum medark_fhir_form {
	MEDARK_FHIR_PLAIN,    /* stands in the input as it is */
	MEDARK_FHIR_ESCAPED,  /* stands in the input, as a JSON string with escapes */
	MEDARK_FHIR_FLEETING, /* an XML attribute's value, gone when the callback returns */
};

struct medark_fhir_text {
	struct medark_bytes raw;
	enum medark_fhir_form form;
};

/*
 * Gives the decoded text; it lives as long as the input and the scratch. Returns 0, 1 if the text
 * is longer than `max` bytes (*out is empty then), or MEDARK_E_MEMORY.
 */
int medark_fhir_text_keep(struct medark_fhir_scratch *s, const struct medark_fhir_text *text,
			  size_t max, struct medark_bytes *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same of a JSON value, as it stands in a text that was found valid: *out is empty if it is no
 * string or its text is longer than `max` bytes. 0, or MEDARK_E_MEMORY.
 */
int medark_fhir_string_keep(struct medark_fhir_scratch *s, struct medark_bytes value, size_t max,
			    struct medark_bytes *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
