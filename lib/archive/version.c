/* SPDX-License-Identifier: Apache-2.0 */
#include <medark/common.h>

const char *medark_version(void)
{
	return MEDARK_VERSION;
}
