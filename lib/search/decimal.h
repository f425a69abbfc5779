/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal: FHIR's decimals, exact and with the precision in which they are written: 1.10 is not 1.1
 * (https://hl7.org/fhir/R4/datatypes.html#decimal). Pure functions, any thread.
 */
#ifndef MEDARK_SEARCH_DECIMAL_H
#define MEDARK_SEARCH_DECIMAL_H

#include "base/bytes.h"

/* Of a number that is read; FHIR asks for 18. */
#define MEDARK_DECIMAL_DIGITS 40
#define MEDARK_DECIMAL_SCALE  1000 /* largest exponent, of either sign */

/* The value is `digits`, first one first, as a whole number, times ten to the power `exponent`. */
struct medark_decimal {
	bool negative;
	uint8_t count; /* of digits, 1 or more */
	int16_t exponent;
	uint8_t digits[MEDARK_DECIMAL_DIGITS + 2];
};

/* Reads "-1.10", "1e-3". False: no decimal of FHIR (JSON's grammar), or out of bounds. */
bool medark_decimal_parse(struct medark_bytes text, struct medark_decimal *out);

/* Less than, equal to or greater than 0, as a is to b: by value alone. */
int medark_decimal_compare(const struct medark_decimal *a, const struct medark_decimal *b);

/*
 * The end of what rounds to `v` as it is written, above or below: 1.10 gives 1.105 and 1.095, 1e2
 * gives 150 and 50. `v` was read by medark_decimal_parse().
 */
struct medark_decimal medark_decimal_rounded(const struct medark_decimal *v, bool above);

/* A tenth of the value more, or less, in the direction above or below. `v` as before. */
struct medark_decimal medark_decimal_about(const struct medark_decimal *v, bool above);

#endif
