/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/index_private.h"

#include "base/text.h"
#include "record/fhir.h"

#include <string.h>

#define MIB ((size_t)1 << 20)
/* Row numbers in one row of `names` and `births` (FORMAT.md section 8). */
#define NUMBERS_PER_ROW 1000

static void writer_clear(struct medark_index_writer *w)
{
	medark_pages_free(w->pages);
	medark_sorter_free(w->identifiers);
	medark_sorter_free(w->names);
	medark_sorter_free(w->births);
	medark_buffer_clear(&w->row);
	medark_buffer_clear(&w->json);
	medark_buffer_clear(&w->at);
	medark_buffer_clear(&w->shared);
	medark_waiting_clear(&w->waiting);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_index_writer, writer_clear)

static int writer_init(struct medark_index_writer *w, const struct medark_index_setup *setup,
		       struct medark_error *err)
{
	*w = (struct medark_index_writer) {
		.setup = setup,
		.facts = setup->facts,
		.row = MEDARK_BUFFER_SECRET(MEDARK_ROOT_MAX),
		.json = MEDARK_BUFFER_SECRET(MEDARK_SORTER_VALUE_MAX),
		.at = MEDARK_BUFFER(MEDARK_ROOT_MAX),
		.shared = MEDARK_BUFFER(MEDARK_ROOT_MAX),
	};
	medark_waiting_init(&w->waiting, setup->folder);
	MEDARK_TRY(medark_pages_new(setup->pipeline, &w->pages, err));
	MEDARK_TRY(medark_sorter_new(12 * MIB, setup->folder, &w->identifiers, err));
	MEDARK_TRY(medark_sorter_new(12 * MIB, setup->folder, &w->names, err));
	return medark_sorter_new(8 * MIB, setup->folder, &w->births, err);
}

static struct medark_bytes row_bytes(const struct medark_index_writer *w)
{
	return medark_bytes(w->row.data, w->row.size);
}

/* ---- items, quarantine, segments ---- */

/* `items` and `quarantine`: the sorter's values are the rows. */
static int write_rows(struct medark_index_writer *w, enum medark_kind kind,
		      struct medark_sorter *from, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_pages_table(w->pages, kind, err));
	MEDARK_TRY(medark_sorter_sort(from, err));
	while ((more = medark_sorter_next(from, &key, &value, err)) == 1) {
		const uint8_t *tab = memchr(value.data, '\t', value.size);

		MEDARK_TRY(medark_pages_row(w->pages, value,
					    medark_bytes(value.data, (size_t)(tab - value.data)),
					    err));
	}
	return more;
}

static int write_segments(struct medark_index_writer *w, uint64_t *out_leaves,
			  struct medark_error *err)
{
	MEDARK_TRY(medark_pages_table(w->pages, MEDARK_KIND_SEGMENTS, err));
	*out_leaves = 0;
	for (uint32_t i = 0; i < w->facts->segment_count; i++) {
		const struct medark_segment_row *s = &w->facts->segments[i];
		char hash[2 * MEDARK_DIGEST_SIZE + 1], number[16];

		medark_text_hex(s->hash.bytes, sizeof(s->hash.bytes), hash);
		(void)snprintf(number, sizeof(number), "%u", i + 1);
		w->row.size = 0;
		MEDARK_TRY(medark_buffer_print(&w->row, err, "%s\t%llu\t%llu\t%s", number,
					       (unsigned long long)s->leaves,
					       (unsigned long long)s->content, hash));
		MEDARK_TRY(
			medark_pages_row(w->pages, row_bytes(w), medark_bytes_text(number), err));
		*out_leaves += s->leaves;
	}
	return 0;
}

/* ---- search tables ---- */

static uint64_t row_number(struct medark_bytes value)
{
	uint64_t n = 0;

	for (size_t i = 0; i < value.size; i++)
		n = n << 8 | value.data[i];
	return n;
}

/* One row for each pair of identifier and patient. */
static int write_identifiers(struct medark_index_writer *w, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_pages_table(w->pages, MEDARK_KIND_IDENTIFIERS, err));
	MEDARK_TRY(medark_sorter_sort(w->identifiers, err));
	while ((more = medark_sorter_next(w->identifiers, &key, &value, err)) == 1) {
		const uint8_t *tab = memchr(key.data, '\t', key.size);

		w->row.size = 0;
		MEDARK_TRY(medark_buffer_add(&w->row, key.data, key.size, err));
		MEDARK_TRY(medark_buffer_text(&w->row, "\t", err));
		MEDARK_TRY(medark_buffer_number(&w->row, row_number(value), err));
		MEDARK_TRY(medark_pages_row(w->pages, row_bytes(w),
					    medark_bytes(key.data, (size_t)(tab - key.data)), err));
	}
	return more;
}

static int end_word(struct medark_index_writer *w, size_t word, struct medark_error *err)
{
	if (w->row.size == 0)
		return 0;
	return medark_pages_row(w->pages, row_bytes(w), medark_bytes(w->row.data, word), err);
}

/* `names` and `births`: a word, and the numbers of all patients that it finds. */
static int write_words(struct medark_index_writer *w, enum medark_kind kind,
		       struct medark_sorter *from, struct medark_error *err)
{
	struct medark_bytes key, value;
	uint64_t last = 0;
	size_t word = 0;
	uint32_t count = 0;
	int more;

	MEDARK_TRY(medark_pages_table(w->pages, kind, err));
	MEDARK_TRY(medark_sorter_sort(from, err));
	w->row.size = 0;
	while ((more = medark_sorter_next(from, &key, &value, err)) == 1) {
		uint64_t n = row_number(value);
		bool same = word && medark_bytes_equal(key, medark_bytes(w->row.data, word));

		if (same && n == last)
			continue;
		if (same && count < NUMBERS_PER_ROW) {
			MEDARK_TRY(medark_buffer_text(&w->row, " ", err));
			count++;
		} else {
			MEDARK_TRY(end_word(w, word, err));
			w->row.size = 0;
			word = key.size;
			count = 1;
			MEDARK_TRY(medark_buffer_add(&w->row, key.data, key.size, err));
			MEDARK_TRY(medark_buffer_text(&w->row, "\t", err));
		}
		MEDARK_TRY(medark_buffer_number(&w->row, n, err));
		last = n;
	}
	MEDARK_TRY(more);
	return end_word(w, word, err);
}

/* ---- outside ---- */

static int write_outside(struct medark_index_writer *w, struct medark_error *err)
{
	struct medark_bytes key, value;
	int more;

	MEDARK_TRY(medark_pages_table(w->pages, MEDARK_KIND_OUTSIDE, err));
	MEDARK_TRY(medark_sorter_sort(w->facts->outside, err));
	while ((more = medark_sorter_next(w->facts->outside, &key, &value, err)) == 1) {
		size_t count = value.size / sizeof(struct medark_range);

		w->row.size = 0;
		MEDARK_TRY(medark_buffer_add(&w->row, key.data, key.size, err));
		for (size_t i = 0; i < count; i++) {
			struct medark_range r;

			memcpy(&r, value.data + i * sizeof(r), sizeof(r));
			MEDARK_TRY(medark_buffer_text(&w->row, i ? " " : "\t", err));
			MEDARK_TRY(medark_buffer_number(&w->row, r.segment, err));
			MEDARK_TRY(medark_buffer_text(&w->row, ":", err));
			MEDARK_TRY(medark_buffer_number(&w->row, r.offset, err));
			MEDARK_TRY(medark_buffer_text(&w->row, ":", err));
			MEDARK_TRY(medark_buffer_number(&w->row, r.length, err));
		}
		MEDARK_TRY(medark_pages_row(w->pages, row_bytes(w),
					    medark_bytes(w->row.data, key.size), err));
	}
	return more;
}

/* ---- changes ---- */

/* The sorter's keys are the rows. One for each name: "+", which sorts first, goes before "-". */
static int write_changes(struct medark_index_writer *w, struct medark_error *err)
{
	struct medark_sorter *from = w->facts->changes;
	struct medark_bytes row, value;
	int more;

	if (!from)
		return 0;
	MEDARK_TRY(medark_pages_table(w->pages, MEDARK_KIND_CHANGES, err));
	MEDARK_TRY(medark_sorter_sort(from, err));
	w->row.size = 0;
	while ((more = medark_sorter_next(from, &row, &value, err)) == 1) {
		struct medark_bytes name = medark_bytes(row.data, row.size - 2);

		if (medark_bytes_equal(name, row_bytes(w)))
			continue;
		w->row.size = 0;
		MEDARK_TRY(medark_buffer_add(&w->row, name.data, name.size, err));
		MEDARK_TRY(medark_pages_row(w->pages, row, row_bytes(w), err));
	}
	return more;
}

/* ---- all of it ---- */

static int write_root(struct medark_index_writer *w, uint64_t leaves, struct medark_error *err)
{
	char archive[2 * MEDARK_ARCHIVE_ID_SIZE + 1], signer[2 * MEDARK_DIGEST_SIZE + 1];

	medark_text_hex(w->setup->archive->bytes, MEDARK_ARCHIVE_ID_SIZE, archive);
	medark_text_hex(w->setup->signer->bytes, MEDARK_DIGEST_SIZE, signer);
	w->row.size = 0;
	MEDARK_TRY(medark_buffer_print(
		&w->row, err,
		"{\"archive\":\"%s\",\"signer\":\"%s\",\"leaves\":%llu,\"records\":%llu,\"tables\":",
		archive, signer, (unsigned long long)leaves,
		(unsigned long long)w->facts->records));
	MEDARK_TRY(medark_pages_finish(w->pages, &w->row, err));
	MEDARK_TRY(medark_buffer_add(&w->row, "}\n", 2, err));
	return medark_pages_submit(w->pages, MEDARK_KIND_ROOT, 1, row_bytes(w), err);
}

int medark_index_write(const struct medark_index_setup *setup, uint64_t *out_patients,
		       uint64_t *out_leaves, struct medark_error *err)
{
	MEDARK_AUTO(writer_clear) struct medark_index_writer w = { 0 };

	MEDARK_TRY(writer_init(&w, setup, err));
	MEDARK_TRY(write_rows(&w, MEDARK_KIND_ITEMS, setup->facts->items, err));
	MEDARK_TRY(write_segments(&w, out_leaves, err));
	MEDARK_TRY(medark_index_resolve(&w, err));
	MEDARK_TRY(medark_index_patients(&w, err));
	MEDARK_TRY(write_identifiers(&w, err));
	MEDARK_TRY(write_words(&w, MEDARK_KIND_NAMES, w.names, err));
	MEDARK_TRY(write_words(&w, MEDARK_KIND_BIRTHS, w.births, err));
	MEDARK_TRY(write_outside(&w, err));
	MEDARK_TRY(medark_seen_finish(w.facts->seen, err));
	MEDARK_TRY(setup->settled(setup->context, err));
	MEDARK_TRY(write_rows(&w, MEDARK_KIND_QUARANTINE, setup->facts->quarantine, err));
	MEDARK_TRY(write_changes(&w, err));
	MEDARK_TRY(write_root(&w, *out_leaves, err));
	*out_patients = w.patients;
	return medark_pipeline_drain(setup->pipeline, err);
}
