/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/texts.h"

#include "base/embed.h"

MEDARK_EMBED(readme, "README.txt");
MEDARK_EMBED(recover, "RECOVER.sh");
MEDARK_EMBED(format, "FORMAT.md");
MEDARK_EMBED(check, "CHECK.sh");

struct medark_bytes medark_text_readme(void)
{
	return MEDARK_EMBEDDED(readme);
}

struct medark_bytes medark_text_recover(void)
{
	return MEDARK_EMBEDDED(recover);
}

struct medark_bytes medark_text_format(void)
{
	return MEDARK_EMBEDDED(format);
}

struct medark_bytes medark_text_check(void)
{
	return MEDARK_EMBEDDED(check);
}
