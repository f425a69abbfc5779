/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uuid: names of what a document holds that is in no archive, made of what they are names for:
 * UUIDs of version 5 (RFC 9562 section 5.5). The same archive gives the same ones. Any thread.
 */
#ifndef MEDARK_IPS_UUID_H
#define MEDARK_IPS_UUID_H

#include "base/bytes.h"
#include "base/error.h"

#include <stddef.h>

#define MEDARK_UUID_SIZE 37 /* with the zero behind it */

/* Of some texts, one behind the other, each with its length. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_uuid_make(const struct medark_bytes *parts, size_t count, char out[MEDARK_UUID_SIZE],
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
