/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/session_patients.h"

#include "base/hash.h"
#include "base/secret.h"

#include <string.h>

static void forget(struct medark_session_patient *patient)
{
	medark_secret_free(patient->key);
	medark_secret_free(patient->reason);
	medark_secret_wipe(patient, sizeof(*patient));
}

void medark_session_patients_clear(struct medark_session_patients *p)
{
	for (size_t i = 0; i < p->count; i++)
		forget(&p->items[i]);
	free(p->items);
	*p = (struct medark_session_patients) { .limit = p->limit };
}

struct medark_session_patient *medark_session_patients_find(const struct medark_session_patients *p,
							    uint64_t seed, struct medark_bytes key)
{
	uint64_t hash = medark_hash(seed, key);

	for (size_t i = 0; i < p->count; i++) {
		struct medark_session_patient *item = &p->items[i];

		if (item->hash == hash &&
		    medark_bytes_equal(medark_bytes(item->key, item->size), key))
			return item;
	}
	return NULL;
}

struct medark_session_patient *
medark_session_patients_by_handle(const struct medark_session_patients *p,
				  const uint8_t handle[MEDARK_SESSION_HANDLE_BYTES])
{
	struct medark_session_patient *found = NULL;

	/* All are compared: how long it takes says nothing of what the handles are. */
	for (size_t i = 0; i < p->count; i++)
		if (medark_secret_equal(p->items[i].handle, handle, MEDARK_SESSION_HANDLE_BYTES))
			found = &p->items[i];
	return found;
}

/* A free place; the oldest patient's if there is no other. */
static struct medark_session_patient *make_room(struct medark_session_patients *p)
{
	struct medark_session_patient *items;
	size_t room;

	if (p->count < p->room)
		return &p->items[p->count++];
	if (p->count == p->limit) {
		struct medark_session_patient *oldest = &p->items[p->next];

		p->next = (p->next + 1) % p->limit;
		forget(oldest);
		return oldest;
	}
	room = p->room ? 2 * p->room : 16;
	if (room > p->limit)
		room = p->limit;
	/* Handles and hashes only: what is left of the old place names nobody. */
	items = realloc(p->items, room * sizeof(*items));
	if (!items)
		return NULL;
	p->items = items;
	p->room = room;
	return &p->items[p->count++];
}

int medark_session_patients_add(struct medark_session_patients *p, uint64_t seed,
				struct medark_bytes key, const struct medark_reason *reason,
				struct medark_session_patient **out, struct medark_error *err)
{
	struct medark_session_patient new = { .hash = medark_hash(seed, key), .size = key.size };
	struct medark_session_patient *place = NULL;

	new.key = medark_secret_new(key.size);
	if (reason)
		new.reason = medark_secret_new(sizeof(*reason));
	if (new.key && (new.reason || !reason))
		place = make_room(p);
	if (!place) {
		forget(&new);
		return medark_error_memory(err, "a patient of a session");
	}
	memcpy(new.key, key.data, key.size);
	if (reason)
		*new.reason = *reason;
	*place = new;
	*out = place;
	return 0;
}
