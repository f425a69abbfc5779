/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_engine: checks one JSON object or array with SIMD, 64 bytes at a time. It says yes or "not
 * I"; the scalar machine then decides, so that both always agree. See json_engine_body.h for how.
 */
#ifndef MEDARK_SCAN_JSON_ENGINE_H
#define MEDARK_SCAN_JSON_ENGINE_H

#include "scan/json.h"

/* What the machine that runs this offers; each level needs what stands before it. */
enum medark_json_level {
	MEDARK_JSON_LEVEL_SCALAR = 0,
	MEDARK_JSON_LEVEL_AVX2,
	MEDARK_JSON_LEVEL_AVX512,
	MEDARK_JSON_LEVEL_VBMI2,
};

enum medark_json_level medark_json_level(void);

/* Deepest nesting that the engine follows: one bit each in a word, under a sentinel. */
#define MEDARK_JSON_ENGINE_DEPTH_MAX 62

/* Where to note the wanted members of the outermost object. */
struct medark_json_members {
	const struct medark_json_keys *keys;
	struct medark_json_object *object; /* emptied by the caller */
	size_t shift;			   /* offset of the object in the caller's text */
	struct medark_json_shapes *shapes; /* or NULL; for medark_json_engine_vbmi2() alone */
};

/*
 * Bytes of the container that begins at data[0] ('{' or '['), or 0: not valid, not ended within
 * `size` bytes, or nested deeper than MEDARK_JSON_ENGINE_DEPTH_MAX. What follows it does not
 * matter. `members` may be NULL; with it MEDARK_JSON_PADDING bytes behind data + size must be
 * readable. When the result is 0 what was noted there is meaningless.
 */
size_t medark_json_engine_avx2(const uint8_t *data, size_t size,
			       const struct medark_json_members *members);
size_t medark_json_engine_avx512(const uint8_t *data, size_t size,
				 const struct medark_json_members *members);

/*
 * The object that is the whole of the text data[0, size) (white space may stand behind it) or, if
 * `is_line`, of its first line. Returns the size of the text, without the line feed, or 0 as above.
 */
size_t medark_json_engine_vbmi2(const uint8_t *data, size_t size, bool is_line,
				const struct medark_json_members *members);

/* The one of them for `level`; 0 for MEDARK_JSON_LEVEL_SCALAR. */
size_t medark_json_engine(enum medark_json_level level, const uint8_t *data, size_t size,
			  const struct medark_json_members *members);

/* medark_json_scan() with a level that the machine has: for tests and measurements. */
void medark_json_scan_level(enum medark_json_level level, const struct medark_json_keys *keys,
			    struct medark_json_shapes *shapes, const uint8_t *data, size_t size,
			    struct medark_json_object *out);

/* medark_json_scan_line(), likewise. */
size_t medark_json_scan_line_level(enum medark_json_level level,
				   const struct medark_json_keys *keys,
				   struct medark_json_shapes *shapes, const uint8_t *data,
				   size_t size, struct medark_json_object *out);

#endif
