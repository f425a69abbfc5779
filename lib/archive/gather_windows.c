/* SPDX-License-Identifier: Apache-2.0 */
/* gather_windows: windows taking turns: one is filled while the segments of others are made. */
#include "archive/gather_private.h"

/* Runs in the pipeline, in order, with its lock held: the row is there before the table is made. */
static void written(struct medark_task *task)
{
	struct medark_plan *plan = (struct medark_plan *)task;

	atomic_fetch_sub(&plan->window->under_way, 1);
}

static int hand_over(struct medark_gather *g, struct medark_error *err)
{
	struct medark_window *w = g->window;

	MEDARK_TRY(medark_window_plan(w, g->next_segment, g->setup.segment_size, err));
	g->next_segment += w->plan_count;
	MEDARK_TRY(medark_facts_window(g->setup.facts, w, err));
	medark_gather_items_placed(g);
	MEDARK_TRY(medark_gather_giants_placed(g, err));
	atomic_store(&w->under_way, w->plan_count);
	for (uint32_t i = 0; i < w->plan_count; i++) {
		int result;

		w->plans[i].task.done = written;
		result = medark_pipeline_submit(g->setup.pipeline, &w->plans[i].task, err);
		if (result < 0) {
			atomic_fetch_sub(&w->under_way, w->plan_count - i);
			return result;
		}
	}
	return 0;
}

static bool is_free(void *context)
{
	const struct medark_window *w = context;

	return atomic_load(&w->under_way) == 0;
}

/* The segments of a window, in order, become rows once they are all written. */
static int take_rows(struct medark_gather *g, struct medark_window *w, struct medark_error *err)
{
	for (uint32_t i = 0; i < w->plan_count; i++)
		MEDARK_TRY(medark_facts_segment(g->setup.facts, &w->plans[i], err));
	return 0;
}

/*
 * The patient from whom on more records may come: the one that the lane furthest behind is at. 0:
 * nobody, as lanes tell nothing, or a record's parts are counted on to stay where they are.
 */
static uint32_t find_frontier(const struct medark_gather *g)
{
	uint32_t frontier = MEDARK_ORDINAL_LATE;

	if (g->giants || g->lane_count == 0)
		return 0;
	for (uint32_t i = 0; i < g->lane_count; i++)
		if (g->lanes[i]->ordinal < frontier)
			frontier = g->lanes[i]->ordinal;
	return frontier;
}

int medark_gather_turn(struct medark_gather *g, struct medark_error *err)
{
	struct medark_window *next = g->windows[g->turn % MEDARK_WINDOWS];
	uint32_t frontier = find_frontier(g);

	MEDARK_TRY(medark_pipeline_wait(g->setup.pipeline, is_free, next, err));
	MEDARK_TRY(take_rows(g, next, err));
	medark_window_reset(next, g->turn + 1);
	if (frontier)
		MEDARK_TRY(medark_window_carry(g->window, next, frontier, err));
	MEDARK_TRY(hand_over(g, err));
	g->window = next;
	g->turn++;
	g->last_group = MEDARK_GROUP_NONE;
	g->last_order = MEDARK_ORDINAL_NONE;
	return 0;
}

int medark_gather_room(struct medark_gather *g, struct medark_block *block,
		       struct medark_error *err)
{
	if (block->turn != g->turn && !medark_window_has_room(g->window, block->capacity))
		MEDARK_TRY(medark_gather_turn(g, err));
	if (medark_window_is_full(g->window))
		MEDARK_TRY(medark_gather_turn(g, err));
	return medark_window_hold(g->window, block, err);
}

int medark_gather_finish(struct medark_gather *g, struct medark_error *err)
{
	MEDARK_TRY(medark_gather_turn(g, err));
	MEDARK_TRY(medark_pipeline_drain(g->setup.pipeline, err));
	/* The oldest first. */
	for (unsigned i = 0; i + 1 < MEDARK_WINDOWS; i++)
		MEDARK_TRY(take_rows(g, g->windows[(g->turn + i) % MEDARK_WINDOWS], err));
	return 0;
}
