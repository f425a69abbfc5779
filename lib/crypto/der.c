/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/der.h"

#include <assert.h>
#include <stdlib.h>

/* One element at the start of `bytes`: sizes of head and content. Shortest definite length only. */
static bool measure(struct medark_bytes bytes, size_t *out_head, size_t *out_content)
{
	size_t head = 2, length;
	unsigned n;

	if (bytes.size < 2 || (bytes.data[0] & 0x1f) == 0x1f)
		return false;
	length = bytes.data[1];
	if (length >= 0x80) {
		n = (unsigned)length & 0x7f;
		if (n == 0 || n > 4 || bytes.size - 2 < n)
			return false;
		length = 0;
		for (unsigned i = 0; i < n; i++)
			length = length << 8 | bytes.data[2 + i];
		if (length < 0x80 || length >> (8 * (n - 1)) == 0)
			return false;
		head += n;
	}
	if (length > bytes.size - head)
		return false;
	*out_head = head;
	*out_content = length;
	return true;
}

/* Steps over an element of `tag`; either out may be NULL. */
static bool step(struct medark_der *der, uint8_t tag, struct medark_bytes *out_whole,
		 struct medark_bytes *out_content)
{
	const uint8_t *at = der->rest.data;
	size_t head, content;

	if (!medark_der_is_next(der, tag) || !measure(der->rest, &head, &content))
		return false;
	if (out_whole)
		*out_whole = medark_bytes(at, head + content);
	if (out_content)
		*out_content = medark_bytes(at + head, content);
	der->rest = medark_bytes(at + head + content, der->rest.size - head - content);
	return true;
}

bool medark_der_get(struct medark_der *der, uint8_t tag, struct medark_bytes *out_content)
{
	return step(der, tag, NULL, out_content);
}

bool medark_der_get_whole(struct medark_der *der, uint8_t tag, struct medark_bytes *out_whole)
{
	return step(der, tag, out_whole, NULL);
}

bool medark_der_enter(struct medark_der *der, uint8_t tag, struct medark_der *out_inner)
{
	return step(der, tag, NULL, &out_inner->rest);
}

bool medark_der_expect(struct medark_der *der, uint8_t tag, struct medark_bytes content)
{
	struct medark_der next = *der;
	struct medark_bytes found;

	if (!step(&next, tag, NULL, &found) || !medark_bytes_equal(found, content))
		return false;
	*der = next;
	return true;
}

bool medark_der_get_sized(struct medark_der *der, uint8_t tag, size_t size,
			  const uint8_t **out_content)
{
	struct medark_der next = *der;
	struct medark_bytes found;

	if (!step(&next, tag, NULL, &found) || found.size != size)
		return false;
	*out_content = found.data;
	*der = next;
	return true;
}

/* The content of a non-negative INTEGER; gives where in `room` it begins. */
static struct medark_bytes integer(uint64_t value, uint8_t room[9])
{
	size_t from = 0;

	room[0] = 0;
	medark_put_be64(room + 1, value);
	while (from < 8 && room[from] == 0 && !(room[from + 1] & 0x80))
		from++;
	return medark_bytes(room + from, 9 - from);
}

bool medark_der_expect_integer(struct medark_der *der, uint64_t value)
{
	uint8_t room[9];

	return medark_der_expect(der, MEDARK_DER_INTEGER, integer(value, room));
}

bool medark_der_expect_oid(struct medark_der *der, struct medark_bytes oid)
{
	return medark_der_expect(der, MEDARK_DER_OID, oid);
}

bool medark_der_expect_bytes(struct medark_der *der, struct medark_bytes bytes)
{
	struct medark_bytes rest = der->rest;

	if (rest.size < bytes.size || memcmp(rest.data, bytes.data, bytes.size) != 0)
		return false;
	der->rest = medark_bytes(rest.data + bytes.size, rest.size - bytes.size);
	return true;
}

/* Bytes of a length's long form; 0 for the short form. */
static unsigned length_bytes(size_t content)
{
	unsigned n = 0;

	if (content < 0x80)
		return 0;
	for (; content; content >>= 8)
		n++;
	return n;
}

size_t medark_der_head_size(size_t content)
{
	return 2 + length_bytes(content);
}

uint8_t *medark_der_head(uint8_t *out, uint8_t tag, size_t content)
{
	unsigned n = length_bytes(content);

	*out++ = tag;
	if (n == 0) {
		*out++ = (uint8_t)content;
		return out;
	}
	*out++ = (uint8_t)(0x80 | n);
	while (n-- > 0)
		*out++ = (uint8_t)(content >> (8 * n));
	return out;
}

void medark_der_put_raw(struct medark_der_writer *w, struct medark_bytes der)
{
	if (w->code == 0)
		w->code = medark_buffer_add(w->out, der.data, der.size, w->err);
}

static void put_head(struct medark_der_writer *w, uint8_t tag, size_t content)
{
	uint8_t head[2 + sizeof(size_t)];
	const uint8_t *end = medark_der_head(head, tag, content);

	medark_der_put_raw(w, medark_bytes(head, (size_t)(end - head)));
}

void medark_der_put(struct medark_der_writer *w, uint8_t tag, struct medark_bytes content)
{
	put_head(w, tag, content.size);
	medark_der_put_raw(w, content);
}

void medark_der_put_integer(struct medark_der_writer *w, uint64_t value)
{
	uint8_t room[9];

	medark_der_put(w, MEDARK_DER_INTEGER, integer(value, room));
}

void medark_der_put_oid(struct medark_der_writer *w, struct medark_bytes oid)
{
	medark_der_put(w, MEDARK_DER_OID, oid);
}

/* The length is not known yet: one byte holds its place, and the content moves up at the end. */
void medark_der_begin(struct medark_der_writer *w, uint8_t tag)
{
	assert(w->depth < MEDARK_DER_DEPTH_MAX);
	put_head(w, tag, 0);
	w->starts[w->depth++] = w->out->size;
}

void medark_der_end(struct medark_der_writer *w)
{
	size_t start, size;
	unsigned n;

	assert(w->depth > 0);
	start = w->starts[--w->depth];
	if (w->code)
		return;
	size = w->out->size - start;
	n = length_bytes(size);
	w->code = medark_buffer_reserve(w->out, n, w->err);
	if (w->code)
		return;
	memmove(w->out->data + start + n, w->out->data + start, size);
	(void)medark_der_head(w->out->data + start - 2, w->out->data[start - 2], size);
	w->out->size += n;
}

static int compare(const void *a, const void *b)
{
	const struct medark_bytes *x = a, *y = b;

	return medark_bytes_compare(*x, *y);
}

void medark_der_put_set_of(struct medark_der_writer *w, uint8_t tag, struct medark_bytes *items,
			   size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += items[i].size;
	if (count > 1)
		qsort(items, count, sizeof(*items), compare);
	put_head(w, tag, size);
	for (size_t i = 0; i < count; i++)
		medark_der_put_raw(w, items[i]);
}

int medark_der_writer_finish(struct medark_der_writer *w)
{
	assert(w->depth == 0 || w->code);
	return w->code;
}
