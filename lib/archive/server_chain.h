/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_chain: the walks over a lineage of archives, one after the other, as one: what a restore
 * into a server is told. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_CHAIN_H
#define MEDARK_ARCHIVE_SERVER_CHAIN_H

#include "archive/server_order.h"
#include "archive/server_walk.h"

#include <medark/server.h>

struct medark_server_chain {
	struct medark_lineage *lineage; /* owned */
	struct medark_walk *walks;	/* of each archive */
	struct medark_rowset *rows;	/* of each archive: the patients */
	struct medark_order order;
};

/*
 * Is it sure that one type and id is one record's? MEDARK_E_USAGE: of two sources Patient/1 may be
 * two patients, whose records would come together in one chart at a server.
 */
int medark_server_chain_check(const struct medark_lineage *lineage,
			      struct medark_error *err) MEDARK_MUST_USE;

/* May be called on a zeroed object. */
void medark_server_chain_clear(struct medark_server_chain *c);

/*
 * Takes the lineage, and finds the patients that the request names, or all, and what their records
 * lead to. `walk` says of the walks what this does not: threads, base and listener. `now` as of
 * medark_order_make(). Errors of medark_lineage_patients(), medark_walk_begin(),
 * medark_server_follow() and medark_order_make().
 */
int medark_server_chain_begin(struct medark_server_chain *c, struct medark_lineage *lineage,
			      const struct medark_server_request *request,
			      const struct medark_walk *walk, int64_t now,
			      struct medark_error *err) MEDARK_MUST_USE;

/* As of a walk, of all archives. */
int medark_server_chain_outside(struct medark_server_chain *c,
				struct medark_error *err) MEDARK_MUST_USE;
/* Patient by patient, in their order. */
int medark_server_chain_patients(struct medark_server_chain *c,
				 struct medark_error *err) MEDARK_MUST_USE;
int medark_server_chain_all(struct medark_server_chain *c,
			    struct medark_error *err) MEDARK_MUST_USE;
int medark_server_chain_items(struct medark_server_chain *c,
			      int (*each)(void *context, const struct medark_item_row *item,
					  struct medark_error *err),
			      void *context, struct medark_error *err) MEDARK_MUST_USE;

/* Records that an archive behind has otherwise. */
uint64_t medark_server_chain_superseded(const struct medark_server_chain *c);

/* Errors of medark_archive_verify(), of each archive. */
int medark_server_chain_verify(const struct medark_server_chain *c, unsigned threads,
			       const struct medark_events *events,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
