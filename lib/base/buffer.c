/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include "base/secret.h"

#include <stdarg.h>
#include <string.h>

void medark_buffer_clear(struct medark_buffer *b)
{
	if (b->secret && b->data)
		medark_secret_wipe(b->data, b->capacity);
	free(b->data);
	b->data = NULL;
	b->size = 0;
	b->capacity = 0;
}

/* realloc() would leave a copy of a secret behind, so a secret buffer moves by hand. */
static uint8_t *move(struct medark_buffer *b, size_t capacity)
{
	uint8_t *data;

	if (!b->secret)
		return realloc(b->data, capacity);
	data = malloc(capacity);
	if (!data)
		return NULL;
	if (b->size)
		memcpy(data, b->data, b->size);
	if (b->data)
		medark_secret_wipe(b->data, b->capacity);
	free(b->data);
	return data;
}

int medark_buffer_reserve(struct medark_buffer *b, size_t extra, struct medark_error *err)
{
	size_t need, capacity;
	uint8_t *data;

	if (extra <= b->capacity - b->size)
		return 0;
	if (b->size > b->limit || extra > b->limit - b->size)
		return medark_error_set(err, MEDARK_E_MEMORY, "larger than the limit of %zu bytes",
					b->limit);
	need = b->size + extra;
	capacity = b->capacity ? b->capacity : (b->limit < 256 ? b->limit : 256);
	while (capacity < need)
		capacity = capacity > b->limit / 2 ? b->limit : capacity * 2;
	data = move(b, capacity);
	if (!data)
		return medark_error_memory(err, "a buffer");
	b->data = data;
	b->capacity = capacity;
	return 0;
}

int medark_buffer_add(struct medark_buffer *b, const void *data, size_t size,
		      struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_reserve(b, size, err));
	if (size)
		memcpy(b->data + b->size, data, size);
	b->size += size;
	return 0;
}

int medark_buffer_text(struct medark_buffer *b, const char *text, struct medark_error *err)
{
	return medark_buffer_add(b, text, strlen(text), err);
}

int medark_buffer_number(struct medark_buffer *b, uint64_t number, struct medark_error *err)
{
	char digits[20];
	size_t first = sizeof(digits);

	do
		digits[--first] = (char)('0' + number % 10);
	while (number /= 10);
	return medark_buffer_add(b, digits + first, sizeof(digits) - first, err);
}

int medark_buffer_print(struct medark_buffer *b, struct medark_error *err, const char *fmt, ...)
{
	va_list ap;
	int need;

	MEDARK_TRY(medark_buffer_reserve(b, 1, err));
	va_start(ap, fmt);
	need = vsnprintf((char *)b->data + b->size, b->capacity - b->size, fmt, ap);
	va_end(ap);
	if (need < 0)
		return medark_error_set(err, MEDARK_E_SYSTEM, "cannot format a text");
	if ((size_t)need >= b->capacity - b->size) {
		MEDARK_TRY(medark_buffer_reserve(b, (size_t)need + 1, err));
		va_start(ap, fmt);
		(void)vsnprintf((char *)b->data + b->size, (size_t)need + 1, fmt, ap);
		va_end(ap);
	}
	b->size += (size_t)need;
	return 0;
}
