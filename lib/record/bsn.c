/* SPDX-License-Identifier: Apache-2.0 */
#include "record/bsn.h"

#define DIGITS 9

bool medark_bsn_is_system(struct medark_bytes system)
{
	return medark_bytes_is(system, "http://fhir.nl/fhir/NamingSystem/bsn") ||
	       medark_bytes_is(system, "urn:oid:2.16.840.1.113883.2.4.6.3");
}

bool medark_bsn_is_valid(struct medark_bytes value)
{
	int sum = 0, any = 0;

	if (value.size != DIGITS)
		return false;
	for (int i = 0; i < DIGITS; i++) {
		int digit = value.data[i] - '0';
		int weight = i == DIGITS - 1 ? -1 : DIGITS - i;

		if (digit < 0 || digit > 9)
			return false;
		sum += weight * digit;
		any |= digit;
	}
	return any && sum % 11 == 0;
}
