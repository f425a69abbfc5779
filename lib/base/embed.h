/* SPDX-License-Identifier: Apache-2.0 */
/* embed: files as a part of the program. */
#ifndef MEDARK_BASE_EMBED_H
#define MEDARK_BASE_EMBED_H

#include "base/bytes.h"

#include <stdint.h>

/*
 * Puts a file into the program as it is; the assembler looks for it where the build says. A zero
 * stands behind it. `symbol` is one of the whole program.
 */
#define MEDARK_EMBED(symbol, file)                                                                 \
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

/* What was embedded under that symbol. */
#define MEDARK_EMBEDDED(symbol)                                                                    \
	medark_bytes(embedded_##symbol,                                                            \
		     (size_t)((uintptr_t)embedded_##symbol##_end - (uintptr_t)embedded_##symbol))

#endif
