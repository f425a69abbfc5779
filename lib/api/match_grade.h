/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_grade: how well one Patient fits another, for $match
 * (https://hl7.org/fhir/R4/patient-operation-match.html). A fixed table, not a probability: what
 * it rests on is in docs/FHIR-API.md. Any thread.
 */
#ifndef MEDARK_API_MATCH_GRADE_H
#define MEDARK_API_MATCH_GRADE_H

#include "base/buffer.h"
#include "scan/json_tree.h"

#define MEDARK_MATCH_IDENTIFIERS_MAX 64
#define MEDARK_MATCH_NAMES_MAX	     16

struct medark_match_identifier {
	struct medark_bytes system, value;
	bool is_bsn; /* by its system, and the value passes the 11-test */
};

/* Search words, with one space between (base/words.h), as places in `words`. */
struct medark_match_name {
	size_t family, family_size, given, given_size;
};

/* Who is asked for, or may be it. Views into the tree. What is beyond a limit is not looked at. */
struct medark_match_person {
	struct medark_match_identifier identifiers[MEDARK_MATCH_IDENTIFIERS_MAX];
	size_t identifier_count;
	struct medark_match_name names[MEDARK_MATCH_NAMES_MAX];
	size_t name_count; /* of those that have a family name */
	struct medark_buffer words;
	struct medark_bytes birth, gender; /* empty: not known */
};

void medark_match_person_clear(struct medark_match_person *person);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_match_person, medark_match_person_clear)

/*
 * Reads a Patient; `out` is cleared by the caller, also after a failure. A BSN that fails the
 * 11-test and an identifier without a system are none. MEDARK_E_MEMORY.
 */
int medark_match_person_read(struct medark_match_person *out, const struct medark_json_tree *tree,
			     const struct medark_json_node *patient,
			     struct medark_error *err) MEDARK_MUST_USE;

struct medark_bytes medark_match_family(const struct medark_match_person *person, size_t name);

/* Have both dates the same beginning, as far as both go? Of an unknown one they have. */
bool medark_match_same_birth(struct medark_bytes a, struct medark_bytes b);

/*
 * In hundredths: 100 is "certain", from 70 on "probable", below that "possible"; 0: they do not
 * fit.
 */
unsigned medark_match_score(const struct medark_match_person *asked,
			    const struct medark_match_person *found);

/* The code of http://terminology.hl7.org/CodeSystem/match-grade for a score. */
const char *medark_match_grade(unsigned score);

#endif
