/* SPDX-License-Identifier: Apache-2.0 */
/*
 * truth: what was written, counted while it was planned, so that a test can compare. A JSON text:
 *
 *	generator  the program and its version
 *	seed, patients, start, end
 *	records    good records by type, and their total
 *	chosen     for the first, the last and the largest patient: id, local number, BSN, and the
 *	           records of the patient's compartment by type (its own, and those of another
 *	           patient that name it too)
 *	faults     of --faults: file, line (from 1), kind, and type and id where there are any
 */
#ifndef SYNTH_TRUTH_H
#define SYNTH_TRUTH_H

#include "base/error.h"

#include "sink.h"
#include "writer.h"

#include <stdint.h>

#define SYNTH_FAULTS_MAX 8

struct synth_fault {
	enum synth_type file;
	uint64_t line;
	const char *kind;
	const char *type; /* NULL: has none */
	char id[SYNTH_ID_SIZE + 1];
};

struct synth_truth {
	uint64_t records[TYPE_COUNT];
	uint64_t largest;      /* patient's number */
	uint32_t largest_size; /* records of that patient */
	uint32_t fault_count;
	struct synth_fault faults[SYNTH_FAULTS_MAX];
};

/* Counts the records of the writer's current patient; of the directory. */
void synth_truth_add(struct synth_truth *truth, const struct synth_chart *chart);
void synth_truth_add_directory(struct synth_truth *truth, const struct synth_set *set);

void synth_truth_add_fault(struct synth_truth *truth, const struct synth_fault *fault);

uint64_t synth_truth_total(const struct synth_truth *truth);

/* Writes the file; `w` is used for the chosen patients' charts. */
int synth_truth_write(const struct synth_truth *truth, struct synth_writer *w, const char *path,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
