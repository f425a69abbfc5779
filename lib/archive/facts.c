/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/facts.h"

#include "archive/alias.h"
#include "base/text.h"

#include <string.h>

#define ROW_MAX MEDARK_SORTER_VALUE_MAX
#define MIB	(1u << 20)

void medark_facts_free(struct medark_facts *f)
{
	if (!f)
		return;
	medark_sorter_free(f->items);
	medark_sorter_free(f->patients);
	medark_sorter_free(f->aliases);
	medark_sorter_free(f->outside);
	medark_seen_free(f->seen);
	medark_sorter_free(f->changes);
	medark_sorter_free(f->quarantine);
	medark_sorter_free(f->report);
	free(f->segments);
	medark_buffer_clear(&f->row);
	medark_buffer_clear(&f->name);
	free(f);
}

/* Same type and id again: with the same content it is counted, with another it is reported. */
static int seen_again(void *context, const struct medark_seen_record *r, bool equal,
		      struct medark_error *err)
{
	struct medark_facts *f = context;
	struct medark_trouble trouble = {
		.fault = MEDARK_FAULT_DUPLICATE,
		.item = r->item,
		.offset = r->offset,
		.length = r->length,
	};

	f->types.repeated[r->type]++;
	if (!equal)
		return medark_facts_trouble(f, &trouble, err);
	f->duplicates++;
	return 0;
}

int medark_facts_new(const struct medark_facts_setup *setup, struct medark_facts **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_facts_free) struct medark_facts *f = NULL;
	const char *folder = setup->folder;

	f = calloc(1, sizeof(*f));
	if (!f)
		return medark_error_memory(err, "the index");
	f->row = (struct medark_buffer)MEDARK_BUFFER_SECRET(2 * ROW_MAX);
	f->name = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	struct medark_seen_events again = { .context = f, .again = seen_again };
	MEDARK_TRY(medark_sorter_new(4 * MIB, folder, &f->items, err));
	MEDARK_TRY(medark_sorter_new(20 * MIB, folder, &f->patients, err));
	MEDARK_TRY(medark_sorter_new(8 * MIB, folder, &f->aliases, err));
	MEDARK_TRY(medark_sorter_new(6 * MIB, folder, &f->outside, err));
	MEDARK_TRY(medark_seen_new(folder, &again, &f->seen, err));
	MEDARK_TRY(medark_sorter_new(2 * MIB, folder, &f->quarantine, err));
	if (setup->increment)
		MEDARK_TRY(medark_sorter_new(4 * MIB, folder, &f->changes, err));
	if (setup->report)
		MEDARK_TRY(medark_sorter_new(4 * MIB, folder, &f->report, err));
	*out = MEDARK_TAKE(f);
	return 0;
}

/* ---- records ---- */

/* For the report: the item's path comes first, then what is wrong with it. */
static int report_path(struct medark_facts *f, uint32_t item, struct medark_bytes path,
		       struct medark_error *err)
{
	uint8_t key[5] = { 0 };

	if (!f->report)
		return 0;
	medark_put_be32(key, item);
	return medark_sorter_add(f->report, medark_bytes(key, sizeof(key)), path, err);
}

static int report_trouble(struct medark_facts *f, const struct medark_trouble *t,
			  struct medark_error *err)
{
	uint8_t key[13] = { 0 };

	if (!f->report)
		return 0;
	medark_put_be32(key, t->item);
	key[4] = 1;
	medark_put_be64(key + 5, t->offset);
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&f->row, err, "\"reason\":\"%s\"",
				       medark_fault_name(t->fault)));
	if (t->item != MEDARK_ITEM_NONE)
		MEDARK_TRY(medark_buffer_print(
			&f->row, err, ",\"item\":%u,\"offset\":%llu,\"length\":%llu", t->item,
			(unsigned long long)t->offset, (unsigned long long)t->length));
	MEDARK_TRY(medark_buffer_print(&f->row, err, ",\"detail\":"));
	MEDARK_TRY(medark_text_json(&f->row, t->detail, err));
	return medark_sorter_add(f->report, medark_bytes(key, sizeof(key)),
				 medark_bytes(f->row.data, f->row.size), err);
}

static int report_skipped(struct medark_facts *f, struct medark_bytes path, const char *why,
			  struct medark_error *err)
{
	uint8_t key[13] = { 0 };

	if (!f->report)
		return 0;
	medark_put_be32(key, MEDARK_ITEM_NONE);
	key[4] = 1;
	medark_put_be64(key + 5, f->skipped);
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&f->row, err, "\"reason\":\"skipped\",\"detail\":"));
	MEDARK_TRY(medark_text_json(&f->row, medark_bytes_text(why), err));
	MEDARK_TRY(medark_buffer_print(&f->row, err, ",\"path\":"));
	MEDARK_TRY(medark_text_json(&f->row, path, err));
	return medark_sorter_add(f->report, medark_bytes(key, sizeof(key)),
				 medark_bytes(f->row.data, f->row.size), err);
}

int medark_facts_report(struct medark_facts *f,
			int (*line)(void *context, struct medark_bytes text,
				    struct medark_error *err),
			void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer path = MEDARK_BUFFER_SECRET(8 * MIB);
	struct medark_bytes key, value;
	uint8_t no_item[4];
	int more;

	medark_put_be32(no_item, MEDARK_ITEM_NONE);
	MEDARK_TRY(medark_sorter_sort(f->report, err));
	while ((more = medark_sorter_next(f->report, &key, &value, err)) == 1) {
		if (key.size == 5) {
			path.size = 0;
			MEDARK_TRY(medark_text_json(&path, value, err));
			continue;
		}
		f->row.size = 0;
		MEDARK_TRY(medark_buffer_print(&f->row, err, "{"));
		MEDARK_TRY(medark_buffer_add(&f->row, value.data, value.size, err));
		if (memcmp(key.data, no_item, sizeof(no_item)) != 0)
			MEDARK_TRY(medark_buffer_print(&f->row, err, ",\"path\":%.*s",
						       (int)path.size, (const char *)path.data));
		MEDARK_TRY(medark_buffer_print(&f->row, err, "}\n"));
		MEDARK_TRY(line(context, medark_bytes(f->row.data, f->row.size), err));
	}
	return more;
}

static int quarantine_row(struct medark_facts *f, uint32_t item, uint64_t offset,
			  struct medark_error *err)
{
	uint8_t key[12];

	medark_put_be32(key, item);
	medark_put_be64(key + 4, offset);
	return medark_sorter_add(f->quarantine, medark_bytes(key, sizeof(key)),
				 medark_bytes(f->row.data, f->row.size), err);
}

int medark_facts_trouble(struct medark_facts *f, const struct medark_trouble *t,
			 struct medark_error *err)
{
	f->quarantined++;
	f->reasons[t->fault]++;
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&f->row, err, "%s\t", medark_fault_name(t->fault)));
	if (t->item == MEDARK_ITEM_NONE)
		MEDARK_TRY(medark_buffer_print(&f->row, err, "-\t"));
	else
		MEDARK_TRY(medark_buffer_print(&f->row, err, "%u\t", t->item));
	MEDARK_TRY(medark_buffer_print(&f->row, err, "%llu\t%llu\t", (unsigned long long)t->offset,
				       (unsigned long long)t->length));
	if (t->segment)
		MEDARK_TRY(medark_buffer_print(&f->row, err, "%u\t", t->segment));
	else
		MEDARK_TRY(medark_buffer_print(&f->row, err, "-\t"));
	MEDARK_TRY(medark_row_encode(t->detail, &f->row, err));
	MEDARK_TRY(quarantine_row(f, t->item, t->offset, err));
	return report_trouble(f, t, err);
}

int medark_facts_skipped(struct medark_facts *f, struct medark_bytes path, const char *why,
			 struct medark_error *err)
{
	f->skipped++;
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&f->row, err, "skipped\t-\t0\t0\t-\t%s: ", why));
	MEDARK_TRY(medark_row_encode(path, &f->row, err));
	MEDARK_TRY(quarantine_row(f, MEDARK_ITEM_NONE, f->skipped, err));
	return report_skipped(f, path, why, err);
}

int medark_facts_changed(struct medark_facts *f, struct medark_bytes name, bool is_deleted,
			 struct medark_error *err)
{
	if (!f->changes)
		return 0;
	f->name.size = 0;
	MEDARK_TRY(medark_row_encode(name, &f->name, err));
	MEDARK_TRY(medark_buffer_text(&f->name, is_deleted ? "\t-" : "\t+", err));
	return medark_sorter_add(f->changes, medark_bytes(f->name.data, f->name.size),
				 medark_bytes(NULL, 0), err);
}

/* ---- windows ---- */

/* A share under construction: one group's run of pieces. */
struct share {
	struct medark_share_head head;
	uint32_t counts[MEDARK_TYPES_MAX + 1];
	uint16_t touched[MEDARK_TYPES_MAX + 1];
	struct medark_buffer ranges; /* struct medark_range each */
};

static void count_piece(struct share *s, const struct medark_piece *p, uint32_t item)
{
	if (!s->head.records) {
		s->head.item = item;
		s->head.offset = p->offset;
		s->head.length = p->length;
	}
	if (p->type) {
		if (!s->counts[p->type])
			s->touched[s->head.types++] = p->type;
		s->counts[p->type]++;
		s->head.records++;
	}
	if (p->date && (!s->head.first || p->date < s->head.first))
		s->head.first = p->date;
	if (p->date > s->head.last)
		s->head.last = p->date;
}

static int add_range(struct share *s, struct medark_range range, struct medark_error *err)
{
	struct medark_range *last;

	if (s->head.ranges) {
		last = (struct medark_range *)(void *)(s->ranges.data + s->ranges.size) - 1;
		if (last->segment == range.segment && last->offset + last->length == range.offset) {
			last->length += range.length;
			return 0;
		}
	}
	s->head.ranges++;
	return medark_buffer_add(&s->ranges, &range, sizeof(range), err);
}

/*
 * The key of an alias' rows: its size first and the tag last, so that the bindings of each alias
 * come right before its shares, whatever bytes it has.
 */
int medark_facts_add_alias(struct medark_facts *f, struct medark_bytes alias,
			   enum medark_fragment_tag tag, struct medark_bytes value,
			   struct medark_error *err)
{
	uint8_t size[2] = { (uint8_t)(alias.size >> 8), (uint8_t)alias.size };
	uint8_t last = tag != MEDARK_FRAGMENT_BINDING;

	f->name.size = 0;
	MEDARK_TRY(medark_buffer_add(&f->name, size, sizeof(size), err));
	MEDARK_TRY(medark_buffer_add(&f->name, alias.data, alias.size, err));
	MEDARK_TRY(medark_buffer_add(&f->name, &last, 1, err));
	return medark_sorter_add(f->aliases, medark_bytes(f->name.data, f->name.size), value, err);
}

static int add_share(struct medark_facts *f, struct medark_bytes key, struct medark_bytes share,
		     struct medark_error *err)
{
	if (key.data[0] == MEDARK_PATIENT_ID)
		return medark_sorter_add(f->patients, key, share, err);
	return medark_facts_add_alias(f, key, MEDARK_FRAGMENT_SHARE, share, err);
}

/* Adds the share to the patient's (or alias') fragments and empties it. */
static int emit_share(struct medark_facts *f, struct share *s, struct medark_bytes key,
		      struct medark_error *err)
{
	const uint8_t fragment = MEDARK_FRAGMENT_SHARE;

	f->row.size = 0;
	MEDARK_TRY(medark_buffer_add(&f->row, &fragment, 1, err));
	MEDARK_TRY(medark_buffer_add(&f->row, &s->head, sizeof(s->head), err));
	for (uint32_t i = 0; i < s->head.types; i++) {
		uint32_t pair[2] = { s->touched[i], s->counts[s->touched[i]] };

		MEDARK_TRY(medark_buffer_add(&f->row, pair, sizeof(pair), err));
		s->counts[s->touched[i]] = 0;
	}
	MEDARK_TRY(medark_buffer_add(&f->row, s->ranges.data, s->ranges.size, err));
	memset(&s->head, 0, sizeof(s->head));
	s->ranges.size = 0;
	return add_share(f, key, medark_bytes(f->row.data, f->row.size), err);
}

static struct medark_bytes group_key(const struct medark_window *w, uint32_t group)
{
	return medark_bytes(w->keys.data + w->groups[group].key, w->groups[group].key_size);
}

static struct medark_range piece_range(const struct medark_piece *p)
{
	return (struct medark_range) { .segment = p->segment,
				       .offset = p->place,
				       .length = p->length };
}

/* One share for each run of pieces of a group; in sorted order a group has one run. */
static int emit_groups(struct medark_facts *f, const struct medark_window *w, struct share *s,
		       struct medark_error *err)
{
	for (uint32_t i = 0; i < w->piece_count; i++) {
		const struct medark_piece *p = &w->pieces[w->sorted[i]];
		bool last =
			i + 1 == w->piece_count || w->pieces[w->sorted[i + 1]].group != p->group;

		if (p->group == MEDARK_GROUP_NONE)
			continue;
		if (p->kind != MEDARK_EXTENT_FILLER)
			count_piece(s, p, w->items[p->item]->number);
		MEDARK_TRY(add_range(s, piece_range(p), err));
		if (last)
			MEDARK_TRY(emit_share(f, s, group_key(w, p->group), err));
	}
	return 0;
}

static int emit_shares(struct medark_facts *f, const struct medark_window *w, struct share *s,
		       struct medark_error *err)
{
	for (uint32_t i = 0; i < w->share_count; i++) {
		uint32_t part = w->shares[i].piece;

		s->head.shared = 1;
		count_piece(s, &w->pieces[part], w->items[w->pieces[part].item]->number);
		/* A large record's parts were added one after the other; the last is no part. */
		do
			MEDARK_TRY(add_range(s, piece_range(&w->pieces[part]), err));
		while (w->pieces[part++].kind == MEDARK_EXTENT_PART && part < w->piece_count);
		MEDARK_TRY(emit_share(f, s, group_key(w, w->shares[i].group), err));
	}
	return 0;
}

/* The table's rows are in the order of the names as they stand in it, with their escapes. */
static int add_outside(struct medark_facts *f, struct medark_bytes name, struct medark_bytes places,
		       struct medark_error *err)
{
	f->name.size = 0;
	MEDARK_TRY(medark_row_encode(name, &f->name, err));
	return medark_sorter_add(f->outside, medark_bytes(f->name.data, f->name.size), places, err);
}

static int emit_outsides(struct medark_facts *f, const struct medark_window *w,
			 struct medark_error *err)
{
	for (uint32_t i = 0; i < w->outside_count; i++) {
		const struct medark_outside *o = &w->outsides[i];
		uint32_t parts = o->piece;

		f->row.size = 0;
		do {
			struct medark_range range = piece_range(&w->pieces[parts]);

			MEDARK_TRY(medark_buffer_add(&f->row, &range, sizeof(range), err));
		} while (w->pieces[parts++].kind == MEDARK_EXTENT_PART && parts < w->piece_count);
		MEDARK_TRY(add_outside(f, medark_bytes(w->keys.data + o->key, o->key_size),
				       medark_bytes(f->row.data, f->row.size), err));
	}
	return 0;
}

static int emit_troubles(struct medark_facts *f, const struct medark_window *w,
			 struct medark_error *err)
{
	for (uint32_t i = 0; i < w->piece_count; i++) {
		const struct medark_piece *p = &w->pieces[i];
		struct medark_trouble trouble = {
			.fault = p->fault,
			.segment = p->segment,
			.offset = p->offset,
			.length = p->length,
		};

		if (p->fault == MEDARK_FAULT_NONE)
			continue;
		trouble.item = w->items[p->item]->number;
		MEDARK_TRY(medark_facts_trouble(f, &trouble, err));
	}
	return 0;
}

static int note_items(struct medark_facts *f, const struct medark_window *w,
		      struct medark_error *err)
{
	for (uint32_t i = 0; i < w->piece_count; i++) {
		struct medark_item *item = w->items[w->pieces[i].item];
		uint32_t segment = w->pieces[i].segment;

		if (!item->first_segment || segment < item->first_segment)
			item->first_segment = segment;
		if (segment > item->last_segment)
			item->last_segment = segment;
	}
	for (uint32_t i = 0; i < w->item_count; i++)
		if (--w->items[i]->windows == 0 && w->items[i]->ended)
			MEDARK_TRY(medark_facts_item(f, w->items[i], err));
	return 0;
}

int medark_facts_window(struct medark_facts *f, const struct medark_window *w,
			struct medark_error *err)
{
	struct share *s = calloc(1, sizeof(*s));
	int result;

	if (!s)
		return medark_error_memory(err, "the index");
	s->ranges = (struct medark_buffer)MEDARK_BUFFER(ROW_MAX / 2);
	result = emit_groups(f, w, s, err);
	if (result >= 0)
		result = emit_shares(f, w, s, err);
	if (result >= 0)
		result = emit_outsides(f, w, err);
	if (result >= 0)
		result = emit_troubles(f, w, err);
	if (result >= 0)
		result = note_items(f, w, err);
	medark_buffer_clear(&s->ranges);
	free(s);
	return result;
}

int medark_facts_streamed(struct medark_facts *f, const struct medark_record *record, uint16_t type,
			  const struct medark_streamed *place, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer key = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	struct medark_bytes ranges =
		medark_bytes(place->ranges, place->count * sizeof(*place->ranges));

	if (record->type.size && record->id.size) {
		struct medark_bytes name;

		MEDARK_TRY(medark_buffer_add(&key, record->type.data, record->type.size, err));
		MEDARK_TRY(medark_buffer_add(&key, "/", 1, err));
		MEDARK_TRY(medark_buffer_add(&key, record->id.data, record->id.size, err));
		name = medark_bytes(key.data, key.size);
		MEDARK_TRY(medark_facts_changed(f, name, false, err));
		if (record->patient_count == 0)
			return add_outside(f, name, ranges, err);
	}
	for (uint32_t i = 0; i < record->patient_count; i++) {
		struct medark_share_head head = { .first = record->date,
						  .last = record->date,
						  .records = type != 0,
						  .types = type != 0,
						  .ranges = place->count,
						  .shared = i > 0,
						  .item = place->item,
						  .length = place->length,
						  .offset = place->offset };
		uint32_t pair[2] = { type, 1 };

		key.size = 0;
		MEDARK_TRY(medark_alias_key(record->patients[i], &key, err));
		f->row.size = 0;
		MEDARK_TRY(medark_buffer_print(&f->row, err, "%c", MEDARK_FRAGMENT_SHARE));
		MEDARK_TRY(medark_buffer_add(&f->row, &head, sizeof(head), err));
		if (type)
			MEDARK_TRY(medark_buffer_add(&f->row, pair, sizeof(pair), err));
		MEDARK_TRY(medark_buffer_add(&f->row, ranges.data, ranges.size, err));
		MEDARK_TRY(add_share(f, medark_bytes(key.data, key.size),
				     medark_bytes(f->row.data, f->row.size), err));
	}
	return 0;
}

/* ---- items and segments ---- */

/* Fewer records than the source said that it gives. */
static int check_count(struct medark_facts *f, const struct medark_item *item,
		       struct medark_error *err)
{
	struct medark_trouble trouble = {
		.fault = MEDARK_FAULT_MISSING,
		.item = item->number,
		.offset = item->size,
	};
	char detail[128];

	if (!item->has_count || item->records >= item->count)
		return 0;
	(void)snprintf(detail, sizeof(detail), "%llu records were to come, %llu did",
		       (unsigned long long)item->count, (unsigned long long)item->records);
	trouble.detail = medark_bytes_text(detail);
	return medark_facts_trouble(f, &trouble, err);
}

int medark_facts_item(struct medark_facts *f, const struct medark_item *item,
		      struct medark_error *err)
{
	struct medark_bytes path = medark_bytes(item->path, item->path_size);
	uint8_t key[4];

	MEDARK_TRY(check_count(f, item, err));

	medark_put_be32(key, item->number);
	MEDARK_TRY(report_path(f, item->number, path, err));
	if (item->parent == MEDARK_ITEM_NONE) {
		f->item_count++;
		f->bytes += item->size;
		f->opaque += strcmp(item->kind, "opaque") == 0;
	}
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_print(&f->row, err, "%u\t%s\t%llu\t%lld.%09u\t%04o\t",
				       item->number, item->kind, (unsigned long long)item->size,
				       (long long)item->mtime, item->mtime_ns, item->mode));
	if (item->parent != MEDARK_ITEM_NONE)
		MEDARK_TRY(medark_buffer_print(&f->row, err, "%u\t", item->parent));
	else
		MEDARK_TRY(medark_buffer_print(&f->row, err, "-\t"));
	if (item->first_segment)
		MEDARK_TRY(medark_buffer_print(&f->row, err, "%u\t%u\t", item->first_segment,
					       item->last_segment));
	else
		MEDARK_TRY(medark_buffer_print(&f->row, err, "-\t-\t"));
	MEDARK_TRY(medark_buffer_print(&f->row, err, "%llu\t", (unsigned long long)item->records));
	MEDARK_TRY(medark_row_encode(path, &f->row, err));
	return medark_sorter_add(f->items, medark_bytes(key, sizeof(key)),
				 medark_bytes(f->row.data, f->row.size), err);
}

int medark_facts_segment(struct medark_facts *f, const struct medark_plan *plan,
			 struct medark_error *err)
{
	if (f->segment_count == f->segment_max) {
		uint32_t more = f->segment_max ? f->segment_max * 2 : 256;
		struct medark_segment_row *rows = realloc(f->segments, more * sizeof(*rows));

		if (!rows)
			return medark_error_memory(err, "the index");
		f->segments = rows;
		f->segment_max = more;
	}
	f->segments[f->segment_count++] = (struct medark_segment_row) { .leaves = plan->leaves,
									.content = plan->content,
									.hash = plan->hash };
	return 0;
}
