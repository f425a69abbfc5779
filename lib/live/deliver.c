/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"
#include "live/deliver_private.h"
#include "record/compartment.h"

#include <stdlib.h>
#include <string.h>

#define UNIT_MAX      ((size_t)1 << 31)
#define BYTES_MAX     ((size_t)96 << 20) /* of units under way */
#define FLUSH_SECONDS 0.2

/* ---- units ---- */

static void unit_free(struct medark_deliver_unit *u)
{
	if (!u)
		return;
	for (uint32_t i = 0; i < medark_deliver_item_count(u); i++) {
		struct medark_deliver_item *item = medark_deliver_item(u, i);

		medark_secret_wipe(item->memory, item->size);
		free(item->memory);
	}
	medark_http_transfer_free(u->transfer);
	medark_tries_clear(&u->tries);
	medark_buffer_clear(&u->items);
	medark_buffer_clear(&u->edges);
	medark_buffer_clear(&u->lookup);
	medark_buffer_clear(&u->order);
	medark_buffer_clear(&u->unsent);
	free(u);
}

static int open_unit(struct medark_deliver *d, struct medark_error *err)
{
	if (d->open)
		return 0;
	d->open = calloc(1, sizeof(*d->open));
	if (!d->open)
		return medark_error_memory(err, "records to send");
	d->open->items.limit = UNIT_MAX;
	return 0;
}

void medark_deliver_free(struct medark_deliver *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->unit_count; i++)
		unit_free(d->units[i]);
	unit_free(d->open);
	/* What the server has taken is not to be sent again; a failure here was told before. */
	(void)!medark_target_journal_flush(d->setup.journal, NULL);
	free(d->units);
	free(d);
}

int medark_deliver_new(const struct medark_deliver_setup *setup, struct medark_deliver **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_deliver_free) struct medark_deliver *d = calloc(1, sizeof(*d));

	if (!d)
		return medark_error_memory(err, "a restore");
	d->setup = *setup;
	d->parallel = setup->workers;
	d->unit_max = 2 * (size_t)setup->workers;
	d->units = calloc(d->unit_max, sizeof(struct medark_deliver_unit *));
	if (!d->units)
		return medark_error_memory(err, "a restore");
	/* A reference within a bundle could lead to what was found by the wrong tag. */
	d->bundle_max =
		setup->target->takes_transactions && (setup->ids != MEDARK_DELIVER_SERVER ||
						      setup->target->tags != MEDARK_TAGS_LOOSE)
			? MEDARK_DELIVER_BUNDLE
			: 1;
	d->needs_targets = setup->ids == MEDARK_DELIVER_SERVER || setup->target->wants_integrity;
	*out = MEDARK_TAKE(d);
	return 0;
}

void medark_deliver_pass(struct medark_deliver *d, enum medark_deliver_pass pass)
{
	uint32_t count = medark_target_map_count(d->setup.map);

	d->pass = pass;
	d->waiting = d->unresolved = 0;
	for (uint32_t i = 1; i <= count; i++)
		medark_target_map_get(d->setup.map, i)->was_met = false;
	if (pass == MEDARK_DELIVER_CHECK)
		d->bundle_max = MEDARK_DELIVER_BUNDLE;
}

uint64_t medark_deliver_waiting(const struct medark_deliver *d)
{
	return d->waiting;
}

uint64_t medark_deliver_unresolved(const struct medark_deliver *d)
{
	return d->unresolved;
}

/* ---- adding ---- */

static int copy_item(struct medark_deliver_item *item, const struct medark_deliver_record *r,
		     struct medark_error *err)
{
	struct medark_deliver_record *out = &item->record;

	item->size = r->type.size + r->id.size + r->text.size;
	item->memory = malloc(item->size);
	if (!item->memory)
		return medark_error_memory(err, "records to send");
	out->type = medark_bytes(item->memory, r->type.size);
	out->id = medark_bytes(item->memory + r->type.size, r->id.size);
	out->text = medark_bytes(item->memory + r->type.size + r->id.size, r->text.size);
	out->is_xml = r->is_xml;
	memcpy(item->memory, r->type.data, r->type.size);
	memcpy(item->memory + r->type.size, r->id.data, r->id.size);
	memcpy(item->memory + r->type.size + r->id.size, r->text.data, r->text.size);
	return 0;
}

/* The one in the open unit gives way to a newer one of its name. */
static struct medark_deliver_item *find_open(const struct medark_deliver *d, uint32_t entry)
{
	for (uint32_t i = 0; i < medark_deliver_item_count(d->open); i++)
		if (medark_deliver_item(d->open, i)->entry == entry)
			return medark_deliver_item(d->open, i);
	return NULL;
}

static int put(struct medark_deliver *d, struct medark_deliver_item *item,
	       const struct medark_deliver_record *record, struct medark_error *err)
{
	struct medark_target_entry *entry = medark_target_map_get(d->setup.map, item->entry);
	struct medark_deliver_item *old =
		entry->state == MEDARK_TARGET_PENDING ? find_open(d, item->entry) : NULL;
	int code;

	MEDARK_TRY(copy_item(item, record, err));
	if (old) {
		d->open->bytes -= old->size;
		medark_secret_wipe(old->memory, old->size);
		free(old->memory);
		*old = *item;
	} else {
		code = medark_buffer_add(&d->open->items, item, sizeof(*item), err);
		if (code < 0)
			free(item->memory);
		MEDARK_TRY(code);
	}
	d->open->bytes += item->size;
	entry->content = item->content;
	entry->updated = item->updated;
	entry->state = MEDARK_TARGET_PENDING;
	entry->is_fresh = true;
	return 0;
}

/* Nothing was sent yet, or with a reference that could not be filled in. */
static bool is_torn(const struct medark_target_entry *entry)
{
	return medark_bytes_are_zero(
		medark_bytes(entry->content.bytes, sizeof(entry->content.bytes)));
}

/* What to do with a record whose name was met before, or is in the journal. */
static enum medark_deliver_taken compare(const struct medark_deliver *d,
					 const struct medark_deliver_item *item,
					 const struct medark_target_entry *entry)
{
	bool is_same = memcmp(&entry->content, &item->content, sizeof(item->content)) == 0;
	bool is_open = is_torn(entry);

	if (entry->state == MEDARK_TARGET_WAITING)
		return is_open || is_same || item->updated > entry->updated ? MEDARK_DELIVER_TAKEN
									    : MEDARK_DELIVER_OLDER;
	if (is_same)
		return MEDARK_DELIVER_KNOWN;
	/* Sent with a gap: whichever is not older fills it. */
	if (is_open && entry->state == MEDARK_TARGET_THERE)
		return item->updated >= entry->updated ? MEDARK_DELIVER_TAKEN
						       : MEDARK_DELIVER_OLDER;
	if (item->updated <= entry->updated)
		return MEDARK_DELIVER_OLDER;
	return entry->state != MEDARK_TARGET_PENDING || (d->open && find_open(d, item->entry))
		       ? MEDARK_DELIVER_TAKEN
		       : MEDARK_DELIVER_OLDER;
}

/* Only what the server has, as it has it, and once. */
static enum medark_deliver_taken compare_to_check(const struct medark_deliver_item *item,
						  const struct medark_target_entry *entry)
{
	if (memcmp(&entry->content, &item->content, sizeof(item->content)) != 0)
		return entry->state == MEDARK_TARGET_THERE && !is_torn(entry)
			       ? MEDARK_DELIVER_OLDER
			       : MEDARK_DELIVER_REFUSED;
	if (entry->was_met)
		return MEDARK_DELIVER_KNOWN;
	return entry->state == MEDARK_TARGET_THERE ? MEDARK_DELIVER_TAKEN : MEDARK_DELIVER_REFUSED;
}

static bool is_missing(const struct medark_target_entry *entry)
{
	return entry->state == MEDARK_TARGET_WAITING || entry->state == MEDARK_TARGET_REJECTED;
}

struct counter {
	const struct medark_deliver *d;
	unsigned gaps;
};

static int count_gap(void *context, const struct medark_rewrite_target *target,
		     struct medark_buffer *none, struct medark_error *err)
{
	struct counter *c = context;
	struct medark_bytes type;
	uint32_t entry;

	(void)none;
	MEDARK_TRY(medark_deliver_resolve(c->d, target, &entry, &type, err));
	c->gaps += !entry || is_missing(medark_target_map_get(c->d->setup.map, entry));
	return 0;
}

/*
 * A record that is there, with references to what was not restored: is some of that there by now?
 * As after a restore of some patients, or when what was rejected was taken. Not while it may come.
 */
static int can_be_mended(const struct medark_deliver *d, const struct medark_deliver_record *record,
			 const struct medark_target_entry *entry, struct medark_error *err)
{
	struct counter c = { .d = d };
	const struct medark_rewrite walk = { .base = d->setup.base,
					     .map = count_gap,
					     .context = &c };

	if (!entry->gaps || entry->state != MEDARK_TARGET_THERE || d->pass != MEDARK_DELIVER_AGAIN)
		return 0;
	MEDARK_TRY(medark_rewrite_run(record->text, &walk, NULL, err));
	return c.gaps < entry->gaps;
}

static bool is_sending(const struct medark_deliver *d)
{
	return d->pass < MEDARK_DELIVER_CHECK;
}

/* Into the open unit, to be read back. */
static int put_to_check(struct medark_deliver *d, struct medark_deliver_item *item,
			const struct medark_deliver_record *record, struct medark_error *err)
{
	int code;

	MEDARK_TRY(copy_item(item, record, err));
	code = medark_buffer_add(&d->open->items, item, sizeof(*item), err);
	if (code < 0)
		free(item->memory);
	MEDARK_TRY(code);
	d->open->bytes += item->size;
	return 0;
}

int medark_deliver_claim(struct medark_deliver *d, const struct medark_deliver_record *record,
			 uint32_t entry, struct medark_bytes id, struct medark_error *err)
{
	int code = medark_target_map_claim(d->setup.map, entry, record->type, id, err);

	if (code == 0)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"%s says that two records of the archive have become one "
					"resource: it cannot be relied on",
					d->setup.target->base.origin);
	return code < 0 ? code : 0;
}

/* Of the journal, which does not know the types. */
static int claim_known(struct medark_deliver *d, const struct medark_deliver_record *record,
		       uint32_t entry, struct medark_error *err)
{
	struct medark_bytes id = medark_target_map_id(d->setup.map, entry);

	return id.size && d->setup.ids == MEDARK_DELIVER_SERVER
		       ? medark_deliver_claim(d, record, entry, id, err)
		       : 0;
}

int medark_deliver_add(struct medark_deliver *d, const struct medark_deliver_record *record,
		       enum medark_deliver_taken *out, struct medark_error *err)
{
	struct medark_deliver_item item = { .updated = medark_rewrite_updated(record->text) };
	struct medark_target_hash name;
	struct medark_target_entry *entry;

	MEDARK_TRY(open_unit(d, err));
	MEDARK_TRY(medark_target_map_name(d->setup.map, record->type, record->id, &name, err));
	MEDARK_TRY(medark_target_map_content(d->setup.map, record->text, &item.content, err));
	MEDARK_TRY(medark_target_map_add(d->setup.map, &name, &item.entry, err));
	MEDARK_TRY(claim_known(d, record, item.entry, err));
	entry = medark_target_map_get(d->setup.map, item.entry);
	*out = is_sending(d) ? compare(d, &item, entry) : compare_to_check(&item, entry);
	if (*out == MEDARK_DELIVER_KNOWN) {
		int code = can_be_mended(d, record, entry, err);

		MEDARK_TRY(code);
		*out = code ? MEDARK_DELIVER_TAKEN : MEDARK_DELIVER_KNOWN;
	}
	if (*out == MEDARK_DELIVER_TAKEN)
		entry->was_met = true;
	if (*out != MEDARK_DELIVER_TAKEN || d->pass == MEDARK_DELIVER_COUNT)
		return 0;
	return is_sending(d) ? put(d, &item, record, err) : put_to_check(d, &item, record, err);
}

bool medark_deliver_is_full(const struct medark_deliver *d)
{
	return d->open && (d->open->bytes >= MEDARK_DELIVER_UNIT_BYTES ||
			   medark_deliver_item_count(d->open) >= MEDARK_DELIVER_UNIT_RECORDS);
}

/* ---- references ---- */

/* A URN names no type: it is looked for under each, the likely ones first. */
static int resolve_urn(const struct medark_deliver *d, struct medark_bytes id, uint32_t *out_entry,
		       struct medark_bytes *out_type, struct medark_error *err)
{
	static const char *const likely[] = { "Patient",      "Encounter", "Practitioner",
					      "Organization", "Location",  "Condition" };
	const size_t first = sizeof(likely) / sizeof(*likely);
	struct medark_target_hash name;

	for (size_t i = 0; i < first + medark_compartment_count; i++) {
		const char *type = i < first ? likely[i] : medark_compartments[i - first].type;

		*out_type = medark_bytes_text(type);
		MEDARK_TRY(medark_target_map_name(d->setup.map, *out_type, id, &name, err));
		*out_entry = medark_target_map_find(d->setup.map, &name);
		if (*out_entry)
			return 0;
	}
	return 0;
}

int medark_deliver_resolve(const struct medark_deliver *d,
			   const struct medark_rewrite_target *target, uint32_t *out_entry,
			   struct medark_bytes *out_type, struct medark_error *err)
{
	struct medark_target_hash name;

	*out_entry = 0;
	*out_type = target->type;
	if (!target->type.size)
		return resolve_urn(d, target->id, out_entry, out_type, err);
	MEDARK_TRY(medark_target_map_name(d->setup.map, target->type, target->id, &name, err));
	*out_entry = medark_target_map_find(d->setup.map, &name);
	return 0;
}

/* ---- what is under way ---- */

static void forget(struct medark_deliver *d, size_t i)
{
	d->bytes -= d->units[i]->bytes;
	unit_free(d->units[i]);
	d->units[i] = d->units[--d->unit_count];
}

/* Is something that the next range refers to still on its way, in another unit? */
static bool is_blocked(const struct medark_deliver *d, const struct medark_deliver_unit *u,
		       const struct medark_deliver_range *range)
{
	if (!d->needs_targets || d->pass == MEDARK_DELIVER_CHECK || u->is_unblocked)
		return false;
	for (uint32_t i = range->first; i < range->first + range->count; i++) {
		const struct medark_deliver_item *item = medark_deliver_at(u, i);
		const uint32_t *edges = (const uint32_t *)(const void *)u->edges.data;

		for (uint32_t k = 0; k < item->edge_count; k++) {
			uint32_t entry = edges[item->edges + k];

			if (medark_target_map_get(d->setup.map, entry)->state ==
				    MEDARK_TARGET_PENDING &&
			    !medark_deliver_find(u, entry))
				return true;
		}
	}
	return false;
}

/* Starts the unit's next request: 1; 0: it cannot go on now; 2: it is done. */
static int go_on(struct medark_deliver *d, struct medark_deliver_unit *u, struct medark_error *err)
{
	struct medark_deliver_range *range;

	if (u->transfer || (u->is_waiting && u->not_before > medark_talk_now()))
		return 0;
	if (!u->is_waiting) {
		if (!u->unsent.size)
			return 2;
		range = (struct medark_deliver_range *)(void *)(u->unsent.data + u->unsent.size) -
			1;
		if (is_blocked(d, u, range))
			return 0;
		u->range = *range;
		u->unsent.size -= sizeof(*range);
		medark_tries_clear(&u->tries);
		u->conflicts = 0;
	}
	u->is_waiting = false;
	MEDARK_TRY(medark_deliver_start(d, u, err));
	medark_http_tag(u->transfer, u);
	d->running++;
	return 1;
}

/* *out_soonest: seconds until one that waits may go on; negative: none waits. */
static int start_some(struct medark_deliver *d, double *out_soonest, struct medark_error *err)
{
	*out_soonest = -1;
	for (size_t i = 0; i < d->unit_count && d->running < d->parallel; i++) {
		struct medark_deliver_unit *u = d->units[i];
		int code = go_on(d, u, err);

		MEDARK_TRY(code);
		if (code == 2)
			forget(d, i--);
		else if (code == 0 && u->is_waiting && !u->transfer) {
			double left = u->not_before - medark_talk_now();

			if (*out_soonest < 0 || left < *out_soonest)
				*out_soonest = left > 0 ? left : 0;
		}
	}
	return 0;
}

static int flush(struct medark_deliver *d, bool at_once, struct medark_error *err)
{
	if (!at_once && medark_talk_now() < d->flushed + FLUSH_SECONDS)
		return 0;
	MEDARK_TRY(medark_target_journal_flush(d->setup.journal, err));
	d->flushed = medark_talk_now();
	return 0;
}

static int end(struct medark_deliver *d, struct medark_http_transfer *ended,
	       struct medark_error *err)
{
	struct medark_deliver_unit *u = medark_http_tagged(ended);
	MEDARK_AUTO(medark_http_transfer_free)
	struct medark_http_transfer *t = MEDARK_TAKE(u->transfer);

	d->running--;
	MEDARK_TRY(medark_deliver_answer(d, u, medark_http_response(t), err));
	return flush(d, false, err);
}

/* All wait for each other: one goes on with what it has, and is mended in another pass. */
static void unblock(struct medark_deliver *d)
{
	for (size_t i = 0; i < d->unit_count; i++)
		if (!d->units[i]->is_waiting) {
			d->units[i]->is_unblocked = true;
			return;
		}
}

static int step(struct medark_deliver *d, struct medark_error *err)
{
	struct medark_http_transfer *t;
	double soonest;
	int code;

	MEDARK_TRY(start_some(d, &soonest, err));
	if (!d->running) {
		if (soonest >= 0)
			return medark_http_sleep(d->setup.target->http, soonest, err);
		unblock(d);
		return 0;
	}
	code = medark_http_next(d->setup.target->http, soonest >= 0 && soonest < 1 ? soonest : 1,
				&t, err);
	MEDARK_TRY(code);
	return code ? end(d, t, err) : 0;
}

int medark_deliver_end_unit(struct medark_deliver *d, struct medark_error *err)
{
	if (!d->open || !medark_deliver_item_count(d->open))
		return 0;
	MEDARK_TRY(medark_deliver_order(d, d->open, err));
	while (d->unit_count &&
	       (d->unit_count == d->unit_max || d->bytes + d->open->bytes > BYTES_MAX))
		MEDARK_TRY(step(d, err));
	d->bytes += d->open->bytes;
	d->units[d->unit_count++] = MEDARK_TAKE(d->open);
	return d->unit_count > d->parallel ? step(d, err) : 0;
}

int medark_deliver_drain(struct medark_deliver *d, struct medark_error *err)
{
	MEDARK_TRY(medark_deliver_end_unit(d, err));
	while (d->unit_count)
		MEDARK_TRY(step(d, err));
	return flush(d, true, err);
}
