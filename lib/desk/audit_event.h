/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_event: the text of a row of the audit log before it is sealed: one JSON object that a
 * person can read, always with the same names, read with an allow-list of them. Any thread, no
 * state.
 */
#ifndef MEDARK_DESK_AUDIT_EVENT_H
#define MEDARK_DESK_AUDIT_EVENT_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/digest.h"

#include <medark/desk.h>

#include <jansson.h>

#define MEDARK_AUDIT_TEXT_MAX ((size_t)64 << 10)

/* Where a row stands: part of what is sealed, so that who has no key cannot put it elsewhere. */
struct medark_audit_place {
	uint64_t number;	    /* from 1 */
	struct medark_digest after; /* hash of what stands before it */
};

/*
 * Appends the text. MEDARK_E_USAGE if a field is longer than <medark/desk.h> says, or no value of
 * its kind; MEDARK_E_MEMORY.
 */
int medark_audit_event_write(const struct medark_audit_event *event,
			     const struct medark_audit_place *place, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads a row's text. The event's texts are those of *out_root, which the caller releases with
 * json_decref(). MEDARK_E_FORMAT quotes nothing; MEDARK_E_MEMORY.
 */
int medark_audit_event_parse(struct medark_bytes text, struct medark_audit_event *out,
			     struct medark_audit_place *out_place, json_t **out_root,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
