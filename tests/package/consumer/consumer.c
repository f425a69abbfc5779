/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody else builds against the installed library. */
#include <medark/medark.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
	struct medark_archive_info info;
	struct medark_error err = { 0 };

	if (medark_archive_inspect("/dev/null", &info, &err) != MEDARK_E_FORMAT)
		return 1;
	printf("medark %s: %s\n", medark_version(), err.message);
	return strcmp(medark_version(), EXPECTED_VERSION) != 0;
}
