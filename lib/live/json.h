/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: small objects of control data, from files of the user and from servers. Servers leave out,
 * add and misspell: what is not there, or is of another kind, is told from what is, and no more.
 * For lib/live only.
 */
#ifndef MEDARK_LIVE_JSON_H
#define MEDARK_LIVE_JSON_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>

static inline __attribute__((unused)) void medark_json_release(json_t *value)
{
	json_decref(value);
}
MEDARK_DEFINE_AUTO(json_t, medark_json_release)

/*
 * Parses an object; `what` calls it in the sentence. Of a name that comes twice the last counts, as
 * everywhere. `code` if it is none; MEDARK_E_MEMORY.
 */
int medark_live_json_parse(struct medark_bytes text, const char *what, int code, json_t **out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* A string without a NUL; NULL if it is not there, or is something else. Borrowed. */
const char *medark_live_json_text(const json_t *object, const char *name);

#endif
