/* SPDX-License-Identifier: Apache-2.0 */
#include "search/decimal.h"

#include <assert.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Digits from *at on into the number; how many, or -1 if they are too many. */
static int take_digits(struct medark_bytes text, size_t *at, struct medark_decimal *out)
{
	int n = 0;

	for (; *at < text.size && is_digit(text.data[*at]); ++*at, n++) {
		if (out->count == MEDARK_DECIMAL_DIGITS)
			return -1;
		out->digits[out->count++] = (uint8_t)(text.data[*at] - '0');
	}
	return n;
}

static bool take_exponent(struct medark_bytes text, size_t *at, int *out)
{
	bool negative;
	size_t begin;

	*out = 0;
	if (*at == text.size)
		return true;
	if ((text.data[(*at)++] | 0x20) != 'e' || *at == text.size)
		return false;
	negative = text.data[*at] == '-';
	*at += negative || text.data[*at] == '+';
	for (begin = *at; *at < text.size && is_digit(text.data[*at]); ++*at) {
		*out = *out * 10 + text.data[*at] - '0';
		if (*out > MEDARK_DECIMAL_SCALE)
			return false;
	}
	if (negative)
		*out = -*out;
	return *at > begin;
}

bool medark_decimal_parse(struct medark_bytes text, struct medark_decimal *out)
{
	struct medark_decimal v = { 0 };
	int whole, fraction = 0, exponent;
	size_t at = 0;

	v.negative = text.size && text.data[0] == '-';
	at += v.negative;
	whole = take_digits(text, &at, &v);
	if (whole < 1 || (whole > 1 && v.digits[0] == 0))
		return false;
	if (at < text.size && text.data[at] == '.') {
		at++;
		fraction = take_digits(text, &at, &v);
		if (fraction < 1)
			return false;
	}
	if (!take_exponent(text, &at, &exponent) || at != text.size)
		return false;
	exponent -= fraction;
	if (exponent < -MEDARK_DECIMAL_SCALE)
		return false;
	v.exponent = (int16_t)exponent;
	*out = v;
	return true;
}

/* The number of leading zeros; all digits of a zero. */
static int zeros(const struct medark_decimal *v)
{
	int n = 0;

	while (n < v->count && v->digits[n] == 0)
		n++;
	return n;
}

static int compare_sizes(const struct medark_decimal *a, const struct medark_decimal *b)
{
	int i = zeros(a), k = zeros(b);
	/* The place of the first digit. */
	int high_a = a->count - i + a->exponent, high_b = b->count - k + b->exponent;

	if (i == a->count || k == b->count)
		return (i < a->count) - (k < b->count);
	if (high_a != high_b)
		return high_a < high_b ? -1 : 1;
	for (; i < a->count || k < b->count; i++, k++) {
		int x = i < a->count ? a->digits[i] : 0, y = k < b->count ? b->digits[k] : 0;

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

int medark_decimal_compare(const struct medark_decimal *a, const struct medark_decimal *b)
{
	bool below_a = a->negative && zeros(a) < a->count;
	bool below_b = b->negative && zeros(b) < b->count;

	if (below_a != below_b)
		return below_a ? -1 : 1;
	return below_a ? -compare_sizes(a, b) : compare_sizes(a, b);
}

/* Times `factor`, below 100, plus `more`: at most two more digits in front. */
static void multiply(struct medark_decimal *v, int factor, int more)
{
	int carry = more;

	for (int i = v->count - 1; i >= 0; i--) {
		carry += v->digits[i] * factor;
		v->digits[i] = (uint8_t)(carry % 10);
		carry /= 10;
	}
	for (; carry; carry /= 10) {
		assert(v->count < sizeof(v->digits));
		memmove(v->digits + 1, v->digits, v->count++);
		v->digits[0] = (uint8_t)(carry % 10);
	}
}

/* Minus 5, of a number of 10 or more that ends with 0. */
static void subtract_five(struct medark_decimal *v)
{
	int i = v->count - 1;

	v->digits[i] = 5;
	while (v->digits[--i] == 0)
		v->digits[i] = 9;
	v->digits[i]--;
}

struct medark_decimal medark_decimal_rounded(const struct medark_decimal *v, bool above)
{
	struct medark_decimal end = *v;
	bool zero = zeros(v) == v->count;

	end.digits[end.count++] = 0;
	end.exponent--;
	if (zero)
		end.negative = !above;
	if (zero || end.negative != above)
		multiply(&end, 1, 5);
	else
		subtract_five(&end);
	return end;
}

struct medark_decimal medark_decimal_about(const struct medark_decimal *v, bool above)
{
	struct medark_decimal end = *v;

	end.exponent--;
	multiply(&end, end.negative != above ? 11 : 9, 0);
	return end;
}
