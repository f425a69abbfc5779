/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes: a borrowed view of a run of bytes, and fixed-width integers in them. A view never owns;
 * it is valid as long as what it was taken from.
 */
#ifndef MEDARK_BASE_BYTES_H
#define MEDARK_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct medark_bytes {
	const uint8_t *data;
	size_t size;
};

static inline struct medark_bytes medark_bytes(const void *data, size_t size)
{
	return (struct medark_bytes) { .data = data, .size = size };
}

static inline struct medark_bytes medark_bytes_text(const char *text)
{
	return medark_bytes(text, strlen(text));
}

static inline bool medark_bytes_equal(struct medark_bytes a, struct medark_bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool medark_bytes_is(struct medark_bytes a, const char *text)
{
	return medark_bytes_equal(a, medark_bytes_text(text));
}

static inline bool medark_bytes_starts(struct medark_bytes a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.size >= n && (n == 0 || memcmp(a.data, prefix, n) == 0);
}

static inline bool medark_bytes_are_zero(struct medark_bytes a)
{
	for (size_t i = 0; i < a.size; i++)
		if (a.data[i])
			return false;
	return true;
}

/* Order of memcmp(), shorter first: the order of every sorted table of the index. */
static inline int medark_bytes_compare(struct medark_bytes a, struct medark_bytes b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.data, b.data, n) : 0;

	if (order)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

static inline void medark_put_be32(uint8_t out[4], uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

static inline void medark_put_be64(uint8_t out[8], uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (uint8_t)v;
}

static inline uint64_t medark_get_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint32_t medark_get_le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline void medark_put_le32(uint8_t *p, uint32_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void medark_put_le64(uint8_t *p, uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

#endif
