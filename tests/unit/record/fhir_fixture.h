/* SPDX-License-Identifier: Apache-2.0 */
/* A recogniser for the tests, and the facts of a record as one line of text. */
#ifndef MEDARK_TEST_FHIR_FIXTURE_H
#define MEDARK_TEST_FHIR_FIXTURE_H

#include "../test.h"

#include "record/fhir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct medark_fhir *fhir;
static struct medark_record record;

static inline __attribute__((unused)) int new_fhir(void **state)
{
	(void)state;
	return medark_fhir_new(&fhir, NULL);
}

static inline __attribute__((unused)) int free_fhir(void **state)
{
	(void)state;
	medark_fhir_free(fhir);
	return 0;
}

/* A copy on the heap with nothing behind the padding, so that reading too far is found out. */
static inline __attribute__((unused)) struct medark_bytes padded(struct medark_bytes text)
{
	uint8_t *copy = malloc(text.size + MEDARK_JSON_PADDING);

	assert_non_null(copy);
	memcpy(copy, text.data, text.size);
	memset(copy + text.size, '"', MEDARK_JSON_PADDING);
	return medark_bytes(copy, text.size);
}

/* "fault type id key,key date updated"; "-" for what is not there; "nothing" for white space. */
static inline __attribute__((unused)) const char *record_line(void)
{
	static char line[8192];
	const struct medark_record *r = &record;
	size_t n;

	n = (size_t)snprintf(
		line, sizeof(line), "%s %.*s %.*s ", r->fault ? medark_fault_name(r->fault) : "ok",
		r->type.size ? (int)r->type.size : 1,
		r->type.size ? (const char *)r->type.data : "-", r->id.size ? (int)r->id.size : 1,
		r->id.size ? (const char *)r->id.data : "-");
	for (uint32_t i = 0; i < r->patient_count && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%c:%.*s", i ? "," : "",
				      r->patients[i].kind, (int)r->patients[i].text.size,
				      (const char *)r->patients[i].text.data);
	if (n < sizeof(line))
		snprintf(line + n, sizeof(line) - n, "%s %u %u", r->patient_count ? "" : "-",
			 r->date, r->updated);
	return line;
}

static inline __attribute__((unused)) const char *facts_at(const char *text, const char *full_url)
{
	struct medark_bytes copy = padded(medark_bytes_text(text));
	bool is_xml =
		strchr(text, '<') && (!strchr(text, '{') || strchr(text, '<') < strchr(text, '{'));
	struct medark_error err;
	int rc = is_xml ? medark_fhir_xml(fhir, copy, medark_bytes_text(full_url), &record, &err)
			: medark_fhir_json(fhir, copy, medark_bytes_text(full_url), &record, &err);
	const char *line;

	assert_in_range(rc, 0, 1);
	line = rc ? record_line() : "nothing";
	free((void *)(uintptr_t)copy.data);
	return line;
}

static inline __attribute__((unused)) const char *facts(const char *text)
{
	return facts_at(text, "");
}

#endif
