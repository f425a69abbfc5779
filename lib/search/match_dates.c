/* SPDX-License-Identifier: Apache-2.0 */
/* How dates and quantities compare: R4's table of prefixes, by stretches. */
#include "search/match_kinds.h"

/* ---- dates ---- */

static void widen(struct medark_moments *all, const struct medark_moments *more, bool *any)
{
	if (!*any || medark_moment_compare(more->from, all->from) < 0)
		all->from = more->from;
	if (!*any || medark_moment_compare(more->to, all->to) > 0)
		all->to = more->to;
	*any = true;
}

static bool period_of(const struct medark_json_tree *record, const struct medark_json_node *node,
		      const struct medark_zone *zone, struct medark_moments *out)
{
	const struct medark_json_node *start = medark_json_at(record, node, "start");
	const struct medark_json_node *end = medark_json_at(record, node, "end");
	struct medark_moments at;

	out->from = (struct medark_moment) { .seconds = MEDARK_MOMENT_BEGIN };
	out->to = (struct medark_moment) { .seconds = MEDARK_MOMENT_END };
	if ((!start && !end) || (start && !medark_moments_parse(start->text, zone, &at)))
		return false;
	if (start)
		out->from = at.from;
	if (end && !medark_moments_parse(end->text, zone, &at))
		return false;
	if (end)
		out->to = at.to;
	return true;
}

/* Only the outer limits of a Timing count. */
static bool timing_of(const struct medark_json_tree *record, const struct medark_json_node *node,
		      const struct medark_zone *zone, struct medark_moments *out)
{
	struct medark_json_walk walk;
	const struct medark_json_node *n;
	struct medark_moments at;
	bool any = false;

	medark_json_walk_init(&walk, record, node, "event");
	while ((n = medark_json_walk_next(&walk)))
		if (medark_moments_parse(n->text, zone, &at))
			widen(out, &at, &any);
	n = medark_json_at(record, node, "repeat.boundsPeriod");
	if (n && period_of(record, n, zone, &at))
		widen(out, &at, &any);
	return any;
}

bool medark_search_date_of(const struct medark_json_tree *record,
			   const struct medark_json_node *node, const struct medark_zone *zone,
			   struct medark_moments *out)
{
	if (node->kind == MEDARK_JSON_STRING)
		return medark_moments_parse(node->text, zone, out);
	return period_of(record, node, zone, out) || timing_of(record, node, zone, out);
}

static bool contains(const struct medark_moments *outer, const struct medark_moments *inner)
{
	return medark_moment_compare(inner->from, outer->from) >= 0 &&
	       medark_moment_compare(inner->to, outer->to) <= 0;
}

bool medark_search_match_date(const struct medark_moments *found,
			      const struct medark_search_value *wanted)
{
	const struct medark_moments *w = &wanted->when;
	bool above = medark_moment_compare(found->to, w->to) > 0;
	bool below = medark_moment_compare(found->from, w->from) < 0;

	switch (wanted->prefix) {
	case MEDARK_SEARCH_NE:
		return !contains(w, found);
	case MEDARK_SEARCH_GT:
		return above;
	case MEDARK_SEARCH_GE:
		return above || contains(w, found);
	case MEDARK_SEARCH_LT:
		return below;
	case MEDARK_SEARCH_LE:
		return below || contains(w, found);
	case MEDARK_SEARCH_SA:
		return medark_moment_compare(found->from, w->to) >= 0;
	case MEDARK_SEARCH_EB:
		return medark_moment_compare(found->to, w->from) <= 0;
	case MEDARK_SEARCH_AP:
		return medark_moment_compare(found->from, w->to) < 0 &&
		       medark_moment_compare(found->to, w->from) > 0;
	default:
		return contains(w, found);
	}
}

/* ---- quantities ---- */

/* An end that is not there is endless; one that is open does not belong to it. */
struct limit {
	bool endless, open;
	struct medark_decimal at;
};

struct stretch {
	struct limit low, high;
};

/* A Quantity, with its comparator; false: it has no value. */
static bool quantity_of(const struct medark_json_tree *record, const struct medark_json_node *node,
			struct stretch *out)
{
	struct medark_bytes comparator = medark_json_text_at(record, node, "comparator");
	struct limit at = { 0 };

	if (!medark_decimal_parse(medark_json_text_at(record, node, "value"), &at.at))
		return false;
	at.open = medark_bytes_is(comparator, "<") || medark_bytes_is(comparator, ">");
	out->low = out->high = at;
	out->low.endless = medark_bytes_starts(comparator, "<");
	out->high.endless = medark_bytes_starts(comparator, ">");
	return true;
}

static bool same_unit(const struct medark_json_tree *record, const struct medark_json_node *node,
		      const struct medark_search_value *wanted)
{
	struct medark_bytes system = medark_json_text_at(record, node, "system");
	struct medark_bytes code = medark_json_text_at(record, node, "code");

	if (wanted->system.size && !medark_bytes_equal(system, wanted->system))
		return false;
	if (wanted->text.size == 0 || medark_bytes_equal(code, wanted->text))
		return true;
	/* number||unit may also be what is shown. */
	return !wanted->system.size &&
	       medark_bytes_equal(medark_json_text_at(record, node, "unit"), wanted->text);
}

/* A Quantity or a Range, if it has the unit that is looked for. */
static bool stretch_of(const struct medark_json_tree *record, const struct medark_json_node *node,
		       const struct medark_search_value *wanted, struct stretch *out)
{
	const struct medark_json_node *low = medark_json_member(record, node, "low");
	const struct medark_json_node *high = medark_json_member(record, node, "high");
	struct stretch end;

	if (!low && !high)
		return same_unit(record, node, wanted) && quantity_of(record, node, out);
	out->low.endless = !low;
	out->high.endless = !high;
	if (low && (!same_unit(record, low, wanted) || !quantity_of(record, low, &end)))
		return false;
	if (low)
		out->low = end.low;
	if (high && (!same_unit(record, high, wanted) || !quantity_of(record, high, &end)))
		return false;
	if (high)
		out->high = end.high;
	return true;
}

/* Is something of it above `v`, or at it? */
static bool reaches_above(const struct stretch *s, const struct medark_decimal *v, bool at)
{
	int order = s->high.endless ? 1 : medark_decimal_compare(&s->high.at, v);

	return order > 0 || (at && order == 0 && !s->high.open);
}

static bool reaches_below(const struct stretch *s, const struct medark_decimal *v, bool at)
{
	int order = s->low.endless ? -1 : medark_decimal_compare(&s->low.at, v);

	return order < 0 || (at && order == 0 && !s->low.open);
}

/* All of it rounds to `v` as that is written: [v - half, v + half). */
static bool rounds_to(const struct stretch *s, const struct medark_decimal *v)
{
	struct medark_decimal low = medark_decimal_rounded(v, false);
	struct medark_decimal high = medark_decimal_rounded(v, true);

	return !reaches_below(s, &low, false) && !reaches_above(s, &high, true);
}

static bool is_about(const struct stretch *s, const struct medark_decimal *v)
{
	struct medark_decimal low = medark_decimal_about(v, false);
	struct medark_decimal high = medark_decimal_about(v, true);

	return reaches_above(s, &low, true) && reaches_below(s, &high, true);
}

bool medark_search_match_quantity(const struct medark_json_tree *record,
				  const struct medark_json_node *node,
				  const struct medark_search_value *wanted)
{
	const struct medark_decimal *v = &wanted->number;
	struct stretch s;

	if (!stretch_of(record, node, wanted, &s))
		return false;
	switch (wanted->prefix) {
	case MEDARK_SEARCH_NE:
		return !rounds_to(&s, v);
	case MEDARK_SEARCH_GT:
		return reaches_above(&s, v, false);
	case MEDARK_SEARCH_GE:
		return reaches_above(&s, v, true);
	case MEDARK_SEARCH_LT:
		return reaches_below(&s, v, false);
	case MEDARK_SEARCH_LE:
		return reaches_below(&s, v, true);
	case MEDARK_SEARCH_SA:
		return !reaches_below(&s, v, true);
	case MEDARK_SEARCH_EB:
		return !reaches_above(&s, v, true);
	case MEDARK_SEARCH_AP:
		return is_about(&s, v);
	default:
		return rounds_to(&s, v);
	}
}
