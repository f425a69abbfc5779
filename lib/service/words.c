/* SPDX-License-Identifier: Apache-2.0 */
#include "service/words.h"

const char *medark_saying(enum medark_language language, enum medark_saying saying)
{
	static const char *const table[][2] = {
#define MEDARK_SAYING_ROW(name, en, nl) { en, nl },
		MEDARK_SAYINGS(MEDARK_SAYING_ROW)
#undef MEDARK_SAYING_ROW
	};

	return table[saying][language == MEDARK_DUTCH];
}
