/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/roster.h"

#include "base/buffer.h"
#include "base/secret.h"
#include "container/compress.h"
#include "container/layout.h"
#include "scan/json.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of rows in a block, if one row alone has not more. */
#define BLOCK_SIZE ((size_t)16 << 10)
#define LEVEL	   1
#define BLOCKS_MAX ((size_t)1 << 32)

/* Rows, an LF behind each, as one frame of zstd. */
struct block {
	uint64_t first; /* number of its first row */
	uint8_t *frame;
	uint32_t size;
};

struct medark_roster {
	atomic_bool complete;
	struct medark_buffer blocks; /* struct block, by number */
	uint64_t rows;
};

struct medark_roster_reader {
	const struct medark_roster *roster;
	struct medark_decompressor *decompressor;
	struct medark_buffer text;
	size_t at; /* the block in `text`; SIZE_MAX: none */
};

int medark_roster_new(struct medark_roster **out, struct medark_error *err)
{
	struct medark_roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return medark_error_memory(err, "the list of patients");
	roster->blocks = (struct medark_buffer)MEDARK_BUFFER(BLOCKS_MAX);
	*out = roster;
	return 0;
}

static size_t block_count(const struct medark_roster *roster)
{
	return roster->blocks.size / sizeof(struct block);
}

static const struct block *block_at(const struct medark_roster *roster, size_t i)
{
	return (const struct block *)(const void *)roster->blocks.data + i;
}

void medark_roster_free(struct medark_roster *roster)
{
	if (!roster)
		return;
	for (size_t i = 0; i < block_count(roster); i++)
		medark_secret_free(block_at(roster, i)->frame);
	medark_buffer_clear(&roster->blocks);
	free(roster);
}

bool medark_roster_is_complete(const struct medark_roster *roster)
{
	return atomic_load(&roster->complete);
}

/* ---- filling ---- */

struct fill {
	struct medark_roster *roster;
	struct medark_compressor *compressor;
	struct medark_buffer text, frame;
	uint64_t first; /* number of the first row in `text` */
};

static void fill_clear(struct fill *f)
{
	medark_compressor_free(f->compressor);
	medark_buffer_clear(&f->text);
	medark_buffer_clear(&f->frame);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct fill, fill_clear)

/* Packs the rows at hand. */
static int pack(struct fill *f, struct medark_error *err)
{
	struct medark_roster *roster = f->roster;
	struct block block = { .first = f->first };
	int code;

	if (f->text.size == 0)
		return 0;
	f->frame.size = 0;
	MEDARK_TRY(medark_compressor_run(f->compressor, medark_bytes(f->text.data, f->text.size),
					 &f->frame, err));
	block.frame = medark_secret_new(f->frame.size);
	if (!block.frame)
		return medark_error_memory(err, "the list of patients");
	memcpy(block.frame, f->frame.data, f->frame.size);
	block.size = (uint32_t)f->frame.size;
	code = medark_buffer_add(&roster->blocks, &block, sizeof(block), err);
	if (code < 0) {
		medark_secret_free(block.frame);
		return code;
	}
	f->text.size = 0;
	f->first = roster->rows;
	return 0;
}

static int add_row(struct fill *f, struct medark_bytes row, struct medark_error *err)
{
	if (f->text.size && f->text.size + row.size >= BLOCK_SIZE)
		MEDARK_TRY(pack(f, err));
	MEDARK_TRY(medark_buffer_add(&f->text, row.data, row.size, err));
	f->roster->rows++;
	return medark_buffer_add(&f->text, "\n", 1, err);
}

int medark_roster_fill(struct medark_roster *roster, struct medark_lineage *lineage,
		       bool (*is_stopping)(void *context), void *context, struct medark_error *err)
{
	MEDARK_AUTO(fill_clear)
	struct fill f = { .roster = roster,
			  .text = MEDARK_BUFFER_SECRET((size_t)2 * MEDARK_PAGE_MAX),
			  .frame = MEDARK_BUFFER_SECRET(
				  medark_compressor_bound((size_t)2 * MEDARK_PAGE_MAX)) };

	MEDARK_TRY(medark_compressor_new(LEVEL, &f.compressor, err));
	for (size_t k = 0; k < lineage->count; k++) {
		struct medark_index *index;
		struct medark_bytes row;

		MEDARK_TRY(medark_archive_index(lineage->archives[k], &index, err));
		for (uint64_t n = 0; n < medark_index_rows(index, MEDARK_KIND_PATIENTS); n++) {
			if (n % 1024 == 0 && is_stopping(context))
				return medark_error_set(err, MEDARK_E_INTERRUPTED, "stopped");
			MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, n, &row, err));
			MEDARK_TRY(add_row(&f, row, err));
		}
	}
	MEDARK_TRY(pack(&f, err));
	atomic_store(&roster->complete, true);
	return 0;
}

/* ---- reading ---- */

int medark_roster_reader_new(const struct medark_roster *roster, struct medark_roster_reader **out,
			     struct medark_error *err)
{
	MEDARK_AUTO(medark_roster_reader_free)
	struct medark_roster_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return medark_error_memory(err, "the list of patients");
	reader->roster = roster;
	reader->text = (struct medark_buffer)MEDARK_BUFFER_SECRET((size_t)2 * MEDARK_PAGE_MAX +
								  MEDARK_JSON_PADDING);
	reader->at = SIZE_MAX;
	MEDARK_TRY(medark_decompressor_new(&reader->decompressor, err));
	*out = MEDARK_TAKE(reader);
	return 0;
}

void medark_roster_reader_free(struct medark_roster_reader *reader)
{
	if (!reader)
		return;
	medark_decompressor_free(reader->decompressor);
	medark_buffer_clear(&reader->text);
	free(reader);
}

/* The last block that does not begin behind a row. */
static size_t find_block(const struct medark_roster *roster, uint64_t number)
{
	size_t low = 0, high = block_count(roster);

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (block_at(roster, middle)->first <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int unpack(struct medark_roster_reader *reader, size_t at, struct medark_error *err)
{
	const struct block *block = block_at(reader->roster, at);

	if (reader->at == at)
		return 0;
	reader->at = SIZE_MAX;
	MEDARK_TRY(medark_decompressor_run(
		reader->decompressor, medark_bytes(block->frame, block->size),
		(size_t)2 * MEDARK_PAGE_MAX, MEDARK_JSON_PADDING, &reader->text, err));
	memset(reader->text.data + reader->text.size, 0, MEDARK_JSON_PADDING);
	reader->at = at;
	return 0;
}

int medark_roster_row(struct medark_roster_reader *reader, uint64_t number,
		      struct medark_bytes *out, struct medark_error *err)
{
	size_t at = find_block(reader->roster, number);
	const uint8_t *row, *end;

	assert(medark_roster_is_complete(reader->roster) && number < reader->roster->rows);
	MEDARK_TRY(unpack(reader, at, err));
	row = reader->text.data;
	for (uint64_t n = block_at(reader->roster, at)->first;; n++) {
		end = memchr(row, '\n', (size_t)(reader->text.data + reader->text.size - row));
		assert(end);
		if (n == number)
			break;
		row = end + 1;
	}
	*out = medark_bytes(row, (size_t)(end - row));
	return 0;
}
