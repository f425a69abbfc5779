/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/texts.h"

/* Puts a file into the program as it is; the assembler looks for it where the build says. */
#define EMBED(symbol, file)                                                                        \
	__asm__(".pushsection .rodata\n"                                                           \
		"medark_embedded_" #symbol ":\n"                                                   \
		".incbin \"" file "\"\n"                                                           \
		"medark_embedded_" #symbol "_end:\n"                                               \
		".byte 0\n"                                                                        \
		".popsection\n");                                                                  \
	extern const uint8_t embedded_##symbol[] __asm__("medark_embedded_" #symbol)               \
		__attribute__((visibility("hidden")));                                             \
	extern const uint8_t embedded_##symbol##_end[] __asm__("medark_embedded_" #symbol "_end")  \
		__attribute__((visibility("hidden")))

EMBED(readme, "README.txt");
EMBED(recover, "RECOVER.sh");
EMBED(format, "FORMAT.md");

static struct medark_bytes between(const uint8_t *begin, const uint8_t *end)
{
	return medark_bytes(begin, (size_t)((uintptr_t)end - (uintptr_t)begin));
}

struct medark_bytes medark_text_readme(void)
{
	return between(embedded_readme, embedded_readme_end);
}

struct medark_bytes medark_text_recover(void)
{
	return between(embedded_recover, embedded_recover_end);
}

struct medark_bytes medark_text_format(void)
{
	return between(embedded_format, embedded_format_end);
}
