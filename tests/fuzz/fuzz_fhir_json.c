/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of any kind: nothing crashes, and a streamed text has the facts of the text in memory. */
#include "base/hash.h"
#include "record/fhir.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct medark_fhir *fhir;
static struct medark_record record, streamed;
static struct medark_patient patient;

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* Hashes of references: those of a walk, and of them those that were found by searching. */
static uint64_t walked[64];
static bool is_searched[64];
static size_t walked_count;

static int take_reference(void *context, struct medark_bytes type, struct medark_bytes id,
			  struct medark_error *err)
{
	uint64_t hash = medark_hash(1, type) ^ medark_hash(2, id);

	(void)err;
	if (!context && walked_count < 64) {
		walked[walked_count] = hash;
		is_searched[walked_count++] = false;
	}
	for (size_t i = 0; context && i < walked_count; i++)
		is_searched[i] |= walked[i] == hash;
	return 0;
}

/* Searching a well-formed text misses none that a walk finds. */
static void check_references(struct medark_bytes text)
{
	struct medark_error err;
	bool searching = true;
	int rc;

	walked_count = 0;
	rc = medark_fhir_references(fhir, text, take_reference, NULL, &err);
	if (rc < 0 || medark_fhir_is_xml(text))
		return;
	expect(medark_fhir_references_quickly(fhir, text, take_reference, &searching, &err) == 0);
	for (size_t i = 0; i < walked_count; i++)
		expect(is_searched[i]);
}

static int read_part(void *context, const struct medark_fhir_part *part, struct medark_error *err)
{
	const struct medark_bytes *text = context;
	struct medark_bytes bytes;

	expect(part->begin <= part->end && part->end <= text->size);
	bytes = medark_bytes(text->data + part->begin, part->end - part->begin);
	expect(medark_fhir_json(fhir, bytes, part->full_url, &record, err) >= 0);
	return 0;
}

static void compare_stream(struct medark_bytes text, int found)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *stream = NULL;
	size_t half = text.size / 2;
	int rc = medark_json_stream_new(medark_fhir_keys(), &stream, NULL);

	expect(rc == 0);
	expect(medark_json_stream_add(stream, text.data, half, NULL) == 0);
	expect(medark_json_stream_add(stream, text.data + half, text.size - half, NULL) == 0);
	expect(medark_fhir_json_stream(fhir, stream, &streamed, NULL) == found);
	expect(medark_bytes_equal(record.id, streamed.id));
	expect(record.patient_count == streamed.patient_count);
	expect(record.date == streamed.date && record.updated == streamed.updated);
	expect(!record.fault == !streamed.fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + MEDARK_JSON_PADDING);
	struct medark_bytes text = medark_bytes(copy, size);
	enum medark_fault fault;
	struct medark_error err;
	int rc;

	expect(copy && (fhir || medark_fhir_new(&fhir, &err) == 0));
	memcpy(copy, data, size);
	memset(copy + size, '{', MEDARK_JSON_PADDING);
	(void)medark_fhir_recognise(text, true);
	(void)medark_fhir_recognise(text, false);
	check_references(text);
	rc = medark_fhir_patient(fhir, text, &patient, &err);
	(void)rc;
	expect(medark_fhir_split(fhir, MEDARK_FHIR_JSON, text, read_part, &text, &fault, &err) ==
	       0);
	rc = medark_fhir_json(fhir, text, medark_bytes(NULL, 0), &record, &err);
	expect(rc >= 0 && record.patient_count <= MEDARK_RECORD_PATIENTS_MAX);
	if (rc && !medark_bytes_starts(text, "\xef\xbb\xbf") &&
	    size <= MEDARK_JSON_STREAM_VALUE_MAX) {
		/* The stream's facts go into the recogniser's scratch: compare what stays. */
		struct medark_bytes id = record.id;
		uint8_t kept[256];

		expect(id.size <= sizeof(kept));
		if (id.size)
			memcpy(kept, id.data, id.size);
		record.id = medark_bytes(kept, id.size);
		compare_stream(text, rc);
	}
	free(copy);
	return 0;
}
