/* SPDX-License-Identifier: Apache-2.0 */
#include "net/retry.h"

#include "net/curl.h"

#include <string.h>

/* A delta of more than 30 years is a moment since 1970: seen at a vendor's. */
#define EPOCH_FROM INT64_C(1000000000)

#define DATE_MAX 64

static double clamp(double seconds, const struct medark_retry_bounds *bounds)
{
	if (seconds < bounds->least)
		return bounds->least;
	return seconds > bounds->most ? bounds->most : seconds;
}

static struct medark_bytes trim(struct medark_bytes text)
{
	while (text.size && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = medark_bytes(text.data + 1, text.size - 1);
	while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/* Digits, of which more than fit count as very many; a fraction is cut off. */
static bool read_number(struct medark_bytes text, int64_t *out)
{
	int64_t n = 0;
	size_t i = 0;

	for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		if (n < INT64_MAX / 16)
			n = n * 10 + (text.data[i] - '0');
	*out = n;
	return i && (i == text.size || text.data[i] == '.');
}

bool medark_retry_after(struct medark_bytes value, int64_t now,
			const struct medark_retry_bounds *bounds, double *out)
{
	char date[DATE_MAX];
	int64_t n;

	value = trim(value);
	if (read_number(value, &n)) {
		*out = clamp((double)(n >= EPOCH_FROM ? n - now : n), bounds);
		return true;
	}
	if (value.size == 0 || value.size >= sizeof(date) || medark_curl_load(NULL) < 0)
		return false;
	memcpy(date, value.data, value.size);
	date[value.size] = '\0';
	n = medark_curl.getdate(date, NULL);
	if (n < 0)
		return false;
	*out = clamp((double)(n - now), bounds);
	return true;
}

double medark_retry_delay(unsigned attempt, uint32_t random,
			  const struct medark_retry_bounds *bounds)
{
	double delay = bounds->least * (double)(UINT64_C(1) << (attempt > 32 ? 31 : attempt - 1));

	delay = clamp(delay, bounds);
	return clamp(delay / 2 + delay / 2 * random / UINT32_MAX, bounds);
}
