/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "report.h"

#include <string.h>

int cli_place_check(const struct cli_options *options, const char *what, const char *place,
		    const char *kinds)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+.-";
	size_t size = strspn(place, allowed);
	bool letter = (place[0] | 0x20) >= 'a' && (place[0] | 0x20) <= 'z';

	if (place[size] != ':' || size < 2 || size > 32 || !letter)
		return 0;
	if (strncmp(place, "http:", 5) == 0 || strncmp(place, "https:", 6) == 0)
		return cli_report_usage(options,
					"cannot use a %s of the kind '%.*s:': a FHIR server is "
					"written fhir+%.*s://HOST/PATH",
					what, (int)size, place, (int)size, place);
	/* Only the scheme is quoted: the rest may hold a password. */
	return cli_report_usage(
		options,
		"cannot use a %s of the kind '%.*s:': not supported by this version, "
		"only %s (write ./ in front of a name with a colon)",
		what, (int)size, place, kinds);
}
