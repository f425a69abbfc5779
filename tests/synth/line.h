/* SPDX-License-Identifier: Apache-2.0 */
/* line: a short text put together from parts of the tables; what does not fit is a wrong table. */
#ifndef SYNTH_LINE_H
#define SYNTH_LINE_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define SYNTH_LINE_SIZE 120

struct synth_line {
	char text[SYNTH_LINE_SIZE];
	uint32_t size; /* without the zero */
};

static inline void synth_line_start(struct synth_line *line)
{
	line->size = 0;
	line->text[0] = '\0';
}

static inline void synth_line_add(struct synth_line *line, const char *text, size_t size)
{
	size_t room = sizeof(line->text) - 1 - line->size;

	assert(size <= room);
	if (size > room)
		size = room;
	memcpy(line->text + line->size, text, size);
	line->size += (uint32_t)size;
	line->text[line->size] = '\0';
}

static inline void synth_line_put(struct synth_line *line, const char *text)
{
	synth_line_add(line, text, strlen(text));
}

/* `width` digits at least, zeros in front. */
static inline void synth_line_number(struct synth_line *line, uint64_t n, unsigned width)
{
	char text[20];
	unsigned used = 0;

	do {
		text[sizeof(text) - ++used] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0 || used < width);
	synth_line_add(line, text + sizeof(text) - used, used);
}

#endif
