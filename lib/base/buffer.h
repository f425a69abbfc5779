/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffer: a growing run of bytes with a ceiling. Zero-initialised with a limit it is empty and
 * valid: `struct medark_buffer b = MEDARK_BUFFER(1 << 20);`. One thread at a time.
 */
#ifndef MEDARK_BASE_BUFFER_H
#define MEDARK_BASE_BUFFER_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct medark_buffer {
	uint8_t *data;	 /* NULL while capacity is 0 */
	size_t size;	 /* bytes in use */
	size_t capacity; /* bytes allocated */
	size_t limit;	 /* ceiling of capacity */
	bool secret;	 /* wiped when it moves and when it is cleared */
};

#define MEDARK_BUFFER(ceiling)                                                                     \
	{                                                                                          \
		.limit = (ceiling)                                                                 \
	}
#define MEDARK_BUFFER_SECRET(ceiling)                                                              \
	{                                                                                          \
		.limit = (ceiling), .secret = true                                                 \
	}

/* Frees (wipes if secret); the buffer is then empty and can be used again. */
void medark_buffer_clear(struct medark_buffer *b);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_buffer, medark_buffer_clear)

/* Makes room for `extra` more bytes after size. MEDARK_E_MEMORY past the limit. */
int medark_buffer_reserve(struct medark_buffer *b, size_t extra,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Appends a copy of `size` bytes. */
int medark_buffer_add(struct medark_buffer *b, const void *data, size_t size,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Appends a text without its zero. */
int medark_buffer_text(struct medark_buffer *b, const char *text,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Appends a number in decimal: where rows are made by the thousand, printf() is slow. */
int medark_buffer_number(struct medark_buffer *b, uint64_t number,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Appends formatted text; no terminating zero is counted in size, but one stands behind it. */
int medark_buffer_print(struct medark_buffer *b, struct medark_error *err, const char *fmt, ...)
	MEDARK_PRINTF(3, 4) MEDARK_MUST_USE;

#endif
