/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: writes one record of the current patient, or of the directory, into the form's sink. A
 * record has no line end. Everything about it follows from the set, the patient's number, its type
 * and its index, whatever was written before.
 */
#ifndef SYNTH_WRITER_H
#define SYNTH_WRITER_H

#include "base/cleanup.h"

#include "chart.h"
#include "directory.h"
#include "form.h"

#define SYNTH_SCRATCH_SIZE 65536

struct synth_writer {
	const struct synth_set *set;
	struct synth_chart *chart;
	struct synth_form *form;
	struct synth_random random; /* of the record being written */
	uint64_t owner;		    /* key of its patient, or of the directory */
	int64_t now;		    /* its time, seconds of a Dutch clock since 1970 */
	int64_t lag;		    /* seconds from its time to when it was saved */
	struct synth_staff doctor, nurse;
	struct synth_staff specialist[SYNTH_SPECIALISTS];
	struct synth_line practice, pharmacy, laboratory;
	/* For values of the record being written. */
	struct synth_line hospital, place, postcode, phone, line;
	struct synth_sink plain; /* a letter or a scan before it is encoded */
	char encoded[SYNTH_SCRATCH_SIZE];
};

int synth_writer_new(const struct synth_set *set, struct synth_writer **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void synth_writer_free(struct synth_writer *w);
MEDARK_DEFINE_AUTO(struct synth_writer, synth_writer_free)

/* Makes `number` the current patient. */
void synth_writer_patient(struct synth_writer *w, uint64_t number);

/* Writes record `index` of the current patient, or of the directory for one of its types. */
void synth_write(struct synth_writer *w, enum synth_type type, uint32_t index);

/* ---- for the writers of each type ---- */

/* A type's writer; the slots of synth_writer_start() are set by then. */
typedef void synth_write_fn(struct synth_writer *w, uint32_t index);

synth_write_fn synth_write_patient, synth_write_encounter, synth_write_condition,
	synth_write_observation, synth_write_report, synth_write_request, synth_write_statement,
	synth_write_allergy, synth_write_appointment, synth_write_procedure,
	synth_write_immunization, synth_write_document, synth_write_binary, synth_write_care_plan,
	synth_write_flag, synth_write_coverage, synth_write_consent, synth_write_organization,
	synth_write_practitioner, synth_write_role, synth_write_location, synth_write_medication;

/* Sets $time to `seconds` of a Dutch clock, and $updated to some time after it. */
void synth_writer_time(struct synth_writer *w, int64_t seconds);

/* Sets $issued to an instant between the record's time and $updated. */
void synth_writer_issued(struct synth_writer *w);

/* Sets the contact of a record: $encounter, staff, organization, place and time. */
const struct synth_visit *synth_writer_visit(struct synth_writer *w, uint32_t visit);

/* Sets $performer and $performer_name; $organization and $organization_name. */
void synth_writer_staff(struct synth_writer *w, const struct synth_staff *staff);
void synth_writer_organization(struct synth_writer *w, uint32_t number, const char *name);

/* Sets a reference to another record of the patient. */
void synth_writer_own(struct synth_writer *w, enum synth_slot slot, enum synth_type type,
		      uint32_t index);

/* Sets a reference to a record of the directory from a record of a patient. */
void synth_writer_directory(struct synth_writer *w, enum synth_slot slot, enum synth_type type,
			    uint32_t number);

/* The condition of the patient's Condition `index`. */
const struct synth_condition *synth_writer_condition(const struct synth_writer *w, uint32_t index);

/* Fills templates into w->plain, which starts empty, until the sink is given back. */
struct synth_sink *synth_writer_compose(struct synth_writer *w);

/* The value of a quantity at a time, in units of its last decimal; trends per patient. */
int32_t synth_quantity_value(const struct synth_chart *chart, uint16_t row, int32_t day);

#endif
