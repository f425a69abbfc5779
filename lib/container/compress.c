/* SPDX-License-Identifier: Apache-2.0 */
#include "container/compress.h"

#include "base/secret.h"
#include "container/layout.h"
#include "container/sequences.h"

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_MAX     (UINT64_C(1) << MEDARK_WINDOW_LOG_MAX)
#define PADDING_MAGIC  (ZSTD_MAGIC_SKIPPABLE_START + 1)
#define SKIPPABLE_HEAD 8

/*
 * Records come out at less than this part of their size; if not, there is a second try with the
 * room for any text, most of which would never be used, but has to be wiped as well.
 */
#define FIRST_TRY 4

/* ---- memory that is wiped when zstd gives it back: contexts keep literals of plaintexts ---- */

static void *block_new(void *opaque, size_t size)
{
	(void)opaque;
	return medark_secret_new(size);
}

static void block_free(void *opaque, void *p)
{
	(void)opaque;
	medark_secret_free(p);
}

static const ZSTD_customMem memory = { .customAlloc = block_new, .customFree = block_free };

/* ---- writing ---- */

struct medark_compressor {
	ZSTD_CCtx *context;
	struct medark_sequences *sequences; /* NULL but for level 1 */
};

/*
 * Level 1 here is not zstd's. Texts of records are searched by sequences.c, and zstd only encodes
 * what that found. For other texts, zstd searches: a window of the whole segment instead of 512 KiB
 * finds a patient's repetitions, and seven bytes of minimum match suit the long runs of equal text
 * in records. On regrouped FHIR in blocks of 4 MiB that is 12 % smaller than zstd's level 1 at the
 * same speed. Larger hash tables, shorter matches, the double-fast strategy and every target length
 * lost. The index is compressed alike: zstd's level 12 makes its pages larger and takes 20 times as
 * long.
 *
 * No content checksum: the seal and the leaf hashes guard the same bytes, and better (F-14).
 */
static bool set_parameters(ZSTD_CCtx *context, int level)
{
	const struct {
		ZSTD_cParameter name;
		int value;
	} set[] = {
		{ ZSTD_c_compressionLevel, level },
		{ ZSTD_c_checksumFlag, 0 },
		{ ZSTD_c_contentSizeFlag, 1 },
		{ ZSTD_c_dictIDFlag, 0 },
		{ ZSTD_c_windowLog, MEDARK_WINDOW_LOG_MAX },
		{ ZSTD_c_hashLog, 16 }, /* from here on for level 1 */
		{ ZSTD_c_minMatch, 7 },
		{ ZSTD_c_strategy, ZSTD_fast },
		{ ZSTD_c_blockDelimiters, ZSTD_sf_explicitBlockDelimiters },
		/* Without it, offsets that come again would be written in full. */
		{ ZSTD_c_searchForExternalRepcodes, ZSTD_ps_enable },
		/* Or zstd takes memory for copies of text and frame: never used, but wiped. */
		{ ZSTD_c_stableInBuffer, 1 },
		{ ZSTD_c_stableOutBuffer, 1 },
	};
	const size_t count = level == 1 ? sizeof(set) / sizeof(set[0]) : 5;

	for (size_t i = 0; i < count; i++)
		if (ZSTD_isError(ZSTD_CCtx_setParameter(context, set[i].name, set[i].value)))
			return false;
	return true;
}

int medark_compressor_new(int level, struct medark_compressor **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;

	if (level < 1 || level > MEDARK_LEVEL_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "level %d is not one of 1 to %d",
					level, MEDARK_LEVEL_MAX);
	c = calloc(1, sizeof(*c));
	if (!c)
		return medark_error_memory(err, "compression");
	c->context = ZSTD_createCCtx_advanced(memory);
	if (!c->context)
		return medark_error_memory(err, "compression");
	if (!set_parameters(c->context, level))
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the zstd library does not take a compression parameter");
	if (level == 1)
		MEDARK_TRY(medark_sequences_new(&c->sequences, err));
	*out = MEDARK_TAKE(c);
	return 0;
}

void medark_compressor_free(struct medark_compressor *c)
{
	if (!c)
		return;
	(void)ZSTD_freeCCtx(c->context);
	medark_sequences_free(c->sequences);
	free(c);
}

size_t medark_compressor_bound(size_t size)
{
	return ZSTD_compressBound(size);
}

/* Writes what sequences.c finds; false if zstd has to search. */
static bool write_sequences(struct medark_compressor *c, struct medark_bytes plain,
			    const ZSTD_Sequence *list, size_t count, struct medark_buffer *out)
{
	size_t n;

	if (count == 0)
		return false;
	n = ZSTD_compressSequences(c->context, out->data + out->size, out->capacity - out->size,
				   list, count, plain.data, plain.size);
	if (ZSTD_isError(n))
		return false;
	out->size += n;
	return true;
}

int medark_compressor_run(struct medark_compressor *c, struct medark_bytes plain,
			  struct medark_buffer *out, struct medark_error *err)
{
	size_t room = ZSTD_compressBound(plain.size);
	const ZSTD_Sequence *list = NULL;
	size_t count = 0, n;

	if (c->sequences)
		MEDARK_TRY(medark_sequences_find(c->sequences, plain, &list, &count, err));
	if (count)
		MEDARK_TRY(medark_buffer_reserve(out, plain.size / FIRST_TRY, err));
	if (write_sequences(c, plain, list, count, out))
		return 0;
	MEDARK_TRY(medark_buffer_reserve(out, room, err));
	if (write_sequences(c, plain, list, count, out))
		return 0;
	n = ZSTD_compress2(c->context, out->data + out->size, room, plain.data, plain.size);
	if (ZSTD_isError(n))
		return medark_error_memory(err, "compression");
	out->size += n;
	return 0;
}

/* ---- reading ---- */

struct medark_decompressor {
	ZSTD_DCtx *context;
};

int medark_decompressor_new(struct medark_decompressor **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_decompressor_free)
	struct medark_decompressor *d = calloc(1, sizeof(*d));

	if (!d)
		return medark_error_memory(err, "decompression");
	d->context = ZSTD_createDCtx_advanced(memory);
	if (!d->context)
		return medark_error_memory(err, "decompression");
	*out = MEDARK_TAKE(d);
	return 0;
}

void medark_decompressor_free(struct medark_decompressor *d)
{
	if (!d)
		return;
	(void)ZSTD_freeDCtx(d->context);
	free(d);
}

static int fault(struct medark_error *err, const char *what)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "%s", what);
}

/*
 * RFC 8878 section 3.1.1.1. The library checks most of this only while it decompresses as a stream;
 * F-14 wants it before anything else happens. Gives the content size.
 */
static int check_head(struct medark_bytes text, uint64_t *out_content, struct medark_error *err)
{
	unsigned long long content;
	uint64_t window, base;
	uint8_t descriptor;
	bool single;

	if (text.size < 6 || medark_get_le32(text.data) != ZSTD_MAGICNUMBER)
		return fault(err, "no zstd frame stands here");
	descriptor = text.data[4];
	single = descriptor >> 5 & 1;
	if (descriptor >> 3 & 3)
		return fault(err, "the frame's header sets bits that have no meaning");
	if (descriptor & 3)
		return fault(err, "the frame names a dictionary");
	base = UINT64_C(1) << (10 + (text.data[5] >> 3));
	window = base + base / 8 * (text.data[5] & 7);
	if (!single && window > WINDOW_MAX)
		return fault(err, "the frame's window is larger than 8 MiB");
	content = ZSTD_getFrameContentSize(text.data, text.size);
	if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR)
		return fault(err, "the frame does not tell its content size");
	if (single && content > WINDOW_MAX) /* such a frame's window is its content */
		return fault(err, "the frame's window is larger than 8 MiB");
	*out_content = content;
	return 0;
}

/* At most one skippable frame with zeros in it. */
static int check_padding(struct medark_bytes rest, struct medark_error *err)
{
	if (rest.size == 0)
		return 0;
	if (rest.size < SKIPPABLE_HEAD || medark_get_le32(rest.data) != PADDING_MAGIC ||
	    medark_get_le32(rest.data + 4) != rest.size - SKIPPABLE_HEAD)
		return fault(err, "something else than padding stands behind the frame");
	if (!medark_bytes_are_zero(
		    medark_bytes(rest.data + SKIPPABLE_HEAD, rest.size - SKIPPABLE_HEAD)))
		return fault(err, "the padding holds something else than zeros");
	return 0;
}

int medark_decompressor_run(struct medark_decompressor *d, struct medark_bytes text, size_t limit,
			    size_t slack, struct medark_buffer *out, struct medark_error *err)
{
	uint64_t content;
	size_t frame, n;

	out->size = 0;
	MEDARK_TRY(check_head(text, &content, err)); /* F-14 */
	if (content > limit)			     /* F-15 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the content is larger than the limit of %zu bytes", limit);
	frame = ZSTD_findFrameCompressedSize(text.data, text.size);
	if (ZSTD_isError(frame))
		return fault(err, "the frame is cut off or broken");
	MEDARK_TRY(check_padding(medark_bytes(text.data + frame, text.size - frame), err));
	MEDARK_TRY(medark_buffer_reserve(out, (size_t)content + slack, err));
	n = ZSTD_decompressDCtx(d->context, out->data, (size_t)content, text.data, frame);
	if (ZSTD_isError(n) || n != content)
		return fault(err,
			     "the frame does not decompress to what its header and checksum say");
	out->size = n;
	return 0;
}
