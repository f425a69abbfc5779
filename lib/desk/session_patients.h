/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_patients: a bounded number of patients that a session knows, with a handle or a reason;
 * for one more the oldest goes. Part of session. One thread at a time.
 */
#ifndef MEDARK_DESK_SESSION_PATIENTS_H
#define MEDARK_DESK_SESSION_PATIENTS_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <medark/desk.h>

#define MEDARK_SESSION_HANDLE_BYTES 16

struct medark_session_patient {
	uint64_t hash; /* of the key, so that most are told apart at once */
	uint8_t handle[MEDARK_SESSION_HANDLE_BYTES];
	uint8_t *key;		      /* wiped when it goes; NULL: no patient here */
	struct medark_reason *reason; /* of a chart; else NULL */
	size_t size;
};

/* Zeroed with a limit it is empty. */
struct medark_session_patients {
	struct medark_session_patient *items;
	size_t count, room, limit;
	size_t next; /* which one goes when there are as many as there may be */
};

void medark_session_patients_clear(struct medark_session_patients *p);

/* Borrowed until one is added; NULL if there is none. `seed` is that of the add. */
struct medark_session_patient *medark_session_patients_find(const struct medark_session_patients *p,
							    uint64_t seed, struct medark_bytes key);
struct medark_session_patient *
medark_session_patients_by_handle(const struct medark_session_patients *p,
				  const uint8_t handle[MEDARK_SESSION_HANDLE_BYTES]);

/* Adds a patient who is not there; `reason` (NULL: none) is copied. MEDARK_E_MEMORY. */
int medark_session_patients_add(struct medark_session_patients *p, uint64_t seed,
				struct medark_bytes key, const struct medark_reason *reason,
				struct medark_session_patient **out,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
