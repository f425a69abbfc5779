/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: the folder in which the desk keeps what outlives a process: for its owner alone (0700).
 * Any thread.
 */
#ifndef MEDARK_DESK_STATE_H
#define MEDARK_DESK_STATE_H

#include "base/error.h"

#include <stdbool.h>

/*
 * Opens the folder, with `create` makes it if it is not there; *out is the caller's to close.
 * MEDARK_E_NOT_FOUND; MEDARK_E_KEY if group or others have a right on it, or it belongs to neither
 * the user nor root; MEDARK_E_SYSTEM.
 */
int medark_state_open(const char *path, bool create, int *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
