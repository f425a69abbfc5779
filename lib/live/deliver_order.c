/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_order: what of a unit goes before what. What refers to each other is found as strongly
 * connected components (Tarjan 1972), which come out with what they refer to before them.
 */
#include "live/deliver_private.h"
#include "record/compartment.h"

#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX ((size_t)1 << 30)

/* Types that others refer to come first where nothing else decides; the rest stands in between. */
static const char *const early[] = {
	"Organization", "Location",	 "Practitioner", "PractitionerRole", "Medication",
	"Patient",	"RelatedPerson", "Coverage",	 "EpisodeOfCare",    "Encounter",
};
#define RANK_REST sizeof(early) / sizeof(*early)

static uint32_t rank_of(struct medark_bytes type)
{
	for (uint32_t i = 0; i < RANK_REST; i++)
		if (medark_bytes_is(type, early[i]))
			return i;
	return RANK_REST + medark_bytes_is(type, "Provenance");
}

/* ---- what a record refers to ---- */

struct collector {
	struct medark_deliver *d;
	struct medark_deliver_unit *u;
	struct medark_deliver_item *item;
};

/* Practitioners and the like have all been met before the first patient. */
static bool may_still_come(const struct medark_deliver *d,
			   const struct medark_rewrite_target *target)
{
	const struct medark_compartment *c;

	if (d->pass != MEDARK_DELIVER_FIRST)
		return false;
	if (!target->type.size)
		return true;
	c = medark_compartment_find(target->type);
	return c && (c->count || strcmp(c->type, "Patient") == 0);
}

static int collect(void *context, const struct medark_rewrite_target *target,
		   struct medark_buffer *none, struct medark_error *err)
{
	struct collector *c = context;
	struct medark_bytes type;
	uint32_t entry;

	(void)none;
	MEDARK_TRY(medark_deliver_resolve(c->d, target, &entry, &type, err));
	if (!entry) {
		c->item->is_unsure |= may_still_come(c->d, target);
		return 0;
	}
	if (entry == c->item->entry)
		return 0;
	MEDARK_TRY(medark_buffer_add(&c->u->edges, &entry, sizeof(entry), err));
	c->item->edge_count++;
	return 0;
}

static int find_edges(struct medark_deliver *d, struct medark_deliver_unit *u,
		      struct medark_error *err)
{
	struct collector c = { .d = d, .u = u };
	const struct medark_rewrite walk = { .base = d->setup.base, .map = collect, .context = &c };

	for (uint32_t i = 0; i < medark_deliver_item_count(u); i++) {
		c.item = medark_deliver_item(u, i);
		c.item->edges = (uint32_t)(u->edges.size / sizeof(uint32_t));
		if (!c.item->record.is_xml && !medark_bytes_is(c.item->record.type, "Bundle"))
			MEDARK_TRY(medark_rewrite_run(c.item->record.text, &walk, NULL, err));
	}
	return 0;
}

static uint32_t edge(const struct medark_deliver_unit *u, const struct medark_deliver_item *item,
		     uint32_t i)
{
	return ((const uint32_t *)(const void *)u->edges.data)[item->edges + i];
}

static int by_entry(const void *a, const void *b)
{
	const struct medark_deliver_pair *x = a, *y = b;

	return (x->entry > y->entry) - (x->entry < y->entry);
}

static int make_lookup(struct medark_deliver_unit *u, struct medark_error *err)
{
	uint32_t count = medark_deliver_item_count(u);

	for (uint32_t i = 0; i < count; i++) {
		struct medark_deliver_pair pair = { medark_deliver_item(u, i)->entry, i };

		MEDARK_TRY(medark_buffer_add(&u->lookup, &pair, sizeof(pair), err));
	}
	if (count)
		qsort(u->lookup.data, count, sizeof(struct medark_deliver_pair), by_entry);
	return 0;
}

struct medark_deliver_item *medark_deliver_find(const struct medark_deliver_unit *u, uint32_t entry)
{
	const struct medark_deliver_pair key = { .entry = entry };
	const struct medark_deliver_pair *found =
		u->lookup.size ? bsearch(&key, u->lookup.data, u->lookup.size / sizeof(key),
					 sizeof(key), by_entry)
			       : NULL;

	return found ? medark_deliver_item(u, found->item) : NULL;
}

/* ---- groups ---- */

struct frame {
	uint32_t item, next; /* the edge that is looked at next */
};

/* Numbers from 1; 0: not visited. */
struct graph {
	struct medark_deliver_unit *u;
	uint32_t *index, *low, *stack;
	bool *is_on_stack;
	struct frame *frames;
	uint32_t visited, stacked, depth, groups;
};

static void graph_clear(struct graph *g)
{
	free(g->index);
	free(g->low);
	free(g->stack);
	free(g->is_on_stack);
	free(g->frames);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct graph, graph_clear)

static int graph_init(struct graph *g, struct medark_deliver_unit *u, struct medark_error *err)
{
	size_t count = medark_deliver_item_count(u) + 1u;

	g->u = u;
	g->index = calloc(count, sizeof(*g->index));
	g->low = calloc(count, sizeof(*g->low));
	g->stack = calloc(count, sizeof(*g->stack));
	g->is_on_stack = calloc(count, sizeof(*g->is_on_stack));
	g->frames = calloc(count, sizeof(*g->frames));
	if (!g->index || !g->low || !g->stack || !g->is_on_stack || !g->frames)
		return medark_error_memory(err, "the order of records");
	return 0;
}

static void enter(struct graph *g, uint32_t item)
{
	g->index[item] = g->low[item] = ++g->visited;
	g->stack[g->stacked++] = item;
	g->is_on_stack[item] = true;
	g->frames[g->depth++] = (struct frame) { .item = item };
}

/* All above `item` on the stack is one group, behind all that it refers to. */
static int leave(struct graph *g, uint32_t item, struct medark_error *err)
{
	uint32_t begin = g->stacked;

	if (g->low[item] == g->index[item]) {
		do
			begin--;
		while (g->stack[begin] != item);
		for (uint32_t i = begin; i < g->stacked; i++) {
			g->is_on_stack[g->stack[i]] = false;
			medark_deliver_item(g->u, g->stack[i])->group = g->groups;
			MEDARK_TRY(medark_buffer_add(&g->u->order, &g->stack[i], sizeof(uint32_t),
						     err));
		}
		g->stacked = begin;
		g->groups++;
	}
	g->depth--;
	if (g->depth && g->low[item] < g->low[g->frames[g->depth - 1].item])
		g->low[g->frames[g->depth - 1].item] = g->low[item];
	return 0;
}

static int visit(struct graph *g, uint32_t root, struct medark_error *err)
{
	enter(g, root);
	while (g->depth) {
		struct frame *f = &g->frames[g->depth - 1];
		const struct medark_deliver_item *item = medark_deliver_item(g->u, f->item), *next;
		uint32_t n;

		if (f->next == item->edge_count) {
			MEDARK_TRY(leave(g, f->item, err));
			continue;
		}
		next = medark_deliver_find(g->u, edge(g->u, item, f->next++));
		if (!next)
			continue;
		n = (uint32_t)(next - medark_deliver_item(g->u, 0));
		if (!g->index[n])
			enter(g, n);
		else if (g->is_on_stack[n] && g->index[n] < g->low[f->item])
			g->low[f->item] = g->index[n];
	}
	return 0;
}

static int find_groups(struct graph *g, struct medark_error *err)
{
	uint32_t count = medark_deliver_item_count(g->u);

	for (uint32_t rank = 0; rank <= RANK_REST + 1; rank++)
		for (uint32_t i = 0; i < count; i++)
			if (!g->index[i] &&
			    rank_of(medark_deliver_item(g->u, i)->record.type) == rank)
				MEDARK_TRY(visit(g, i, err));
	return 0;
}

/* ---- what waits ---- */

static bool item_waits(const struct medark_deliver *d, const struct medark_deliver_unit *u,
		       const struct medark_deliver_item *item, const bool *group_waits)
{
	if (item->is_unsure)
		return true;
	for (uint32_t i = 0; i < item->edge_count; i++) {
		uint32_t entry = edge(u, item, i);
		const struct medark_deliver_item *other = medark_deliver_find(u, entry);

		if (other ? group_waits[other->group]
			  : medark_target_map_get(d->setup.map, entry)->state ==
				    MEDARK_TARGET_WAITING)
			return true;
	}
	return false;
}

/* Takes what waits out of the order; groups stay whole. */
static void sort_out(struct medark_deliver *d, struct medark_deliver_unit *u, bool *group_waits)
{
	uint32_t *order = (uint32_t *)(void *)u->order.data, kept = 0;
	uint32_t count = medark_deliver_item_count(u);

	for (uint32_t i = 0; i < count; i++) {
		const struct medark_deliver_item *item = medark_deliver_item(u, order[i]);

		group_waits[item->group] |= item_waits(d, u, item, group_waits);
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct medark_deliver_item *item = medark_deliver_item(u, order[i]);

		if (!group_waits[item->group]) {
			order[kept++] = order[i];
			continue;
		}
		medark_target_map_get(d->setup.map, item->entry)->state = MEDARK_TARGET_WAITING;
		d->waiting++;
	}
	u->order.size = kept * sizeof(*order);
}

/* ---- ranges ---- */

int medark_deliver_push(struct medark_deliver_unit *u, uint32_t first, uint32_t count,
			struct medark_error *err)
{
	struct medark_deliver_range range = { first, count };

	return count ? medark_buffer_add(&u->unsent, &range, sizeof(range), err) : 0;
}

/* Where the group that begins at `first` ends, and the bytes in it. */
static uint32_t group_end(const struct medark_deliver_unit *u, uint32_t first, uint32_t count,
			  size_t *out_bytes)
{
	uint32_t group = medark_deliver_at(u, first)->group, end = first;

	*out_bytes = 0;
	for (; end < count && medark_deliver_at(u, end)->group == group; end++)
		*out_bytes += medark_deliver_at(u, end)->record.text.size;
	return end;
}

/* Whole groups, as many as a bundle takes: at least one of them. */
static uint32_t take_range(const struct medark_deliver *d, const struct medark_deliver_unit *u,
			   uint32_t first, uint32_t count)
{
	uint32_t end = first;
	size_t bytes = 0, more;

	while (end < count) {
		uint32_t next = group_end(u, end, count, &more);

		if (end > first &&
		    (next - first > d->bundle_max || bytes + more > MEDARK_DELIVER_BUNDLE_BYTES))
			break;
		bytes += more;
		end = next;
	}
	return end;
}

static int make_ranges(struct medark_deliver *d, struct medark_deliver_unit *u,
		       struct medark_error *err)
{
	uint32_t count = (uint32_t)(u->order.size / sizeof(uint32_t)), first = 0;
	struct medark_deliver_range *ranges;
	size_t n;

	while (first < count) {
		uint32_t end = take_range(d, u, first, count);

		MEDARK_TRY(medark_deliver_push(u, first, end - first, err));
		first = end;
	}
	ranges = (struct medark_deliver_range *)(void *)u->unsent.data;
	n = u->unsent.size / sizeof(*ranges);
	for (size_t i = 0; i < n / 2; i++) {
		struct medark_deliver_range swapped = ranges[i];

		ranges[i] = ranges[n - 1 - i];
		ranges[n - 1 - i] = swapped;
	}
	return 0;
}

/* What is read back needs no order, and nothing to be there before it. */
static int keep_order(struct medark_deliver_unit *u, struct medark_error *err)
{
	for (uint32_t i = 0; i < medark_deliver_item_count(u); i++) {
		medark_deliver_item(u, i)->group = i;
		MEDARK_TRY(medark_buffer_add(&u->order, &i, sizeof(i), err));
	}
	return 0;
}

int medark_deliver_order(struct medark_deliver *d, struct medark_deliver_unit *u,
			 struct medark_error *err)
{
	MEDARK_AUTO(graph_clear) struct graph g = { 0 };
	MEDARK_AUTO(medark_heap_free) bool *group_waits = NULL;

	u->edges.limit = u->lookup.limit = u->order.limit = u->unsent.limit = ITEMS_MAX;
	MEDARK_TRY(make_lookup(u, err));
	if (d->pass == MEDARK_DELIVER_CHECK) {
		MEDARK_TRY(keep_order(u, err));
		return make_ranges(d, u, err);
	}
	MEDARK_TRY(find_edges(d, u, err));
	MEDARK_TRY(graph_init(&g, u, err));
	MEDARK_TRY(find_groups(&g, err));
	group_waits = calloc(g.groups + 1u, sizeof(*group_waits));
	if (!group_waits)
		return medark_error_memory(err, "the order of records");
	if (d->needs_targets && d->pass != MEDARK_DELIVER_ANYHOW)
		sort_out(d, u, group_waits);
	return make_ranges(d, u, err);
}
