/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of any kind: nothing crashes, and a streamed text has the facts of the text in memory. */
#include "record/fhir.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct medark_fhir *fhir;
static struct medark_record record, streamed;
static struct medark_patient patient;

static int ignore_reference(void *context, struct medark_bytes type, struct medark_bytes id,
			    struct medark_error *err)
{
	(void)context, (void)type, (void)id, (void)err;
	return 0;
}

static void expect(bool holds)
{
	if (!holds)
		abort();
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
	rc = medark_fhir_references(fhir, text, ignore_reference, NULL, &err);
	(void)rc;
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
