/* SPDX-License-Identifier: Apache-2.0 */
/* index_private: what index_writer.c and index_patients.c share. */
#ifndef MEDARK_ARCHIVE_INDEX_PRIVATE_H
#define MEDARK_ARCHIVE_INDEX_PRIVATE_H

#include "archive/index_writer.h"
#include "archive/pages.h"
#include "archive/waiting.h"

struct medark_index_writer {
	const struct medark_index_setup *setup;
	struct medark_facts *facts;
	struct medark_pages *pages;
	struct medark_sorter *identifiers, *names, *births;
	struct medark_buffer row, json, at, shared;
	struct medark_waiting waiting; /* shared fragments of the current patient */
	uint64_t patients;	       /* the current patient's row number */
};

/* Lets the records that name a patient by URN or identifier join the patient. */
int medark_index_resolve(struct medark_index_writer *w, struct medark_error *err) MEDARK_MUST_USE;

/* Writes the patients table; fills the sorters of the search tables. */
int medark_index_patients(struct medark_index_writer *w, struct medark_error *err) MEDARK_MUST_USE;

#endif
