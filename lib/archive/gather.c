/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

#include "archive/texts.h"
#include "base/secret.h"
#include "container/layout.h"
#include "crypto/random.h"
#include "source/content.h"
#include "source/decoder.h"

#include <string.h>

/* Pieces of a window: enough for records of this size on average. */
#define PIECE_MEAN   256
#define PIECES_MIN   81920u
#define PATIENTS_MAX (2u << 20)

static void drop_item(struct medark_gather *g, struct medark_item *item)
{
	if (item->previous)
		item->previous->next = item->next;
	else
		g->items = item->next;
	if (item->next)
		item->next->previous = item->previous;
	free(item);
}

void medark_gather_free(struct medark_gather *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->lane_count; i++)
		medark_gather_lane_free(g, g->lanes[i]);
	while (g->items)
		drop_item(g, g->items);
	while (g->giants) {
		struct medark_giant *giant = g->giants;

		g->giants = giant->next;
		medark_giant_free(giant);
	}
	for (unsigned i = 0; i < MEDARK_WINDOWS; i++)
		medark_window_free(g->windows[i]);
	medark_block_release(g->pool, g->open);
	medark_pool_free(g->pool);
	medark_spool_free(g->spool);
	for (uint32_t i = 0; i < g->scanner_count; i++)
		medark_scanner_free(g->scanners[i]);
	free(g->scanners);
	medark_scanner_free(g->scanner);
	medark_chunk_clear(&g->document);
	medark_ordinals_free(g->ordinals);
	if (g->head)
		medark_secret_wipe(g->head, MEDARK_HEAD_SIZE);
	free(g->head);
	free(g);
}

/* One for each worker and one for the gatherer itself. */
static int make_scanners(struct medark_gather *g, struct medark_error *err)
{
	unsigned threads = medark_pipeline_threads(g->setup.pipeline);
	bool all = g->setup.facts->changes != NULL;

	g->scanners = calloc(threads, sizeof(struct medark_scanner *));
	if (!g->scanners)
		return medark_error_memory(err, "reading the sources");
	for (; g->scanner_count < threads; g->scanner_count++)
		MEDARK_TRY(medark_scanner_new(g->seed, all, &g->scanners[g->scanner_count], err));
	return medark_scanner_new(g->seed, all, &g->scanner, err);
}

int medark_gather_new(const struct medark_gather_setup *setup, struct medark_gather **out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_gather_free) struct medark_gather *g = NULL;
	uint32_t pieces = (uint32_t)(setup->window_size / PIECE_MEAN);

	pieces = pieces < PIECES_MIN ? PIECES_MIN : pieces;
	g = calloc(1, sizeof(*g));
	if (!g)
		return medark_error_memory(err, "reading the sources");
	g->setup = *setup;
	g->next_segment = 1;
	g->turn = 1;
	g->last_group = MEDARK_GROUP_NONE;
	medark_chunk_init(&g->document);
	g->head = malloc(MEDARK_HEAD_SIZE + MEDARK_JSON_PADDING);
	if (!g->head)
		return medark_error_memory(err, "reading the sources");
	MEDARK_TRY(medark_random(&g->seed, sizeof(g->seed), err));
	MEDARK_TRY(make_scanners(g, err));
	MEDARK_TRY(medark_pool_new(&g->pool, err));
	MEDARK_TRY(medark_ordinals_new(PATIENTS_MAX, &g->ordinals, err));
	for (unsigned i = 0; i < MEDARK_WINDOWS; i++) {
		MEDARK_TRY(medark_window_new(g->pool, setup->window_size, pieces, &g->windows[i],
					     err));
		g->windows[i]->salt_key = setup->salt_key;
		g->windows[i]->context = setup->facts;
	}
	g->window = g->windows[0];
	medark_window_reset(g->window, g->turn);
	*out = MEDARK_TAKE(g);
	return 0;
}

/* ---- items ---- */

/* The time as a row can hold it, and a reader set it: a packed file may claim any. */
static void note_entry(struct medark_item *item, const struct medark_entry *entry)
{
	item->mode = entry->mode & 07777;
	item->has_count = entry->has_count;
	item->count = entry->count;
	item->mtime = entry->mtime < -INT64_MAX ? -INT64_MAX : entry->mtime;
	item->mtime_ns = entry->mtime_ns < 1000000000 ? entry->mtime_ns : 0;
}

/*
 * Sources keep their paths short enough for a prefix of the usual length; where names can be
 * longer, the path is cut off and the report says so, as in packed files.
 */
static int new_item(struct medark_gather *g, const struct medark_entry *entry, const char *prefix,
		    struct medark_item **out, struct medark_error *err)
{
	struct medark_bytes front = medark_bytes_text(prefix), path = entry->path;
	struct medark_item *item;

	if (g->next_item == MEDARK_ITEM_NONE)
		return medark_error_set(err, MEDARK_E_USAGE, "the source has too many items");
	if (front.size >= MEDARK_PATH_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "the name of a source is too long");
	if (path.size > MEDARK_PATH_MAX - front.size) {
		path.size = MEDARK_PATH_MAX - front.size;
		MEDARK_TRY(medark_facts_skipped(g->setup.facts, path, "path too long, kept cut off",
						err));
	}
	item = calloc(1, sizeof(*item) + front.size + path.size);
	if (!item)
		return medark_error_memory(err, "an item");
	item->number = g->next_item++;
	item->parent = MEDARK_ITEM_NONE;
	item->kind = "opaque";
	note_entry(item, entry);
	item->path_size = front.size + path.size;
	memcpy(item->path, front.data, front.size);
	if (path.size)
		memcpy(item->path + front.size, path.data, path.size);
	item->next = g->items;
	if (g->items)
		g->items->previous = item;
	g->items = item;
	*out = item;
	return 0;
}

/* No more bytes will come. The item is freed now or with the window that holds its last piece. */
static int end_item(struct medark_gather *g, struct medark_item *item, struct medark_error *err)
{
	item->ended = true;
	if (item->windows)
		return 0;
	MEDARK_TRY(medark_facts_item(g->setup.facts, item, err));
	drop_item(g, item);
	return 0;
}

void medark_gather_items_placed(struct medark_gather *g)
{
	struct medark_window *w = g->window;

	for (uint32_t i = 0; i < w->item_count; i++)
		if (w->items[i]->windows == 0 && w->items[i]->ended)
			drop_item(g, w->items[i]);
	w->item_count = 0;
}

int medark_gather_trouble(struct medark_gather *g, const struct medark_item *item,
			  enum medark_fault fault, const char *detail, struct medark_error *err)
{
	struct medark_trouble trouble = {
		.fault = fault,
		.item = item->number,
		.offset = item->size,
		.detail = medark_bytes_text(detail),
	};

	return medark_facts_trouble(g->setup.facts, &trouble, err);
}

int medark_gather_plain(struct medark_gather *g, struct medark_item *item,
			struct medark_block *block, struct medark_bytes bytes,
			enum medark_extent_kind kind, struct medark_error *err)
{
	struct medark_piece piece = {
		.bytes = bytes.data,
		.block = block,
		.offset = item->size,
		.length = (uint32_t)bytes.size,
		.group = MEDARK_GROUP_NONE,
		.kind = (uint8_t)kind,
		.ends_line = bytes.size && bytes.data[bytes.size - 1] == '\n',
	};

	if (bytes.size == 0)
		return 0;
	MEDARK_TRY(medark_gather_room(g, block, err));
	if (kind == MEDARK_EXTENT_FILLER)
		piece.group = g->last_group;
	MEDARK_TRY(medark_window_item(g->window, item, &piece.item, err));
	MEDARK_TRY(medark_window_add(g->window, &piece, NULL, err));
	item->size += bytes.size;
	if (item->parent == MEDARK_ITEM_NONE)
		g->bytes += bytes.size;
	return 0;
}

uint64_t medark_gather_bytes(const struct medark_gather *g)
{
	return g->bytes;
}

/* ---- progress ---- */

void medark_gather_count(struct medark_gather *g, struct medark_item *item, uint64_t taken)
{
	uint64_t *to = item->is_deferred ? &g->deferred : &g->done;

	*to += taken - item->counted;
	item->counted = taken;
}

/* Bytes of the current source's files; a file that has grown counts as it was in advance. */
static uint64_t source_done(const struct medark_gather *g)
{
	uint64_t done = g->done;

	(void)medark_source_taken(g->source, &done);
	return g->total && done > g->total ? g->total : done;
}

int medark_gather_poll(struct medark_gather *g, const struct medark_item *item,
		       struct medark_error *err)
{
	if (!g->setup.poll)
		return 0;
	return g->setup.poll(g->setup.context, g->before + source_done(g), g->records, item->number,
			     err);
}

/* `item` NULL: it became none. */
static int tell_unreadable(struct medark_gather *g, const struct medark_item *item,
			   struct medark_bytes path, const char *reason, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX + 1);
	struct medark_unreadable what = { .item = item ? item->number : g->next_item,
					  .is_item = item != NULL,
					  .reason = reason };

	if (!g->setup.unreadable)
		return 0;
	MEDARK_TRY(medark_buffer_add(&text, path.data, path.size, err));
	MEDARK_TRY(medark_buffer_add(&text, "", 1, err));
	what.path = (const char *)text.data;
	g->setup.unreadable(g->setup.context, &what);
	return 0;
}

/* ---- what is not understood ---- */

int medark_gather_unreadable(struct medark_gather *g, struct medark_item *item, uint64_t offset,
			     const char *why, struct medark_error *err)
{
	struct medark_trouble trouble = {
		.fault = item->parent == MEDARK_ITEM_NONE ? MEDARK_FAULT_UNREADABLE
							  : MEDARK_FAULT_COMPRESSED,
		.item = item->number,
		.offset = offset,
		.detail = medark_bytes_text(why),
	};

	item->unreadable = true;
	if (trouble.fault == MEDARK_FAULT_UNREADABLE)
		MEDARK_TRY(tell_unreadable(g, item, medark_bytes(item->path, item->path_size), why,
					   err));
	return medark_facts_trouble(g->setup.facts, &trouble, err);
}

static const char *kind_name(enum medark_fhir_kind kind, bool decoded)
{
	switch (kind) {
	case MEDARK_FHIR_NDJSON:
		return decoded ? "decoded:ndjson" : "ndjson";
	case MEDARK_FHIR_JSON:
		return decoded ? "decoded:json" : "json";
	case MEDARK_FHIR_XML:
		return decoded ? "decoded:xml" : "xml";
	default:
		return decoded ? "decoded:opaque" : "opaque";
	}
}

static int finish_stream(struct medark_gather *g, struct medark_item *item,
			 struct medark_stream *stream, struct medark_error *err)
{
	if (item->packed > item->counted) /* it does not decode to its end */
		medark_gather_count(g, item, item->packed);
	/* Fewer bytes than announced are no change where reading failed. */
	if (!item->unreadable && medark_stream_changed(stream))
		MEDARK_TRY(medark_gather_trouble(g, item, MEDARK_FAULT_CHANGED,
						 "the file changed while it was read", err));
	return end_item(g, item, err);
}

/* ---- lanes ---- */

static int end_lane(struct medark_gather *g, uint32_t i, struct medark_error *err)
{
	struct medark_gather_lane *lane = g->lanes[i];
	int result;

	g->lanes[i] = g->lanes[--g->lane_count];
	result = finish_stream(g, lane->item, lane->lane.stream, err);
	medark_gather_lane_free(g, lane);
	return result;
}

static bool is_behind(const struct medark_gather_lane *a, const struct medark_gather_lane *b)
{
	return a->ordinal < b->ordinal ||
	       (a->ordinal == b->ordinal && a->item->size < b->item->size);
}

/* Always the lane that is furthest behind; without an order among patients that is a round. */
static int run_lanes(struct medark_gather *g, struct medark_error *err)
{
	medark_gather_lanes_pace(g);
	while (g->lane_count) {
		uint32_t behind = 0;

		for (uint32_t i = 1; i < g->lane_count; i++)
			if (is_behind(g->lanes[i], g->lanes[behind]))
				behind = i;
		MEDARK_TRY(medark_gather_poll(g, g->lanes[behind]->item, err));
		MEDARK_TRY(medark_gather_step(g, g->lanes[behind], err));
		if (g->lanes[behind]->at_end)
			MEDARK_TRY(end_lane(g, behind, err));
	}
	return 0;
}

/* What the first `head` bytes, which stand in g->head, say. A packing's lines are no records. */
static enum medark_fhir_kind recognise(const struct medark_gather *g, size_t head)
{
	struct medark_bytes bytes = medark_bytes(g->head, head);

	if (medark_content_look(bytes).is_packed)
		return MEDARK_FHIR_NO;
	return medark_fhir_recognise(bytes, head < MEDARK_HEAD_SIZE);
}

/* A tar whose first member is the text that every archive begins with. */
static bool is_archive(struct medark_bytes head)
{
	struct medark_bytes text = medark_text_readme();
	const uint8_t *end = memchr(text.data, '\n', text.size);
	size_t size = end ? (size_t)(end - text.data) : text.size;

	return medark_content_is_tar(head) && head.size >= MEDARK_TAR_BLOCK + size &&
	       strcmp((const char *)head.data, MEDARK_MEMBER_README) == 0 &&
	       memcmp(head.data + MEDARK_TAR_BLOCK, text.data, size) == 0;
}

/* Notes an item that is kept but not looked into, so that nobody takes its records for found. */
static int note_content(struct medark_gather *g, struct medark_note *note, size_t head,
			struct medark_error *err)
{
	if (is_archive(medark_bytes(g->head, head)))
		return medark_notes_archive(g->setup.notes, note, err);
	/* Of text that is known for FHIR the fault is told. */
	if (head == 0 || recognise(g, head) != MEDARK_FHIR_NO)
		return 0;
	note->what = medark_content_look(medark_bytes(g->head, head)).what;
	return note->what ? medark_notes_closed(g->setup.notes, note, err)
			  : medark_notes_unrecognised(g->setup.notes, note, err);
}

/* Goes on with an item. Takes the stream. */
static int gather_stream(struct medark_gather *g, struct medark_item *item,
			 struct medark_stream *stream, const struct medark_gather_start *start,
			 struct medark_error *err)
{
	enum medark_fhir_kind kind = start->is_opaque ? MEDARK_FHIR_NO : recognise(g, start->head);
	int result;

	item->kind = kind_name(kind, item->parent != MEDARK_ITEM_NONE);
	if (kind == MEDARK_FHIR_NDJSON) {
		MEDARK_TRY(medark_gather_lane_add(g, item, stream, start->head, start->size, err));
		if (start->parallel && g->lane_count < MEDARK_LANES_MAX)
			return 0;
		return run_lanes(g, err);
	}
	result = medark_gather_whole(g, item, stream, kind, start->head, err);
	if (result >= 0)
		result = finish_stream(g, item, stream, err);
	medark_stream_free(stream);
	return result;
}

/*
 * The first bytes of a stream into g->head: MEDARK_HEAD_SIZE, or as many as there are. If it cannot
 * be read on before: those that came, and the failure.
 */
static int read_head(struct medark_gather *g, struct medark_stream *stream, size_t *out,
		     struct medark_error *err)
{
	ssize_t n;

	*out = 0;
	do {
		n = medark_stream_read(stream, g->head + *out, MEDARK_HEAD_SIZE - *out, err);
		if (n < 0)
			return (int)n;
		*out += (size_t)n;
	} while (n > 0 && *out < MEDARK_HEAD_SIZE);
	return 0;
}

/*
 * The content of a .gz or .zst item, if it holds records: an item of its own, so that they are
 * found; the compressed bytes stay what a whole restore gives back.
 */
static int gather_decoded(struct medark_gather *g, const struct medark_entry *entry,
			  const char *prefix, uint32_t parent, struct medark_stream *packed,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
	uint64_t size = g->deferred;
	struct medark_item *item;
	struct medark_gather_start start;
	struct medark_error why = { 0 };
	size_t head = 0;
	int failed = medark_decoder_open(packed, &stream, &why);

	g->deferred = 0;
	if (!failed)
		failed = read_head(g, stream, &head, &why);
	if (failed && failed != MEDARK_E_SOURCE)
		return medark_gather_hand_on(&why, err);
	if (failed) {
		struct medark_trouble trouble = { .fault = MEDARK_FAULT_COMPRESSED,
						  .item = parent,
						  .detail = medark_bytes_text(why.message) };

		MEDARK_TRY(medark_facts_trouble(g->setup.facts, &trouble, err));
	}
	if (recognise(g, head) == MEDARK_FHIR_NO) {
		struct medark_note note = {
			.item = parent, .prefix = prefix, .path = entry->path, .is_inside = true
		};

		g->done += size;
		return note_content(g, &note, head, err);
	}
	MEDARK_TRY(new_item(g, entry, prefix, &item, err));
	item->parent = parent;
	item->packed = size;
	start = (struct medark_gather_start) { .head = head,
					       .size = entry->size_known ? entry->size : 0,
					       .parallel = true };
	return gather_stream(g, item, MEDARK_TAKE(stream), &start, err);
}

static int gather_skipped(struct medark_gather *g, const struct medark_entry *entry,
			  struct medark_error *err)
{
	if (entry->unreadable)
		MEDARK_TRY(tell_unreadable(g, NULL, entry->path, entry->why, err));
	return medark_facts_skipped(g->setup.facts, entry->path, entry->why, err);
}

static int gather_file(struct medark_gather *g, struct medark_source *source,
		       const struct medark_entry *entry, const char *prefix,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
	MEDARK_AUTO(medark_stream_free) struct medark_stream *again = NULL;
	struct medark_item *item;
	struct medark_error why = { 0 };
	struct medark_entry skipped;
	struct medark_note note;
	uint32_t number;
	size_t head;
	struct medark_gather_start start;
	bool packed;
	int failed = medark_source_stream(source, &stream, &why);

	skipped = (struct medark_entry) { .path = entry->path,
					  .why = why.message,
					  .unreadable = true };
	if (failed)
		return failed == MEDARK_E_SOURCE ? gather_skipped(g, &skipped, err)
						 : medark_gather_hand_on(&why, err);
	MEDARK_TRY(new_item(g, entry, prefix, &item, err));
	number = item->number;
	failed = read_head(g, stream, &head, &why);
	if (failed && failed != MEDARK_E_SOURCE)
		return medark_gather_hand_on(&why, err);
	/* What could be read is kept. */
	if (failed)
		MEDARK_TRY(medark_gather_unreadable(g, item, head, why.message, err));
	note = (struct medark_note) { .item = number,
				      .prefix = "",
				      .path = medark_bytes(item->path, item->path_size) };
	MEDARK_TRY(note_content(g, &note, head, err));
	packed = !failed && !entry->is_opaque &&
		 medark_decoder_recognise(medark_bytes(g->head, head));
	item->is_deferred = packed;
	if (packed && medark_stream_can_again(stream))
		MEDARK_TRY(medark_stream_again(stream, &again, err));
	else if (packed)
		MEDARK_TRY(medark_spool_new(g->setup.folder, &g->spool, err));
	start = (struct medark_gather_start) { .head = head,
					       .size = entry->size_known ? entry->size : 0,
					       .parallel = medark_source_parallel(source),
					       .is_opaque = entry->is_opaque };
	MEDARK_TRY(gather_stream(g, item, MEDARK_TAKE(stream), &start, err));
	if (g->spool)
		MEDARK_TRY(medark_spool_stream(MEDARK_TAKE(g->spool), &again, err));
	if (!again)
		return 0;
	return gather_decoded(g, entry, prefix, number, MEDARK_TAKE(again), err);
}

static int gather_directory(struct medark_gather *g, const struct medark_entry *entry,
			    const char *prefix, struct medark_error *err)
{
	struct medark_item *item;

	MEDARK_TRY(new_item(g, entry, prefix, &item, err));
	item->kind = "dir";
	return end_item(g, item, err);
}

static int leave_out(struct medark_gather *g, const struct medark_entry *entry, const char *prefix,
		     const char *why, struct medark_error *err)
{
	struct medark_note note = { .prefix = prefix, .path = entry->path, .what = why };

	if (entry->kind == MEDARK_ENTRY_FILE)
		g->done += entry->size;
	return medark_notes_excluded(g->setup.notes, &note, err);
}

static int gather_entries(struct medark_gather *g, struct medark_source *source, const char *prefix,
			  struct medark_error *err)
{
	struct medark_entry entry;
	int more;

	while ((more = medark_source_next(source, &entry, err)) == 1) {
		const char *why = medark_exclude_reason(g->setup.exclude, &entry);
		int result;

		if (why)
			result = leave_out(g, &entry, prefix, why, err);
		else if (entry.kind == MEDARK_ENTRY_SKIPPED)
			result = gather_skipped(g, &entry, err);
		else if (entry.kind == MEDARK_ENTRY_DIRECTORY)
			result = gather_directory(g, &entry, prefix, err);
		else
			result = gather_file(g, source, &entry, prefix, err);
		MEDARK_TRY(result);
	}
	MEDARK_TRY(more);
	return run_lanes(g, err);
}

int medark_gather_source(struct medark_gather *g, struct medark_source *source, uint64_t total,
			 const char *prefix, struct medark_error *err)
{
	int result;

	g->source = source;
	g->total = total;
	g->done = 0;
	result = gather_entries(g, source, prefix, err);
	/* What could not be read is done, too. */
	g->before += total ? total : source_done(g);
	g->source = NULL;
	/* After a failure no worker may go on reading what the caller is about to close. */
	for (uint32_t i = 0; i < g->lane_count; i++)
		medark_pipeline_cancel(g->setup.pipeline, &g->lanes[i]->lane.job);
	return result;
}
