/* SPDX-License-Identifier: Apache-2.0 */
#include "live/sealed_lines.h"

#include "base/buffer.h"
#include "live/sealed_file.h"

#include <string.h>

#define STEP ((size_t)1 << 18)

struct reading {
	const struct medark_sealed_lines *lines;
	struct medark_buffer line; /* the beginning of one, so far */
	bool is_too_long;
};

static void reading_clear(struct reading *r)
{
	medark_buffer_clear(&r->line);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct reading, reading_clear)

static int give_line(const struct reading *r, struct medark_bytes line, struct medark_error *err)
{
	while (line.size && (line.data[line.size - 1] == '\r' || line.data[line.size - 1] == ' '))
		line.size--;
	return line.size ? r->lines->each(r->lines->context, line, err) : 0;
}

/* What was put together. */
static int give(struct reading *r, struct medark_error *err)
{
	struct medark_bytes line = medark_bytes(r->line.data, r->line.size);
	bool is_too_long = r->is_too_long;

	r->line.size = 0;
	r->is_too_long = false;
	if (is_too_long)
		return r->lines->each(r->lines->context, medark_bytes(NULL, 0), err);
	return give_line(r, line, err);
}

static int add(struct reading *r, struct medark_bytes part, struct medark_error *err)
{
	if (r->is_too_long || part.size > MEDARK_SEALED_LINE_MAX - r->line.size) {
		r->is_too_long = true;
		r->line.size = 0;
		return 0;
	}
	return part.size ? medark_buffer_add(&r->line, part.data, part.size, err) : 0;
}

static int take(struct reading *r, struct medark_bytes bytes, struct medark_error *err)
{
	const uint8_t *end;

	while (bytes.size && (end = memchr(bytes.data, '\n', bytes.size))) {
		size_t size = (size_t)(end - bytes.data);

		if (r->line.size || r->is_too_long) {
			MEDARK_TRY(add(r, medark_bytes(bytes.data, size), err));
			MEDARK_TRY(give(r, err));
		} else {
			MEDARK_TRY(give_line(r, medark_bytes(bytes.data, size), err));
		}
		bytes = medark_bytes(end + 1, bytes.size - size - 1);
	}
	return add(r, bytes, err);
}

int medark_sealed_lines_each(const struct medark_sealed_lines *lines, struct medark_error *err)
{
	MEDARK_AUTO(reading_clear)
	struct reading r = {
		.lines = lines,
		.line = MEDARK_BUFFER_SECRET(MEDARK_SEALED_LINE_MAX + STEP),
	};
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer step = MEDARK_BUFFER_SECRET(STEP);
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	ssize_t n;

	MEDARK_TRY(medark_buffer_reserve(&step, STEP, err));
	MEDARK_TRY(medark_sealed_stream(lines->folder, lines->name, lines->secret, &s, err));
	while ((n = medark_stream_read(s, step.data, STEP, err)) > 0)
		MEDARK_TRY(take(&r, medark_bytes(step.data, (size_t)n), err));
	return n < 0 ? (int)n : give(&r, err);
}
