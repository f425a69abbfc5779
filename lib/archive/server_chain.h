/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_chain: the walks over a lineage of archives, one after the other, as one: what a restore
 * into a server is told. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_CHAIN_H
#define MEDARK_ARCHIVE_SERVER_CHAIN_H

#include "archive/server_order.h"
#include "archive/server_walk.h"

struct medark_server_chain {
	struct medark_lineage *lineage; /* owned */
	struct medark_walk *walks;	/* of each archive */
	struct medark_order *orders;
	uint64_t patients; /* different ones */
};

/* May be called on a zeroed object. */
void medark_server_chain_clear(struct medark_server_chain *c);

/*
 * Takes the lineage. `walk` says what each archive's walk is to have, but for the archive; `now`
 * as of medark_order_make(). MEDARK_E_USAGE if only some patients of several archives are wanted;
 * errors of medark_walk_begin() and medark_order_make().
 */
int medark_server_chain_begin(struct medark_server_chain *c, struct medark_lineage *lineage,
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

/* Patients of today, and recent ones; records that an archive behind has otherwise. */
void medark_server_chain_count(const struct medark_server_chain *c, uint64_t *out_today,
			       uint64_t *out_recent, uint64_t *out_superseded);

/* Errors of medark_archive_verify(), of each archive. */
int medark_server_chain_verify(const struct medark_server_chain *c, unsigned threads,
			       const struct medark_events *events,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
