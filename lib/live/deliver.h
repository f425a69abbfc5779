/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver: brings records into a FHIR server. They come in units, of which each is what belongs
 * together (a patient); several units are under way at once, each with one request at a time.
 * Within a unit what is referred to goes first; what refers to each other goes in one transaction.
 *
 *	medark_deliver_new(&setup, &d, &err);
 *	medark_deliver_add(d, &record, &taken, &err); … medark_deliver_end_unit(d, &err); …
 *	medark_deliver_drain(d, &err);
 *
 * A record that refers to what was not met yet may wait for a further pass over the same records:
 * see medark_deliver_pass(). One thread at a time; requests are side by side in it.
 */
#ifndef MEDARK_LIVE_DELIVER_H
#define MEDARK_LIVE_DELIVER_H

#include "live/target.h"
#include "live/target_journal.h"
#include "live/target_map.h"

#include <stdbool.h>

/* Most bytes and records of a unit that are worth adding: larger ones are sent in parts. */
#define MEDARK_DELIVER_UNIT_BYTES   ((size_t)16 << 20)
#define MEDARK_DELIVER_UNIT_RECORDS 5000

enum medark_deliver_ids {
	MEDARK_DELIVER_SAME,   /* as in the archive */
	MEDARK_DELIVER_PREFIX, /* with a prefix in front */
	MEDARK_DELIVER_SERVER, /* the server gives them */
};

struct medark_deliver_record {
	struct medark_bytes type, id; /* neither is empty */
	struct medark_bytes text;
	bool is_xml; /* sent as it is, under its own id */
};

enum medark_deliver_event {
	MEDARK_DELIVER_SENT,
	MEDARK_DELIVER_REJECTED,
	MEDARK_DELIVER_EQUAL,	  /* read back: the same */
	MEDARK_DELIVER_DIFFERENT, /* read back: not the same */
	MEDARK_DELIVER_GONE,	  /* read back: not there */
};

/* What became of a record. Borrowed for the call. */
struct medark_deliver_news {
	enum medark_deliver_event event;
	const struct medark_deliver_record *record;
	unsigned status;	   /* HTTP; of what was sent or rejected */
	struct medark_bytes issue; /* code of the first issue, in the server's words; or empty */
	struct medark_bytes body;  /* rejected: the OperationOutcome, or whatever came */
	const char *path;	   /* where the first difference is: names of members only */
};

struct medark_deliver_setup {
	struct medark_target *target; /* probed; all borrowed */
	struct medark_target_map *map;
	struct medark_target_journal *journal;
	enum medark_deliver_ids ids;
	const char *prefix;	  /* of the ids, if they have one */
	const char *tag_system;	  /* of the tags by which the server finds what it gave an id */
	struct medark_bytes base; /* address of the server that the records came from; or empty */
	unsigned workers;
	/* Negative stops. */
	int (*tell)(void *context, const struct medark_deliver_news *news,
		    struct medark_error *err);
	void *context;
};

struct medark_deliver;

/* MEDARK_E_MEMORY. */
int medark_deliver_new(const struct medark_deliver_setup *setup, struct medark_deliver **out,
		       struct medark_error *err) MEDARK_MUST_USE;
/* Ends what is under way; what the server has taken is in the journal, as far as it answered. */
void medark_deliver_free(struct medark_deliver *d);
MEDARK_DEFINE_AUTO(struct medark_deliver, medark_deliver_free)

enum medark_deliver_pass {
	MEDARK_DELIVER_FIRST,  /* what refers to what is unknown waits: it may still come */
	MEDARK_DELIVER_AGAIN,  /* what refers to what waits, waits; what is unknown never comes */
	MEDARK_DELIVER_ANYHOW, /* nothing waits */
	MEDARK_DELIVER_CHECK,  /* nothing is sent: what is there is read back and compared */
	MEDARK_DELIVER_COUNT,  /* as to check, but nothing is read back either */
};

/*
 * Begins a pass; the first is MEDARK_DELIVER_FIRST. Nothing must be under way. All records are
 * added again in each pass.
 */
void medark_deliver_pass(struct medark_deliver *d, enum medark_deliver_pass pass);

enum medark_deliver_taken {
	MEDARK_DELIVER_TAKEN,
	MEDARK_DELIVER_KNOWN,	/* it is there already, or was dealt with in this run */
	MEDARK_DELIVER_OLDER,	/* another record of this name is newer */
	MEDARK_DELIVER_REFUSED, /* to check or count: the server has not taken it */
};

/* Copies a record into the unit. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_deliver_add(struct medark_deliver *d, const struct medark_deliver_record *record,
		       enum medark_deliver_taken *out, struct medark_error *err) MEDARK_MUST_USE;

/* Is the unit as large as a unit should be? */
bool medark_deliver_is_full(const struct medark_deliver *d);

/*
 * The unit is complete: it is sent when there is room, for which this waits. MEDARK_E_REMOTE: the
 * server does not answer, or refuses everything; MEDARK_E_SYSTEM: the journal; negative codes of
 * `tell` and of the target's poll; MEDARK_E_MEMORY.
 */
int medark_deliver_end_unit(struct medark_deliver *d, struct medark_error *err) MEDARK_MUST_USE;

/* Waits until all is answered, and the journal is on the disk. Errors as above. */
int medark_deliver_drain(struct medark_deliver *d, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Records of this pass that wait for another one; and, behind a pass of MEDARK_DELIVER_CHECK,
 * references to what was not restored.
 */
uint64_t medark_deliver_waiting(const struct medark_deliver *d);
uint64_t medark_deliver_unresolved(const struct medark_deliver *d);

#endif
