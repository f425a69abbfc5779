/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capability: what a FHIR server says that it can do (CapabilityStatement, `[base]/metadata`;
 * https://hl7.org/fhir/capabilitystatement.html; STU3 to R5). Servers promise too much and too
 * little: it says where to begin, and never what is there.
 */
#ifndef MEDARK_LIVE_CAPABILITY_H
#define MEDARK_LIVE_CAPABILITY_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "live/talk.h"

#include <stdbool.h>
#include <stddef.h>

#define MEDARK_CAPABILITY_MAX	      ((size_t)32 << 20) /* bytes of a statement */
#define MEDARK_CAPABILITY_NAME_MAX    64
#define MEDARK_CAPABILITY_VERSION_MAX 31
#define MEDARK_CAPABILITY_TYPES_MAX   1000
#define MEDARK_CAPABILITY_PARAMS_MAX  1000 /* of a type */

struct medark_capability_param {
	char name[MEDARK_CAPABILITY_NAME_MAX + 1]; /* letters, digits, '-', '_' */
};

/* A resource type that the server has. */
struct medark_capability_type {
	char name[MEDARK_CAPABILITY_NAME_MAX + 1]; /* letters */
	bool can_read, can_search;
	struct medark_capability_param *params; /* by which it can be searched, sorted */
	size_t param_count;
};

struct medark_capability {
	char fhir_version[MEDARK_CAPABILITY_VERSION_MAX + 1]; /* "4.0.1"; empty: not told */
	/* Bulk export of everything, of all patients, of a group. */
	bool has_export, has_patient_export, has_group_export;
	bool has_everything;		      /* Patient/id/$everything */
	struct medark_capability_type *types; /* sorted by name, each once */
	size_t count;
};

/* May be called on a zeroed object. */
void medark_capability_clear(struct medark_capability *c);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_capability, medark_capability_clear)

/*
 * Reads a statement into `out`, which is zeroed. What is misspelt or beyond a limit is left out.
 * MEDARK_E_REMOTE if it is none; MEDARK_E_MEMORY. Any thread.
 */
int medark_capability_parse(struct medark_bytes text, struct medark_capability *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Asks the server, and reads what it says into `out`, which is zeroed. MEDARK_E_NOT_FOUND: it
 * answers with something else; errors of medark_talk_send(), MEDARK_E_MEMORY.
 */
int medark_capability_fetch(const struct medark_talk *talk, struct medark_capability *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/* The type of that name; NULL if the server has none. Borrowed. */
const struct medark_capability_type *medark_capability_find(const struct medark_capability *c,
							    const char *name);

/* Can the type be searched by that parameter? */
bool medark_capability_has_param(const struct medark_capability_type *type, const char *name);

#endif
