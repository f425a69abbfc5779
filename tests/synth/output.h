/* SPDX-License-Identifier: Apache-2.0 */
/* output: the forms in which a set is written. Memory does not grow with the set. */
#ifndef SYNTH_OUTPUT_H
#define SYNTH_OUTPUT_H

#include "truth.h"
#include "writer.h"

#include <stdbool.h>

enum synth_output_form {
	SYNTH_NDJSON,  /* one file a type, as a bulk export does */
	SYNTH_BUNDLES, /* one transaction Bundle a patient, and one for the directory */
	SYNTH_XML,     /* one XML file a record */
};

struct synth_output {
	enum synth_output_form form;
	const char *folder; /* made if missing; must be empty */
	bool shuffle;	    /* NDJSON: the order of records has nothing to do with patients */
	bool faults;	    /* NDJSON: broken records at the ends of some files; see fault.c */
};

/* Writes the whole set and fills `truth`, which is zeroed by the caller. */
int synth_output_write(const struct synth_output *output, struct synth_writer *w,
		       struct synth_truth *truth, struct medark_error *err) MEDARK_MUST_USE;

/* The number of patients whose records have about `bytes` bytes as NDJSON; at least 1. */
int synth_output_measure(struct synth_writer *w, uint64_t bytes, uint64_t *out_patients,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Files of NDJSON, one a type; a type without records has none. */
struct synth_files {
	struct synth_sink sink[TYPE_COUNT];
};

/* Adds the broken records. */
void synth_fault_put(struct synth_files *files, struct synth_writer *w, struct synth_truth *truth);

#endif
