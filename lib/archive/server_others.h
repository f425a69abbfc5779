/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_others: has a server records already where those of an archive are to go, that this
 * restore did not put there? All cannot be asked for; some, spread over the archive, tell. One
 * thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_OTHERS_H
#define MEDARK_ARCHIVE_SERVER_OTHERS_H

#include "archive/progress.h"
#include "live/deliver.h"
#include "record/fhir_reference.h"

#define MEDARK_SERVER_OTHERS_MAX 64

struct medark_server_others {
	struct {
		char type[MEDARK_FHIR_TYPE_MAX + 1];
		char id[MEDARK_TARGET_ID_TEXT];
	} names[MEDARK_SERVER_OTHERS_MAX];
	size_t count;
	uint64_t seen, stride; /* every so many records one is kept; 0 is 1 */
};

/* A record goes by. Binaries are left out: they may be large. */
void medark_server_others_note(struct medark_server_others *o, struct medark_bytes type,
			       struct medark_bytes id);

/* All borrowed. */
struct medark_server_look {
	struct medark_target *target;
	const char *prefix;	     /* of ids, where they get one */
	enum medark_deliver_ids ids; /* those that the server gives are nobody's yet */
	bool is_allowed;	     /* to write over: it is a warning then */
	struct medark_meter *meter;
	uint64_t *out_patients; /* how many the server has, if it says so; else 0 */
	bool *out_would_overwrite;
};

/*
 * Reads those that were kept, one after the other, under the ids that they are to get.
 * MEDARK_E_EXISTS if the server has some, or, where ids stay as they are, has patients: they would
 * be written over. Errors of medark_target_send().
 */
int medark_server_others_look(const struct medark_server_others *o,
			      const struct medark_server_look *look,
			      struct medark_error *err) MEDARK_MUST_USE;

#endif
