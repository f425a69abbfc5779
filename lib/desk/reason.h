/* SPDX-License-Identifier: Apache-2.0 */
/* reason: why a chart is opened (NEN 7513:2018), in codes of HL7's ActReason. Any thread. */
#ifndef MEDARK_DESK_REASON_H
#define MEDARK_DESK_REASON_H

#include "base/bytes.h"
#include "base/error.h"

#include <medark/desk.h>

/*
 * Is it a reason that a chart can be opened for? Its code is one of enum medark_reason_code but
 * NONE; its text UTF-8 without control characters, not empty for one on behalf of another, who is
 * named there. MEDARK_E_USAGE.
 */
int medark_reason_check(const struct medark_reason *reason,
			struct medark_error *err) MEDARK_MUST_USE;

/* The code of such a name; MEDARK_REASON_NONE if it is none. */
enum medark_reason_code medark_reason_code_find(const char *name);

/* Text of 0 to `max` bytes of UTF-8 without control characters (C0, DEL, C1)? */
bool medark_desk_is_line(struct medark_bytes text, size_t max);

#endif
