/* SPDX-License-Identifier: Apache-2.0 */
/* names: what people, streets and towns are called. Combined at random: nobody is meant. */
#ifndef SYNTH_NAMES_H
#define SYNTH_NAMES_H

#include <stdint.h>

struct synth_surname {
	const char *prefix; /* "van der", or "" */
	const char *name;
};

struct synth_town {
	const char *name;
	uint16_t postcode; /* first of its range */
	uint16_t area;	   /* telephone, without the leading zero */
};

extern const char *const synth_women_rows[];
extern const unsigned synth_women_count;
extern const char *const synth_men_rows[];
extern const unsigned synth_men_count;
extern const struct synth_surname synth_surname_rows[];
extern const unsigned synth_surname_count;
extern const char *const synth_street_rows[];
extern const unsigned synth_street_count;
extern const struct synth_town synth_town_rows[];
extern const unsigned synth_town_count;

#endif
