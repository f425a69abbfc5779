/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_chain.h"

#include "archive/search.h"
#include "base/secret.h"

#include <stdlib.h>

void medark_server_chain_clear(struct medark_server_chain *c)
{
	for (size_t k = 0; c->orders && k < c->lineage->count; k++)
		medark_order_clear(&c->orders[k]);
	for (size_t k = 0; c->walks && k < c->lineage->count; k++)
		medark_walk_clear(&c->walks[k]);
	free(c->orders);
	free(c->walks);
	medark_lineage_free(c->lineage);
	*c = (struct medark_server_chain) { 0 };
}

/* Is patient `row` of archive `k` one of an archive before it, too? */
static int is_known(const struct medark_server_chain *c, size_t k, uint64_t row,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer copy = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	struct medark_bytes text, key;
	uint64_t ignored;
	int found = 0;

	MEDARK_TRY(medark_index_row(c->walks[k].index, MEDARK_KIND_PATIENTS, row, &text, err));
	MEDARK_TRY(
		medark_index_first_field(c->walks[k].index, MEDARK_KIND_PATIENTS, text, &key, err));
	MEDARK_TRY(medark_buffer_add(&copy, key.data, key.size, err));
	for (size_t before = 0; !found && key.size && before < k; before++)
		found = medark_search_key(c->walks[before].index, (char)copy.data[0],
					  medark_bytes(copy.data + 1, copy.size - 1), &ignored,
					  err);
	return found;
}

static const struct medark_order_row *rows_of(const struct medark_server_chain *c, size_t k,
					      size_t *out_count)
{
	*out_count = c->orders[k].rows.size / sizeof(struct medark_order_row);
	return (const void *)c->orders[k].rows.data;
}

static int count_patients(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++) {
		size_t count;
		const struct medark_order_row *rows = rows_of(c, k, &count);

		for (size_t i = 0; i < count; i++) {
			int known = k ? is_known(c, k, rows[i].row, err) : 0;

			MEDARK_TRY(known);
			c->patients += !known;
		}
	}
	return 0;
}

int medark_server_chain_begin(struct medark_server_chain *c, struct medark_lineage *lineage,
			      const struct medark_walk *walk, int64_t now, struct medark_error *err)
{
	c->lineage = lineage;
	if (walk->patient_count && lineage->count > 1)
		return medark_error_set(err, MEDARK_E_USAGE,
					"of a chain of archives all patients go into a server, not "
					"some: leave out --patient, or restore into a folder");
	c->walks = calloc(lineage->count, sizeof(*c->walks));
	c->orders = calloc(lineage->count, sizeof(*c->orders));
	if (!c->walks || !c->orders)
		return medark_error_memory(err, "a restore");
	for (size_t k = 0; k < lineage->count; k++) {
		c->walks[k] = *walk;
		c->walks[k].lineage = lineage;
		c->walks[k].number = k;
		MEDARK_TRY(medark_walk_begin(&c->walks[k], err));
		MEDARK_TRY(medark_order_make(&c->walks[k], now, &c->orders[k], err));
	}
	return count_patients(c, err);
}

int medark_server_chain_outside(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_walk_outside(&c->walks[k], err));
	return 0;
}

int medark_server_chain_patients(struct medark_server_chain *c, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++) {
		size_t count;
		const struct medark_order_row *rows = rows_of(c, k, &count);

		for (size_t i = 0; i < count; i++)
			MEDARK_TRY(medark_walk_patient(&c->walks[k], rows[i].row, err));
	}
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

void medark_server_chain_count(const struct medark_server_chain *c, uint64_t *out_today,
			       uint64_t *out_recent, uint64_t *out_superseded)
{
	*out_today = *out_recent = *out_superseded = 0;
	for (size_t k = 0; k < c->lineage->count; k++) {
		*out_today += c->orders[k].today;
		*out_recent += c->orders[k].recent;
		*out_superseded += c->walks[k].superseded;
	}
}

int medark_server_chain_verify(const struct medark_server_chain *c, unsigned threads,
			       const struct medark_events *events, struct medark_error *err)
{
	for (size_t k = 0; k < c->lineage->count; k++)
		MEDARK_TRY(medark_archive_verify(c->lineage->archives[k], threads, events, err));
	return 0;
}
