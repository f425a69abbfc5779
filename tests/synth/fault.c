/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broken records of --faults: after the good ones of a file, each a line of its own, and the
 * last one cut off in the middle. What they say is small: what is wrong with them is what counts.
 */
#include "output.h"

/* Keys of records that a set never has. */
#define FAULT_KEY(w, n) synth_key((w)->set->directory_key, 1000000 + (uint64_t)(n))

static const struct {
	enum synth_type file;
	enum synth_template text;
	const char *kind;
	bool has_type;
	bool has_id;
} faults[] = {
	{ TYPE_ENCOUNTER, T_FAULT_DUPLICATE, "duplicate-id", true, true },
	{ TYPE_CONDITION, T_FAULT_UTF8, "invalid-utf8", true, true },
	{ TYPE_PROCEDURE, T_FAULT_NO_TYPE, "no-resource-type", false, true },
	{ TYPE_OBSERVATION, T_FAULT_UNKNOWN, "unknown-patient", true, true },
	{ TYPE_OBSERVATION, T_FAULT_UNUSABLE, "unusable-reference", true, true },
	{ TYPE_OBSERVATION, T_FAULT_BROKEN, "broken-json", false, false },
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

void synth_fault_put(struct synth_files *files, struct synth_writer *w, struct synth_truth *truth)
{
	struct synth_form *form = w->form;
	uint64_t lines[TYPE_COUNT];

	memcpy(lines, truth->records, sizeof(lines));
	synth_writer_patient(w, 0);
	synth_set(form, SLOT_text, "Verkoudheid \xc3\x28 \xff");
	synth_set_reference(form, SLOT_other, synth_type_names[TYPE_PATIENT], FAULT_KEY(w, FAULTS),
			    false);
	for (unsigned i = 0; i < FAULTS; i++) {
		enum synth_type file = faults[i].file;
		uint64_t key = FAULT_KEY(w, i);
		struct synth_fault fault = { .file = file, .kind = faults[i].kind };

		if (faults[i].text == T_FAULT_DUPLICATE)
			key = synth_record_key(w->chart->person.key, TYPE_ENCOUNTER, 0);
		fault.line = ++lines[file];
		fault.type = faults[i].has_type ? synth_type_names[file] : NULL;
		if (faults[i].has_id)
			synth_id_text(key, fault.id);
		synth_set_id(form, SLOT_id, key);
		form->sink = &files->sink[file];
		synth_fill(form, faults[i].text);
		synth_truth_add_fault(truth, &fault);
	}
}
