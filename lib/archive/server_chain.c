/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_chain.h"

#include "archive/lineage_patients.h"
#include "archive/server_follow.h"

#include <inttypes.h>
#include <stdlib.h>

void medark_server_chain_clear(struct medark_server_chain *c)
{
	for (size_t k = 0; c->walks && k < c->lineage->count; k++)
		medark_walk_clear(&c->walks[k]);
	for (size_t k = 0; c->rows && k < c->lineage->count; k++)
		medark_rowset_clear(&c->rows[k]);
	medark_order_clear(&c->order);
	free(c->walks);
	free(c->rows);
	medark_lineage_free(c->lineage);
	*c = (struct medark_server_chain) { 0 };
}

static int find_some(struct medark_server_chain *c, const struct medark_server_request *q,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_nameset_clear) struct medark_nameset keys = { 0 };

	MEDARK_TRY(medark_nameset_init(&keys, err));
	return medark_lineage_patients(c->lineage, q->patients, q->patient_count, c->rows, &keys,
				       q->out_refused, err);
}

static int find_all(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_rowset_init(
			&c->rows[k], medark_index_rows(c->walks[k].index, MEDARK_KIND_PATIENTS),
			true, err));
	return 0;
}

int medark_server_chain_check(const struct medark_lineage *lineage, struct medark_error *err)
{
	for (size_t k = 0; k < lineage->count; k++) {
		const struct medark_summary *s = &lineage->archives[k]->summary;
		uint64_t clashes =
			medark_summary_reason(s, medark_fault_name(MEDARK_FAULT_DUPLICATE));

		if (s->sources > 1 && clashes)
			return medark_error_set(
				err, MEDARK_E_USAGE,
				"the archive is of %" PRIu64 " sources, and %" PRIu64
				" records have a type and id that another record has: at one server "
				"they would be mixed up; export each source into its own archive",
				s->sources, clashes);
	}
	return 0;
}

int medark_server_chain_begin(struct medark_server_chain *c, struct medark_lineage *lineage,
			      const struct medark_server_request *q, const struct medark_walk *walk,
			      int64_t now, struct medark_error *err)
{
	c->lineage = lineage;
	c->walks = calloc(lineage->count, sizeof(*c->walks));
	c->rows = calloc(lineage->count, sizeof(*c->rows));
	if (!c->walks || !c->rows)
		return medark_error_memory(err, "a restore");
	for (size_t k = 0; k < lineage->count; k++) {
		c->walks[k] = *walk;
		c->walks[k].lineage = lineage;
		c->walks[k].number = k;
		c->walks[k].is_some = q->patient_count != 0;
		c->walks[k].rows = &c->rows[k];
		MEDARK_TRY(medark_walk_begin(&c->walks[k], err));
	}
	MEDARK_TRY(q->patient_count ? find_some(c, q, err) : find_all(c, err));
	if (q->patient_count)
		MEDARK_TRY(medark_server_follow(c->walks, lineage->count, err));
	return medark_order_make(c->walks, lineage->count, now, &c->order, err);
}

int medark_server_chain_outside(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_walk_outside(&c->walks[k], err));
	return 0;
}

int medark_server_chain_patients(struct medark_server_chain *c, struct medark_error *err)
{
	const struct medark_order_row *rows = (const void *)c->order.rows.data;
	size_t count = c->order.rows.size / sizeof(*rows);

	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(medark_walk_patient(&c->walks[rows[i].archive], rows[i].row, err));
	return 0;
}

int medark_server_chain_all(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++) {
		c->walks[k].superseded = 0; /* of this time alone */
		MEDARK_TRY(medark_walk_all(&c->walks[k], err));
	}
	return 0;
}

int medark_server_chain_items(struct medark_server_chain *c,
			      int (*each)(void *context, const struct medark_item_row *item,
					  struct medark_error *err),
			      void *context, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_walk_items(&c->walks[k], each, context, err));
	return 0;
}

uint64_t medark_server_chain_superseded(const struct medark_server_chain *c)
{
	uint64_t superseded = 0;

	for (size_t k = 0; k < c->lineage->count; k++)
		superseded += c->walks[k].superseded;
	return superseded;
}

int medark_server_chain_verify(const struct medark_server_chain *c, unsigned threads,
			       const struct medark_events *events, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_archive_verify(c->lineage->archives[k], threads, events, err));
	return 0;
}
