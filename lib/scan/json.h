/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: scans JSON texts (RFC 8259) at memory speed, without a tree and without allocation.
 *
 * One call looks at one complete JSON text, checks that it is valid to the last byte (grammar,
 * UTF-8, depth), and notes where the values of the wanted members of the outermost object stand.
 * Everything deeper is left to the caller, who scans such a value again or walks it with
 * medark_json_reader.
 *
 * Two implementations give identical results for every input: SIMD chosen at run time, and a
 * scalar twin that any machine runs. Knows nothing of FHIR.
 */
#ifndef MEDARK_SCAN_JSON_H
#define MEDARK_SCAN_JSON_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes behind every scanned text that must be readable (their content does not matter). */
#define MEDARK_JSON_PADDING 64

/* Deepest nesting accepted; the outermost object has depth 1. */
#define MEDARK_JSON_DEPTH_MAX 512

#define MEDARK_JSON_KEYS_MAX 128

/* Longest wanted member name in bytes. */
#define MEDARK_JSON_NAME_MAX 64

#define MEDARK_JSON_SLOTS 1024

/*
 * The wanted member names of an outermost object, compiled for fast matching. Fill with
 * medark_json_keys_init() once; read-only afterwards, so all threads may share it.
 */
struct medark_json_keys {
	uint32_t count;
	uint64_t factors[2];  /* of the perfect hash */
	uint64_t lengths[64]; /* [first byte % 64], bit n - 1: a name of n bytes */
	struct medark_bytes names[MEDARK_JSON_KEYS_MAX]; /* borrowed from the caller */
	uint64_t heads[MEDARK_JSON_KEYS_MAX + 1][4];	 /* first 32 bytes, zeros behind */
	uint8_t slots[MEDARK_JSON_SLOTS];		 /* number of the key, or KEYS_MAX: none */
};

/*
 * `names` are `count` distinct ASCII strings of 1 to 64 bytes that outlive `keys`.
 * MEDARK_E_USAGE when they are not, or when there are more than MEDARK_JSON_KEYS_MAX.
 */
int medark_json_keys_init(struct medark_json_keys *keys, const char *const *names, size_t count,
			  struct medark_error *err) MEDARK_MUST_USE;

enum medark_json_status {
	MEDARK_JSON_OBJECT = 0, /* one valid object, white space around it allowed */
	MEDARK_JSON_OTHER,	/* valid, but an array, string, number or literal */
	MEDARK_JSON_EMPTY,	/* nothing but white space */
	MEDARK_JSON_SYNTAX,	/* not JSON */
	MEDARK_JSON_UTF8,	/* not UTF-8 */
	MEDARK_JSON_DEPTH,	/* nested deeper than MEDARK_JSON_DEPTH_MAX */
};

/* Where a wanted member's value stands: data[begin] is its first byte, end one past its last. */
struct medark_json_value {
	size_t begin;
	size_t end; /* 0: the member is absent (a value never ends at 0) */
};

/*
 * What a scan found; medark_json_get() gives the members. Unless status is MEDARK_JSON_OBJECT, all
 * are absent and `repeated` is false.
 */
struct medark_json_object {
	enum medark_json_status status;
	bool repeated;	       /* a wanted member stands there twice: the first is in values[] */
	uint32_t repeated_key; /* the first that did, when `repeated`; else 0 */
	uint64_t present[MEDARK_JSON_KEYS_MAX / 64];	       /* bit: the member is there */
	struct medark_json_value values[MEDARK_JSON_KEYS_MAX]; /* of those; others mean nothing */
};

/* Is member number `key` there? */
static inline bool medark_json_has(const struct medark_json_object *object, uint32_t key)
{
	return object->present[key / 64] >> (key % 64) & 1;
}

/* Where member number `key` stands. */
static inline struct medark_json_value medark_json_get(const struct medark_json_object *object,
						       uint32_t key)
{
	return medark_json_has(object, key) ? object->values[key]
					    : (struct medark_json_value) { 0, 0 };
}

/*
 * What a caller's scans remember of the texts that were valid: lines of one file mostly have one of
 * a few shapes, and the next text of a known shape is scanned quicker. It never changes a result.
 * Of bounded size (1.2 MiB, of which few pages are touched); one thread at a time.
 */
struct medark_json_shapes;

/*
 * For scans with `keys`, which are borrowed until it is freed. *out is the caller's. Any thread.
 * MEDARK_E_MEMORY only.
 */
int medark_json_shapes_new(const struct medark_json_keys *keys, struct medark_json_shapes **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_json_shapes_free(struct medark_json_shapes *shapes);
MEDARK_DEFINE_AUTO(struct medark_json_shapes, medark_json_shapes_free)

/*
 * Scans one JSON text of `size` bytes. Never fails: what is wrong with the text stands in
 * out->status. A text that is not UTF-8 anywhere is MEDARK_JSON_UTF8 whatever else is wrong with
 * it; of the other faults the first one from the left is told. A member name is compared after
 * its escapes are decoded. A byte order mark is not accepted here (RFC 8259 section 8.1). An
 * escaped lone surrogate is accepted (section 8.2). No allocation; any thread. `shapes` were made
 * for the same keys, or NULL.
 *
 * MEDARK_JSON_PADDING bytes behind the text must be readable; they do not change the result.
 */
void medark_json_scan(const struct medark_json_keys *keys, struct medark_json_shapes *shapes,
		      const uint8_t *data, size_t size, struct medark_json_object *out);

/*
 * The same for the first line of the `size` bytes: the text ends before the first line feed, or
 * behind the last byte if there is none. Returns the size of the text. Quicker than looking for the
 * line feed first.
 */
size_t medark_json_scan_line(const struct medark_json_keys *keys, struct medark_json_shapes *shapes,
			     const uint8_t *data, size_t size, struct medark_json_object *out);

/* The scalar twin; medark_json_scan() is this on a machine without AVX2. Needs no padding. */
void medark_json_scan_scalar(const struct medark_json_keys *keys, const uint8_t *data, size_t size,
			     struct medark_json_object *out);

/* ---- a text that does not fit into memory (a line of 100 MB and more) ---- */

/* Longest value of a wanted member that a stream keeps, in bytes; longer ones are `cut`. */
#define MEDARK_JSON_STREAM_VALUE_MAX (64u << 10)

/* One text on its way; one thread at a time. */
struct medark_json_stream;

/* `keys` are borrowed until the stream is freed. *out is the caller's. MEDARK_E_MEMORY only. */
int medark_json_stream_new(const struct medark_json_keys *keys, struct medark_json_stream **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_json_stream_free(struct medark_json_stream *s);
MEDARK_DEFINE_AUTO(struct medark_json_stream, medark_json_stream_free)

/*
 * Feeds the next bytes of the text; any split gives the same result. The bytes need no padding and
 * are not kept. MEDARK_E_MEMORY only; the stream can then only be freed.
 */
int medark_json_stream_add(struct medark_json_stream *s, const uint8_t *data, size_t size,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Ends the text: no bytes may follow. The status is the one medark_json_scan() would give. */
enum medark_json_status medark_json_stream_finish(struct medark_json_stream *s);

/*
 * After the finish: the value of key number `key`, borrowed until the stream is freed; empty if
 * absent or cut (no value is empty of itself). `out_cut` may be NULL.
 */
struct medark_bytes medark_json_stream_value(const struct medark_json_stream *s, uint32_t key,
					     bool *out_cut);

/* After the finish: `repeated` as in struct medark_json_object. */
bool medark_json_stream_repeated(const struct medark_json_stream *s);

/* ---- walking a value ---- */

enum medark_json_token {
	MEDARK_JSON_END = 0, /* the text is used up */
	MEDARK_JSON_OBJECT_BEGIN,
	MEDARK_JSON_OBJECT_END,
	MEDARK_JSON_ARRAY_BEGIN,
	MEDARK_JSON_ARRAY_END,
	MEDARK_JSON_KEY, /* a member's name; its value follows */
	MEDARK_JSON_STRING,
	MEDARK_JSON_NUMBER,
	MEDARK_JSON_TRUE,
	MEDARK_JSON_FALSE,
	MEDARK_JSON_NULL,
	MEDARK_JSON_BAD = -1, /* not valid: the text was not scanned before; stays so */
};

/*
 * A pull reader over bytes; embedded, no clean-up, copied by assignment (to come back to a place).
 * Checks all that medark_json_scan() checks, as far as it has read, and never reads outside the
 * text, so that it can be used on texts that were not scanned. One thread at a time.
 */
struct medark_json_reader {
	const uint8_t *at;
	const uint8_t *end;
	struct medark_bytes raw; /* see medark_json_next() */
	bool escaped;		 /* raw holds a backslash: decode it with medark_json_decode() */
	uint8_t state;		 /* what may come next */
	uint32_t depth;		 /* containers that are open */
	uint8_t kinds[MEDARK_JSON_DEPTH_MAX / 8]; /* bit: 1 = object */
};

/* The text is borrowed for as long as the reader is used. No padding is needed. */
void medark_json_reader_init(struct medark_json_reader *r, struct medark_bytes text);

/*
 * The next token. r->raw is then the token's own bytes: for KEY and STRING without the quotes,
 * escapes not decoded. A text of nothing but white space is MEDARK_JSON_END.
 */
enum medark_json_token medark_json_next(struct medark_json_reader *r);

/*
 * Skips the value that comes next (call when a value is due: at the start, after KEY, or inside an
 * array) and gives its bytes in *out, borrowed from the text. False if there is none (end of the
 * array: medark_json_next() then gives it) or it is not valid (medark_json_next() then gives BAD).
 */
bool medark_json_skip(struct medark_json_reader *r, struct medark_bytes *out);

/*
 * Decodes the escapes of a string's raw bytes into `out` (room for raw.size bytes; may be the same
 * memory); returns the number of bytes written. Lone surrogates become U+FFFD. In bytes that no
 * reader gave, a backslash that begins no escape stands for itself.
 */
size_t medark_json_decode(struct medark_bytes raw, uint8_t *out);

/*
 * Do a name's raw bytes, which may hold escapes, mean `name` (ASCII, at most MEDARK_JSON_NAME_MAX
 * bytes)?
 */
bool medark_json_name_is(struct medark_bytes raw, const char *name);

#endif
