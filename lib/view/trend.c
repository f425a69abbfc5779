/* SPDX-License-Identifier: Apache-2.0 */
#include "view/trend.h"

#define WIDTH	   176
#define HEIGHT	   42
#define MARGIN	   4
#define DIGITS_MAX 15 /* that a double holds */

bool medark_trend_number(struct medark_bytes text, double *out)
{
	size_t i = text.size && text.data[0] == '-', digits = 0;
	double value = 0, scale = 1;
	bool is_behind = false;

	for (; i < text.size; i++) {
		if (text.data[i] == '.' && !is_behind) {
			is_behind = true;
			continue;
		}
		if (text.data[i] < '0' || text.data[i] > '9' || ++digits > DIGITS_MAX)
			return false;
		value = value * 10 + (text.data[i] - '0');
		scale *= is_behind ? 10 : 1;
	}
	*out = (text.size && text.data[0] == '-' ? -value : value) / scale;
	return digits > 0;
}

struct frame {
	double low, high, first, last;
};

static struct frame frame_of(const struct medark_trend_point *points, size_t count)
{
	struct frame f = { points[0].value, points[0].value, (double)points[count - 1].moment,
			   (double)points[0].moment };

	for (size_t i = 1; i < count; i++) {
		f.low = points[i].value < f.low ? points[i].value : f.low;
		f.high = points[i].value > f.high ? points[i].value : f.high;
	}
	return f;
}

/* In tenths; in the middle if there is no extent. */
static unsigned long long place(double value, double low, double high, int size)
{
	double part = high > low ? (value - low) / (high - low) : 0.5;

	return (unsigned long long)((MARGIN + part * (size - 2 * MARGIN)) * 10);
}

static int put_point(struct medark_buffer *out, const struct frame *f,
		     const struct medark_trend_point *p, const char *form, struct medark_error *err)
{
	unsigned long long x = place((double)p->moment, f->first, f->last, WIDTH);
	unsigned long long y = HEIGHT * 10 - place(p->value, f->low, f->high, HEIGHT);

	return medark_html(out, err, form, x / 10, x % 10, y / 10, y % 10);
}

int medark_trend(struct medark_buffer *out, enum medark_language language, struct medark_bytes name,
		 const struct medark_trend_point *points, size_t count, struct medark_error *err)
{
	const struct frame f = frame_of(points, count);

	MEDARK_TRY(medark_html(out, err,
			       "<svg class=\"trend\" viewBox=\"0 0 176 42\" role=\"img\"><title>%s "
			       "%b: %u %s</title>",
			       medark_word(language, MEDARK_WORD_TREND_OF), name,
			       (unsigned long long)count,
			       medark_word(language, MEDARK_WORD_POINTS)));
	MEDARK_TRY(medark_buffer_text(out, "<polyline class=\"line\" points=\"", err));
	for (size_t i = count; i-- > 0;)
		MEDARK_TRY(put_point(out, &f, &points[i], "%u.%u,%u.%u ", err));
	MEDARK_TRY(medark_buffer_text(out, "\"/>", err));
	for (size_t i = count; i-- > 0;)
		MEDARK_TRY(put_point(out, &f, &points[i],
				     i ? "<circle cx=\"%u.%u\" cy=\"%u.%u\" r=\"1.6\"/>"
				       : "<circle class=\"last\" cx=\"%u.%u\" cy=\"%u.%u\" "
					 "r=\"3\"/>",
				     err));
	return medark_buffer_text(out, "</svg>", err);
}
