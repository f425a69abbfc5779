/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/index_private.h"

#include "base/text.h"

#include <string.h>

/* Of a patient's row, for all but the ranges and the demographics: the key, the counts. */
#define ROW_RESERVE (256u << 10)

static int add_sized(struct medark_buffer *b, struct medark_bytes value, struct medark_error *err)
{
	uint8_t size[4];

	medark_put_le32(size, (uint32_t)value.size);
	MEDARK_TRY(medark_buffer_add(b, size, sizeof(size), err));
	return medark_buffer_add(b, value.data, value.size, err);
}

static bool next_sized(const struct medark_buffer *b, size_t *at, struct medark_bytes *out)
{
	if (*at == b->size)
		return false;
	*out = medark_bytes(b->data + *at + 4, medark_get_le32(b->data + *at));
	*at += 4 + out->size;
	return true;
}

static int quarantine(struct medark_index_writer *w, struct medark_bytes share,
		      enum medark_fault fault, const char *detail, struct medark_error *err)
{
	struct medark_share_head head;
	struct medark_trouble trouble = { .fault = fault, .detail = medark_bytes_text(detail) };

	memcpy(&head, share.data + 1, sizeof(head));
	trouble.item = head.item;
	trouble.offset = head.offset;
	trouble.length = head.length;
	return medark_facts_trouble(w->facts, &trouble, err);
}

/* ---- aliases: what a URN or an identifier stands for ---- */

/*
 * Patients whom an alias may stand for: a merged patient has two resources, and they share the
 * identifier. Where more have it, as an identifier "0" or "unknown", it tells nothing, and to give
 * each record to each of them would be quadratic.
 */
#define OWNERS_MAX 16

struct alias {
	struct medark_buffer key;
	struct medark_buffer owners; /* u32 size, then the key, of each patient, once */
	unsigned owner_count;	     /* OWNERS_MAX + 1: more than are listed */
};

static int add_owner(struct alias *a, struct medark_bytes owner, struct medark_error *err)
{
	struct medark_bytes other;
	size_t at = 0;

	while (next_sized(&a->owners, &at, &other))
		if (medark_bytes_equal(other, owner))
			return 0;
	if (a->owner_count > OWNERS_MAX || ++a->owner_count > OWNERS_MAX)
		return 0;
	return add_sized(&a->owners, owner, err);
}

/* Each owner gets the record; the alias itself, if it has none or too many, as a patient. */
static int give_share(struct medark_index_writer *w, const struct alias *a,
		      struct medark_bytes share, struct medark_error *err)
{
	struct medark_bytes owner;
	size_t at = 0;

	if (a->owner_count > 1)
		MEDARK_TRY(quarantine(w, share, MEDARK_FAULT_AMBIGUOUS,
				      a->owner_count <= OWNERS_MAX
					      ? "several patients have this URN or identifier: "
						"what names it is with each of them"
					      : "too many patients have this URN or identifier: "
						"what names it is with none of them",
				      err));
	if (a->owner_count == 0 || a->owner_count > OWNERS_MAX)
		return medark_sorter_add(w->facts->patients, medark_bytes(a->key.data, a->key.size),
					 share, err);
	while (next_sized(&a->owners, &at, &owner))
		MEDARK_TRY(medark_sorter_add(w->facts->patients, owner, share, err));
	return 0;
}

static int read_aliases(struct medark_index_writer *w, struct alias *a, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_sorter_sort(w->facts->aliases, err));
	while ((more = medark_sorter_next(w->facts->aliases, &key, &value, err)) == 1) {
		struct medark_bytes alias = medark_facts_alias(key);

		if (!medark_bytes_equal(alias, medark_bytes(a->key.data, a->key.size))) {
			a->key.size = 0;
			a->owners.size = 0;
			a->owner_count = 0;
			MEDARK_TRY(medark_buffer_add(&a->key, alias.data, alias.size, err));
		}
		if (value.data[0] == MEDARK_FRAGMENT_BINDING)
			MEDARK_TRY(add_owner(a, medark_bytes(value.data + 1, value.size - 1), err));
		else
			MEDARK_TRY(give_share(w, a, value, err));
	}
	return more;
}

int medark_index_resolve(struct medark_index_writer *w, struct medark_error *err)
{
	struct alias a = {
		.key = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX),
		.owners = MEDARK_BUFFER_SECRET(OWNERS_MAX * (MEDARK_SORTER_KEY_MAX + 4)),
	};
	int result = read_aliases(w, &a, err);

	medark_buffer_clear(&a.key);
	medark_buffer_clear(&a.owners);
	return result;
}

/* ---- patients ---- */

struct patient {
	struct medark_buffer key;
	bool has_demographics;
	uint32_t first, last, records;
	uint32_t counts[MEDARK_TYPES_MAX + 1];
	struct medark_share_head place; /* of the first share */
	bool has_share;
};

/* Does `next` begin where `range` ends? */
static bool meets(const struct medark_range *range, const struct medark_range *next)
{
	return range->segment == next->segment && range->offset + range->length == next->offset;
}

static void add_share_head(struct patient *p, const struct medark_share_head *head)
{
	if (!p->has_share)
		p->place = *head;
	p->has_share = true;
	p->records += head->records;
	if (head->first && (!p->first || head->first < p->first))
		p->first = head->first;
	if (head->last > p->last)
		p->last = head->last;
}

/* Joins what meets the range before it at once: a buffer has room for what a row can hold. */
static int add_range(struct medark_buffer *ranges, const struct medark_range *range,
		     struct medark_error *err)
{
	struct medark_range *last = NULL;

	if (ranges->size)
		last = (struct medark_range *)(void *)(ranges->data + ranges->size) - 1;
	if (!last || !meets(last, range))
		return medark_buffer_add(ranges, range, sizeof(*range), err);
	last->length += range->length;
	return 0;
}

static int add_share(struct medark_index_writer *w, struct patient *p, struct medark_bytes share,
		     struct medark_error *err)
{
	const uint8_t *at = share.data + 1;
	struct medark_share_head head;
	struct medark_range range;

	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	add_share_head(p, &head);
	for (uint32_t i = 0; i < head.types; i++, at += 8) {
		uint32_t pair[2];

		memcpy(pair, at, sizeof(pair));
		p->counts[pair[0]] += pair[1];
	}
	for (uint32_t i = 0; i < head.ranges; i++, at += sizeof(range)) {
		memcpy(&range, at, sizeof(range));
		MEDARK_TRY(add_range(head.shared ? &w->shared : &w->at, &range, err));
	}
	return 0;
}

static void join_ranges(struct medark_buffer *ranges)
{
	struct medark_range *r = (struct medark_range *)(void *)ranges->data;

	ranges->size = medark_ranges_merge(r, ranges->size / sizeof(*r)) * sizeof(*r);
}

/* Does the record at `place` stand in one of the joined ranges? */
static bool stands_in(const struct medark_buffer *ranges, const struct medark_range *place)
{
	const struct medark_range *r = (const struct medark_range *)(const void *)ranges->data;
	size_t low = 0, high = ranges->size / sizeof(*r);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (medark_range_order(&r[middle], place) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && r[low - 1].segment == place->segment &&
	       place->offset < r[low - 1].offset + r[low - 1].length;
}

/* Bytes of a range in a row, its comma with it; its length may still grow. */
static size_t range_text(const struct medark_range *range)
{
	char text[64];

	return (size_t)snprintf(text, sizeof(text), "[%u,%llu,%u],", range->segment,
				(unsigned long long)range->offset, MEDARK_CONTENT_MAX);
}

/* Bytes that the patient's row has left for shared ranges; `at` is joined. */
static size_t row_room(const struct medark_index_writer *w)
{
	const struct medark_range *r = (const struct medark_range *)(const void *)w->at.data;
	size_t used = ROW_RESERVE + w->json.size;

	for (size_t i = 0; i < w->at.size / sizeof(*r); i++)
		used += range_text(&r[i]);
	return used < MEDARK_PAGE_MAX ? MEDARK_PAGE_MAX - used : 0;
}

/* Adds the fragment if the row has room for it; else the record is told to be missing there. */
static int settle_share(struct medark_index_writer *w, struct patient *p, struct medark_bytes share,
			size_t *room, struct medark_error *err)
{
	struct medark_range last = { 0 }, range;
	struct medark_share_head head;
	const uint8_t *at;
	size_t need = 0;

	memcpy(&head, share.data + 1, sizeof(head));
	at = share.data + 1 + sizeof(head) + (size_t)8 * head.types;
	if (w->shared.size)
		memcpy(&last, w->shared.data + w->shared.size - sizeof(last), sizeof(last));
	for (uint32_t i = 0; i < head.ranges; i++, last = range) {
		memcpy(&range, at + i * sizeof(range), sizeof(range));
		need += meets(&last, &range) ? 0 : range_text(&range);
	}
	if (need > *room)
		return quarantine(w, share, MEDARK_FAULT_TOO_LARGE,
				  "the index has no room to list it with one of its patients", err);
	*room -= need;
	return add_share(w, p, share, err);
}

/*
 * A record that names one patient in several ways (an id and an identifier) stands with the
 * patient already, or was shared before: it counts once.
 */
static int settle_shares(struct medark_index_writer *w, struct patient *p, struct medark_error *err)
{
	struct medark_range place, last = { 0 }; /* segments are counted from 1 */
	struct medark_bytes share;
	size_t room;
	int more;

	join_ranges(&w->at);
	room = row_room(w);
	MEDARK_TRY(medark_waiting_sort(&w->waiting, err));
	while ((more = medark_waiting_next(&w->waiting, &place, &share, err)) == 1) {
		if (stands_in(&w->at, &place) || medark_range_order(&place, &last) == 0)
			continue;
		last = place;
		MEDARK_TRY(settle_share(w, p, share, &room, err));
	}
	join_ranges(&w->shared);
	return more;
}

static int print_ranges(struct medark_buffer *out, const char *front, struct medark_buffer *ranges,
			struct medark_error *err)
{
	const struct medark_range *r = (const struct medark_range *)(void *)ranges->data;
	size_t count = ranges->size / sizeof(*r);

	if (!count)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, front, err));
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_buffer_text(out, i ? ",[" : "[", err));
		MEDARK_TRY(medark_buffer_number(out, r[i].segment, err));
		MEDARK_TRY(medark_buffer_text(out, ",", err));
		MEDARK_TRY(medark_buffer_number(out, r[i].offset, err));
		MEDARK_TRY(medark_buffer_text(out, ",", err));
		MEDARK_TRY(medark_buffer_number(out, r[i].length, err));
		MEDARK_TRY(medark_buffer_text(out, "]", err));
	}
	return medark_buffer_text(out, "]", err);
}

static int print_date(struct medark_buffer *out, const char *name, uint32_t date,
		      struct medark_error *err)
{
	if (!date)
		return 0;
	MEDARK_TRY(medark_buffer_print(out, err, ",\"%s\":\"%04u", name, date / 10000));
	if (date / 100 % 100)
		MEDARK_TRY(medark_buffer_print(out, err, "-%02u", date / 100 % 100));
	if (date % 100)
		MEDARK_TRY(medark_buffer_print(out, err, "-%02u", date % 100));
	return medark_buffer_print(out, err, "\"");
}

static int print_counts(struct medark_index_writer *w, struct patient *p, struct medark_error *err)
{
	bool some = false;

	MEDARK_TRY(medark_buffer_text(&w->row, ",\"counts\":{", err));
	for (uint32_t i = 1; i <= w->facts->types.count; i++) {
		if (!p->counts[i])
			continue;
		MEDARK_TRY(medark_buffer_text(&w->row, some ? ",\"" : "\"", err));
		MEDARK_TRY(medark_buffer_text(&w->row, w->facts->types.names[i], err));
		MEDARK_TRY(medark_buffer_text(&w->row, "\":", err));
		MEDARK_TRY(medark_buffer_number(&w->row, p->counts[i], err));
		some = true;
	}
	MEDARK_TRY(medark_buffer_text(&w->row, "},\"records\":", err));
	return medark_buffer_number(&w->row, p->records, err);
}

static int print_patient(struct medark_index_writer *w, struct patient *p, struct medark_error *err)
{
	w->row.size = 0;
	MEDARK_TRY(medark_buffer_text(&w->row, "{\"key\":", err));
	MEDARK_TRY(medark_text_json(&w->row, medark_bytes(p->key.data, p->key.size), err));
	MEDARK_TRY(medark_buffer_text(&w->row, ",\"n\":", err));
	MEDARK_TRY(medark_buffer_number(&w->row, w->patients, err));
	if (p->has_demographics)
		MEDARK_TRY(medark_buffer_add(&w->row, w->json.data + 1, w->json.size - 1, err));
	else if (p->key.data[0] == MEDARK_PATIENT_ID) {
		MEDARK_TRY(medark_buffer_print(&w->row, err, ",\"id\":"));
		MEDARK_TRY(medark_text_json(&w->row, medark_bytes(p->key.data + 1, p->key.size - 1),
					    err));
	}
	MEDARK_TRY(print_counts(w, p, err));
	MEDARK_TRY(print_date(&w->row, "first", p->first, err));
	MEDARK_TRY(print_date(&w->row, "last", p->last, err));
	MEDARK_TRY(print_ranges(&w->row, ",\"at\":[", &w->at, err));
	MEDARK_TRY(print_ranges(&w->row, ",\"shared\":[", &w->shared, err));
	return medark_buffer_add(&w->row, "}", 1, err);
}

/*
 * A patient of whom no Patient resource came: found by id only, and reported. That of an increment
 * stands in an earlier archive.
 */
static int report_missing(struct medark_index_writer *w, const struct patient *p,
			  struct medark_error *err)
{
	uint8_t share[1 + sizeof(p->place)] = { 0 };

	if (!p->has_share || (w->facts->changes && p->key.data[0] == MEDARK_PATIENT_ID))
		return 0;
	memcpy(share + 1, &p->place, sizeof(p->place));
	return quarantine(w, medark_bytes(share, sizeof(share)), MEDARK_FAULT_REFERENCE,
			  p->key.data[0] == MEDARK_PATIENT_ID
				  ? "the source holds no Patient resource with this id"
				  : "no one Patient of the source has this URN or identifier",
			  err);
}

static int end_patient(struct medark_index_writer *w, struct patient *p, struct medark_error *err)
{
	if (!p->key.size)
		return 0;
	MEDARK_TRY(settle_shares(w, p, err));
	MEDARK_TRY(print_patient(w, p, err));
	MEDARK_TRY(medark_pages_row(w->pages, medark_bytes(w->row.data, w->row.size),
				    medark_bytes(p->key.data, p->key.size), err));
	if (!p->has_demographics)
		MEDARK_TRY(report_missing(w, p, err));
	w->patients++;
	return 0;
}

static int begin_patient(struct medark_index_writer *w, struct patient *p, struct medark_bytes key,
			 struct medark_error *err)
{
	struct medark_buffer kept = p->key;

	kept.size = 0;
	memset(p, 0, sizeof(*p));
	p->key = kept;
	w->json.size = 0;
	w->at.size = 0;
	w->shared.size = 0;
	medark_waiting_reset(&w->waiting);
	return medark_buffer_add(&p->key, key.data, key.size, err);
}

/* Entries of the search tables, with the row number that the patient gets. */
static int search_rows(struct medark_index_writer *w, struct medark_bytes entries,
		       struct medark_error *err)
{
	const uint8_t *at = entries.data + 1, *end = entries.data + entries.size;
	uint8_t number[8];

	medark_put_be64(number, w->patients);
	while (at < end) {
		struct medark_bytes text = medark_bytes(at + 3, at[1] | (size_t)at[2] << 8);
		struct medark_sorter *to = at[0] == MEDARK_SEARCH_IDENTIFIER ? w->identifiers
					   : at[0] == MEDARK_SEARCH_NAME     ? w->names
									     : w->births;

		MEDARK_TRY(medark_sorter_add(to, text, medark_bytes(number, sizeof(number)), err));
		at = text.data + text.size;
	}
	return 0;
}

static bool is_shared(struct medark_bytes share)
{
	struct medark_share_head head;

	memcpy(&head, share.data + 1, sizeof(head));
	return head.shared != 0;
}

static int read_patients(struct medark_index_writer *w, struct patient *p, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_sorter_sort(w->facts->patients, err));
	while ((more = medark_sorter_next(w->facts->patients, &key, &value, err)) == 1) {
		if (!medark_bytes_equal(key, medark_bytes(p->key.data, p->key.size))) {
			MEDARK_TRY(end_patient(w, p, err));
			MEDARK_TRY(begin_patient(w, p, key, err));
		}
		if (value.data[0] == MEDARK_FRAGMENT_SHARE) {
			MEDARK_TRY(is_shared(value) ? medark_waiting_add(&w->waiting, value, err)
						    : add_share(w, p, value, err));
		} else if (value.data[0] == MEDARK_FRAGMENT_SEARCH) {
			MEDARK_TRY(search_rows(w, value, err));
		} else if (!p->has_demographics) {
			p->has_demographics = true;
			MEDARK_TRY(medark_buffer_add(&w->json, value.data, value.size, err));
		}
	}
	MEDARK_TRY(more);
	return end_patient(w, p, err);
}

int medark_index_patients(struct medark_index_writer *w, struct medark_error *err)
{
	struct patient *p = calloc(1, sizeof(*p));
	int result;

	if (!p)
		return medark_error_memory(err, "the patients");
	p->key = (struct medark_buffer)MEDARK_BUFFER_SECRET(2 * MEDARK_SORTER_KEY_MAX);
	result = medark_pages_table(w->pages, MEDARK_KIND_PATIENTS, err);
	if (result >= 0)
		result = read_patients(w, p, err);
	medark_buffer_clear(&p->key);
	free(p);
	return result;
}
