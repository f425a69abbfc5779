/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary: which records of a chart go into an International Patient Summary
 * (https://hl7.org/fhir/uv/ips), and in which of its sections: by type, category and status, as
 * docs/FHIR-API.md lists them. Nothing is interpreted, and what is left out is counted. One thread
 * builds it; then any number may read.
 */
#ifndef MEDARK_IPS_SUMMARY_H
#define MEDARK_IPS_SUMMARY_H

#include "view/chart.h"

enum medark_ips_section {
	MEDARK_IPS_ALLERGIES, /* what does harm if it is overlooked, first */
	MEDARK_IPS_MEDICATION,
	MEDARK_IPS_PROBLEMS,
	MEDARK_IPS_ALERTS,
	MEDARK_IPS_IMMUNISATIONS,
	MEDARK_IPS_PROCEDURES,
	MEDARK_IPS_RESULTS,
	MEDARK_IPS_VITALS,
	MEDARK_IPS_DEVICES,
	MEDARK_IPS_PAST,
	MEDARK_IPS_PLAN,
	MEDARK_IPS_SOCIAL,
	MEDARK_IPS_PREGNANCY,
	MEDARK_IPS_DIRECTIVES,
	MEDARK_IPS_COUNT
};

/* What a section is called. Static. */
struct medark_ips_form {
	const char *loinc;
	enum medark_word title;
	enum medark_view_list list; /* whose columns its rows have, but for reports */
	bool is_required;	    /* it is there without records, too, and says so */
	bool is_latest;		    /* of each test only the latest results */
	enum medark_word none;	    /* of a required one without records */
};
const struct medark_ips_form *medark_ips_form(enum medark_ips_section section);

/* Records of a section's types that are not in it. */
struct medark_ips_left {
	size_t wrong;	/* refuted, or entered in error */
	size_t aside;	/* ended, planned or not done */
	size_t earlier; /* other results of the same tests */
	size_t others;	/* about somebody else: the patient has only reported them */
	size_t unread;	/* XML, or not well-formed */
};

struct medark_ips_entry {
	enum medark_ips_section section;
	enum medark_view_list
		list; /* whose columns the row has: reports' are others than results' */
	struct medark_view_row row;
	bool is_behind; /* the source does not call it current */
};

struct medark_ips {
	const struct medark_view_chart *chart;
	struct medark_view_values values;
	const struct medark_view_record *patient; /* the one it is about; NULL: none can be read */
	struct medark_ips_entry *entries; /* by section, current ones first, the latest first */
	size_t count;
	size_t begin[MEDARK_IPS_COUNT + 1]; /* of each section in `entries` */
	struct medark_ips_left left[MEDARK_IPS_COUNT];
	size_t records; /* in the chart */
};

void medark_ips_clear(struct medark_ips *ips);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_ips, medark_ips_clear)

/* Selects from `chart`, which is borrowed. `ips` is zeroed before, cleared by the caller.
 * MEDARK_E_MEMORY. */
int medark_ips_init(struct medark_ips *ips, const struct medark_view_chart *chart,
		    struct medark_error *err) MEDARK_MUST_USE;

/* Is a section there: has it records, or some that cannot be read, or is it required? */
bool medark_ips_has(const struct medark_ips *ips, enum medark_ips_section section);

/*
 * Is a record about the patient, and not only in the chart because the patient reported, asked for
 * or took part in what is about somebody else? True where it does not say.
 */
bool medark_ips_is_about(const struct medark_ips *ips, const struct medark_view_record *record);

/*
 * Appends what a section says, for people, as a table and sentences: well-formed XHTML of the kind
 * that narratives may have (https://hl7.org/fhir/R4/narrative.html), and HTML. MEDARK_E_MEMORY.
 */
int medark_ips_narrative(const struct medark_ips *ips, enum medark_ips_section section,
			 struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
