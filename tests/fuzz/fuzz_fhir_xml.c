/* SPDX-License-Identifier: Apache-2.0 */
/* XML of any kind: nothing crashes, and every part of a Bundle is a record of its own. */
#include "record/fhir.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct medark_fhir *fhir;
static struct medark_record record;
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

struct document {
	struct medark_bytes text;
	size_t parts;
};

static int read_part(void *context, const struct medark_fhir_part *part, struct medark_error *err)
{
	struct document *d = context;
	struct medark_bytes text =
		medark_bytes(d->text.data + part->begin, part->end - part->begin);

	expect(part->begin <= part->end && part->end <= d->text.size);
	d->parts++;
	expect(medark_fhir_xml(fhir, text, part->full_url, &record, err) >= 0);
	/* A part of a larger document is well-formed as that is: it stands from '<' to '>'. */
	if (text.size < d->text.size && part->begin > 3) {
		expect(text.data[0] == '<' && text.data[text.size - 1] == '>');
		expect(record.fault != MEDARK_FAULT_SYNTAX);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document d = { .text = medark_bytes(data, size) };
	enum medark_fault fault;
	struct medark_error err;
	int rc;

	expect(fhir || medark_fhir_new(&fhir, &err) == 0);
	(void)medark_fhir_recognise(d.text, true);
	rc = medark_fhir_references(fhir, d.text, ignore_reference, NULL, &err);
	(void)rc;
	rc = medark_fhir_patient(fhir, d.text, &patient, &err);
	(void)rc;
	expect(medark_fhir_split(fhir, MEDARK_FHIR_XML, d.text, read_part, &d, &fault, &err) == 0);
	expect(fault == MEDARK_FAULT_NONE || d.parts == 1);
	expect(medark_fhir_xml(fhir, d.text, medark_bytes(NULL, 0), &record, &err) >= 0);
	expect(record.patient_count <= MEDARK_RECORD_PATIENTS_MAX);
	return 0;
}
