/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strict: reads a small clear JSON object with an allow-list of names (header.json, summary.json):
 * every name must be there, no other may, each once, and every value in its exact type and range.
 * No message quotes the text. The objects are borrowed from the one that medark_strict_parse()
 * gave.
 */
#ifndef MEDARK_CONTAINER_STRICT_H
#define MEDARK_CONTAINER_STRICT_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

/* An object and how messages call it: "header.json". */
struct medark_strict {
	json_t *object;
	const char *what;
};

/*
 * Parses one JSON object of at most `max` bytes; the caller releases *out with json_decref().
 * MEDARK_E_FORMAT.
 */
int medark_strict_parse(struct medark_bytes text, size_t max, const char *what, json_t **out,
			struct medark_error *err) MEDARK_MUST_USE;

static inline __attribute__((unused)) void medark_strict_free(json_t *object)
{
	json_decref(object);
}
MEDARK_DEFINE_AUTO(json_t, medark_strict_free)

/* The object has exactly these names (the list ends with NULL); nothing else is done with it. */
int medark_strict_names(const struct medark_strict *s, const char *const *names,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * The value of `name`, which medark_strict_names() found there; written on success only.
 * MEDARK_E_FORMAT. A text is 1 to `max` bytes of printable ASCII, a word the same of `[a-z0-9-]`;
 * `out` has room for a terminating zero too. Hex is exactly 2 * size lower-case digits.
 */
int medark_strict_text(const struct medark_strict *s, const char *name, size_t max, char *out,
		       struct medark_error *err) MEDARK_MUST_USE;
int medark_strict_word(const struct medark_strict *s, const char *name, size_t max, char *out,
		       struct medark_error *err) MEDARK_MUST_USE;
int medark_strict_hex(const struct medark_strict *s, const char *name, void *out, size_t size,
		      struct medark_error *err) MEDARK_MUST_USE;
int medark_strict_number(const struct medark_strict *s, const char *name, uint64_t max,
			 uint64_t *out, struct medark_error *err) MEDARK_MUST_USE;
int medark_strict_bool(const struct medark_strict *s, const char *name, bool *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* `name` is this text, or this number. */
int medark_strict_is(const struct medark_strict *s, const char *name, const char *text,
		     struct medark_error *err) MEDARK_MUST_USE;
int medark_strict_is_number(const struct medark_strict *s, const char *name, uint64_t number,
			    struct medark_error *err) MEDARK_MUST_USE;

/* "<what>: '<name>' has no valid value", code MEDARK_E_FORMAT. */
int medark_strict_fault(const struct medark_strict *s, const char *name, struct medark_error *err);

#endif
