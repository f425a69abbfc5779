/* SPDX-License-Identifier: Apache-2.0 */
/* server_ids: which ids the records of an archive get at a server. No state; any thread. */
#ifndef MEDARK_ARCHIVE_SERVER_IDS_H
#define MEDARK_ARCHIVE_SERVER_IDS_H

#include "container/summary.h"
#include "live/deliver.h"

#include <medark/server.h>

/* "same", "prefix", "server": by enum medark_deliver_ids. */
extern const char *const medark_server_ids_names[3];

/* What the ids of an archive are like. */
struct medark_server_ids {
	bool has_digits; /* some are of digits alone */
	bool has_words;	 /* some are no UUIDs */
};

void medark_server_ids_note(struct medark_server_ids *ids, struct medark_bytes id);

/*
 * A JSON record without an id gets one that is made of its content, a UUID, the same each time:
 * `out_text` (emptied first) is the record with it. MEDARK_E_FORMAT if it is no object,
 * MEDARK_E_MEMORY.
 */
int medark_server_ids_make(struct medark_bytes text, char out_id[MEDARK_TARGET_ID_TEXT],
			   struct medark_buffer *out_text,
			   struct medark_error *err) MEDARK_MUST_USE;

/* What the user wants (request->ids): enum medark_deliver_ids. MEDARK_E_USAGE. */
int medark_server_ids_parse(const struct medark_server_request *request,
			    struct medark_error *err) MEDARK_MUST_USE;

/* What fits the server and the ids. */
enum medark_deliver_ids medark_server_ids_choose(const struct medark_server_ids *ids,
						 enum medark_target_ids allowed,
						 const struct medark_server_request *request);

/*
 * Address of the server that the records came from, without a slash behind it: what the user says,
 * or the archive, if it was exported from one; else empty. Borrowed from either.
 */
struct medark_bytes medark_server_ids_base(const struct medark_server_request *request,
					   const struct medark_summary *summary);

#endif
