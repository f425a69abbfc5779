/* SPDX-License-Identifier: Apache-2.0 */
/*
 * der: a small strict reader and a writer of DER (X.690), for the few CMS templates of the format.
 *
 * The reader accepts single-byte tags and definite lengths in their shortest form only. It never
 * recurses and never allocates: a caller steps through the one structure that it knows, and depth
 * is what the caller enters. A reader is a view; its functions return false, and leave reader and
 * outs as they were, on anything but what was asked for. Naming the fault is the caller's part.
 */
#ifndef MEDARK_CRYPTO_DER_H
#define MEDARK_CRYPTO_DER_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDARK_DER_INTEGER	    0x02
#define MEDARK_DER_BIT_STRING	    0x03
#define MEDARK_DER_OCTET_STRING	    0x04
#define MEDARK_DER_NULL		    0x05
#define MEDARK_DER_OID		    0x06
#define MEDARK_DER_UTC_TIME	    0x17
#define MEDARK_DER_GENERALIZED_TIME 0x18
#define MEDARK_DER_SEQUENCE	    0x30
#define MEDARK_DER_SET		    0x31
/* Context tags: [n] of a primitive and of a constructed element, n < 31. */
#define MEDARK_DER_CONTEXT(n)		  (0x80 | (n))
#define MEDARK_DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))

/* Deepest nesting that a writer takes. */
#define MEDARK_DER_DEPTH_MAX 16

struct medark_der {
	struct medark_bytes rest; /* what was not read yet */
};

static inline struct medark_der medark_der(struct medark_bytes bytes)
{
	return (struct medark_der) { .rest = bytes };
}

/* Nothing is left? */
static inline bool medark_der_at_end(const struct medark_der *der)
{
	return der->rest.size == 0;
}

/* The next element begins with `tag`? */
static inline bool medark_der_is_next(const struct medark_der *der, uint8_t tag)
{
	return der->rest.size && der->rest.data[0] == tag;
}

/* Steps over the next element, which must have `tag`; gives its content. */
bool medark_der_get(struct medark_der *der, uint8_t tag, struct medark_bytes *out_content);

/* As above, and gives the element with its tag and length. */
bool medark_der_get_whole(struct medark_der *der, uint8_t tag, struct medark_bytes *out_whole);

/* Steps over the next element and gives another reader, of its content. */
bool medark_der_enter(struct medark_der *der, uint8_t tag, struct medark_der *out_inner);

/* Steps over the next element if it is exactly `tag` with `content`. */
bool medark_der_expect(struct medark_der *der, uint8_t tag, struct medark_bytes content);

/* Steps over an element of `tag` with exactly `size` bytes of content; gives where they stand. */
bool medark_der_get_sized(struct medark_der *der, uint8_t tag, size_t size,
			  const uint8_t **out_content);

/* Steps over an INTEGER with this non-negative value, minimally encoded. */
bool medark_der_expect_integer(struct medark_der *der, uint64_t value);

/* Steps over an OBJECT IDENTIFIER with these content bytes. */
bool medark_der_expect_oid(struct medark_der *der, struct medark_bytes oid);

/* Steps over exactly these bytes. */
bool medark_der_expect_bytes(struct medark_der *der, struct medark_bytes bytes);

/* Size of an element's tag and length for `content` bytes. */
size_t medark_der_head_size(size_t content);

/* Writes tag and shortest length to `out` (room for medark_der_head_size()); gives the end. */
uint8_t *medark_der_head(uint8_t *out, uint8_t tag, size_t content);

/*
 * Writes into `out`, the caller's buffer, at its end. The first failure sticks: later calls do
 * nothing, and medark_der_writer_finish() gives it. One thread at a time.
 */
struct medark_der_writer {
	struct medark_buffer *out;
	struct medark_error *err;
	int code;
	unsigned depth;
	size_t starts[MEDARK_DER_DEPTH_MAX]; /* where the content of each open element begins */
};

static inline struct medark_der_writer medark_der_writer(struct medark_buffer *out,
							 struct medark_error *err)
{
	return (struct medark_der_writer) { .out = out, .err = err };
}

/* Opens a constructed element; medark_der_end() closes the innermost and sets its length. */
void medark_der_begin(struct medark_der_writer *w, uint8_t tag);
void medark_der_end(struct medark_der_writer *w);

/* An element with this content. */
void medark_der_put(struct medark_der_writer *w, uint8_t tag, struct medark_bytes content);
/* A non-negative INTEGER. */
void medark_der_put_integer(struct medark_der_writer *w, uint64_t value);
void medark_der_put_oid(struct medark_der_writer *w, struct medark_bytes oid);
/* Bytes that are DER already. */
void medark_der_put_raw(struct medark_der_writer *w, struct medark_bytes der);

/*
 * A SET OF: opens nothing, writes the whole element with `count` DER elements in the order that
 * X.690 section 11.6 asks for. `items` is sorted in place.
 */
void medark_der_put_set_of(struct medark_der_writer *w, uint8_t tag, struct medark_bytes *items,
			   size_t count);

/* 0, or the first failure (MEDARK_E_MEMORY). Every element must have been closed. */
int medark_der_writer_finish(struct medark_der_writer *w) MEDARK_MUST_USE;

#endif
