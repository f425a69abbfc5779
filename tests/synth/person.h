/* SPDX-License-Identifier: Apache-2.0 */
/* person: who a patient is. Invented by chance from tables; nobody is meant. */
#ifndef SYNTH_PERSON_H
#define SYNTH_PERSON_H

#include "line.h"
#include "names.h"
#include "set.h"

#include <stdbool.h>
#include <stdint.h>

#define SYNTH_NOBODY UINT64_MAX
#define SYNTH_NO_DAY INT32_MIN

/* How someone with a partner is called (nl-core: humanname-assembly-order). */
enum synth_name_order {
	SYNTH_NL1, /* own name */
	SYNTH_NL2, /* partner's name */
	SYNTH_NL4, /* partner's name, then own */
};

struct synth_person {
	uint64_t number;
	uint64_t key;
	uint64_t replaced_by; /* number of the patient that this one was merged into, or
				 SYNTH_NOBODY */
	uint32_t bsn;	      /* 0: none */
	bool woman;
	bool has_partner;
	bool has_email;
	enum synth_name_order order;
	int32_t birth;
	int32_t death; /* SYNTH_NO_DAY while alive */
	int32_t from;  /* the days between which there are records */
	int32_t to;
	unsigned age; /* at `to` */
	uint32_t practice;
	uint32_t doctor; /* of the practice */
	const struct synth_surname *own, *partner;
	const struct synth_town *town;
	const char *given;
	const char *street;
	struct synth_line initials, family, name, house, postcode, phone, mobile, email;
};

void synth_person_make(const struct synth_set *set, uint64_t number, struct synth_person *out);

/* The n-th invented BSN, 0 past SYNTH_BSN_COUNT; the first 900 are test numbers (99999...). */
#define SYNTH_BSN_COUNT 900000u
uint32_t synth_bsn(uint64_t n);

/* Adds the name by which practice and family know someone: "Zoë van 't Hof". */
void synth_name_add(struct synth_line *line, const char *given, const struct synth_surname *name);

/* Adds a made-up postcode in a town, and a made-up telephone number that nobody can have. */
void synth_postcode_add(struct synth_line *line, const struct synth_town *town,
			struct synth_random *r);
void synth_phone_add(struct synth_line *line, const struct synth_town *town,
		     struct synth_random *r);

#endif
