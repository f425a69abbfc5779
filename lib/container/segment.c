/* SPDX-License-Identifier: Apache-2.0 */
#include "container/segment.h"

#include "base/text.h"
#include "container/compress.h"
#include "container/member.h"
#include "crypto/segment_seal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define BINDING_MAGIC 0x184D2A50u
#define BINDING_HEAD  8
#define BINDING_MAX   128

/* The skippable frame in front of the zstd frame (F-14). */
struct binding {
	uint8_t bytes[BINDING_MAX];
	size_t size;
};

static void binding_make(const struct medark_archive_id *archive, enum medark_kind kind,
			 uint32_t number, struct binding *out)
{
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1];
	char *text = (char *)out->bytes + BINDING_HEAD;
	int n;

	medark_text_hex(archive->bytes, sizeof(archive->bytes), id);
	n = snprintf(text, BINDING_MAX - BINDING_HEAD,
		     "{\"archive\":\"%s\",\"kind\":\"%s\",\"number\":%" PRIu32 "}", id,
		     medark_kind_name(kind), number);
	assert(n > 0 && n < BINDING_MAX - BINDING_HEAD);
	medark_put_le32(out->bytes, BINDING_MAGIC);
	medark_put_le32(out->bytes + 4, (uint32_t)n);
	out->size = BINDING_HEAD + (size_t)n;
}

/* Decompressed (F-15). */
static size_t limit_of(enum medark_kind kind)
{
	if (kind == MEDARK_KIND_DATA)
		return MEDARK_SEGMENT_MAX;
	return kind == MEDARK_KIND_ROOT ? MEDARK_ROOT_MAX : MEDARK_PAGE_MAX;
}

/* ---- writing ---- */

struct medark_segment_writer {
	struct medark_archive_id archive;
	struct medark_compressor *compressor;
	struct medark_sealer *sealer;
	struct medark_buffer frame;
};

int medark_segment_writer_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive, int level,
			      struct medark_segment_writer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_segment_writer_free)
	struct medark_segment_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return medark_error_memory(err, "a segment");
	w->archive = *archive;
	w->frame.limit = medark_compressor_bound(MEDARK_SEGMENT_MAX);
	w->frame.secret = true;
	MEDARK_TRY(medark_compressor_new(level, &w->compressor, err));
	MEDARK_TRY(medark_sealer_new(archive_key, archive->bytes, &w->sealer, err));
	*out = MEDARK_TAKE(w);
	return 0;
}

void medark_segment_writer_free(struct medark_segment_writer *w)
{
	if (!w)
		return;
	medark_compressor_free(w->compressor);
	medark_sealer_free(w->sealer);
	medark_buffer_clear(&w->frame);
	free(w);
}

int medark_segment_write(struct medark_segment_writer *w, enum medark_kind kind, uint32_t number,
			 struct medark_bytes plain, struct medark_buffer *out,
			 struct medark_error *err)
{
	struct medark_bytes parts[2];
	struct binding binding;
	size_t size, room;

	assert((unsigned)kind < MEDARK_KIND_COUNT && number >= 1 && number <= MEDARK_NUMBER_MAX);
	assert(out->limit >= MEDARK_SEALED_MAX);
	out->size = 0;
	if (plain.size > limit_of(kind))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a segment is larger than the limit of %zu bytes",
					limit_of(kind));
	binding_make(&w->archive, kind, number, &binding);
	w->frame.size = 0;
	MEDARK_TRY(medark_compressor_run(w->compressor, plain, &w->frame, err));
	parts[0] = medark_bytes(binding.bytes, binding.size);
	parts[1] = medark_bytes(w->frame.data, w->frame.size);
	size = parts[0].size + parts[1].size;
	room = size + medark_seal_overhead(size);
	if (room > MEDARK_SEALED_MAX) /* F-15 */
		return medark_error_set(err, MEDARK_E_USAGE,
					"a sealed segment is larger than the limit of %u bytes",
					MEDARK_SEALED_MAX);
	MEDARK_TRY(medark_buffer_reserve(out, room, err));
	return medark_sealer_seal(w->sealer, parts, 2, out->data, room, &out->size, err);
}

/* ---- reading ---- */

struct medark_segment_reader {
	struct medark_archive_id archive;
	struct medark_decompressor *decompressor;
	struct medark_sealer *sealer;
	struct medark_buffer unsealed; /* binding and frames */
	struct medark_buffer plain;
};

int medark_segment_reader_new(const struct medark_key *archive_key,
			      const struct medark_archive_id *archive,
			      struct medark_segment_reader **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_segment_reader_free)
	struct medark_segment_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return medark_error_memory(err, "a segment");
	r->archive = *archive;
	r->unsealed.limit = MEDARK_SEALED_MAX;
	r->unsealed.secret = true;
	r->plain.limit = MEDARK_SEGMENT_MAX + MEDARK_SEGMENT_SLACK;
	r->plain.secret = true;
	MEDARK_TRY(medark_decompressor_new(&r->decompressor, err));
	MEDARK_TRY(medark_sealer_new(archive_key, archive->bytes, &r->sealer, err));
	*out = MEDARK_TAKE(r);
	return 0;
}

void medark_segment_reader_free(struct medark_segment_reader *r)
{
	if (!r)
		return;
	medark_decompressor_free(r->decompressor);
	medark_sealer_free(r->sealer);
	medark_buffer_clear(&r->unsealed);
	medark_buffer_clear(&r->plain);
	free(r);
}

static int layer(int code, const char *name, struct medark_error *err)
{
	if (code == MEDARK_E_FORMAT)
		return medark_error_prefix(err, code, "%s", name);
	return code;
}

/* F-13: the whole is unsealed, and its tag checked, before a byte of it is looked at. */
static int unseal(struct medark_segment_reader *r, struct medark_bytes sealed,
		  struct medark_error *err)
{
	size_t size;
	int code;

	if (sealed.size > MEDARK_SEALED_MAX) /* F-15 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"structure: larger than the limit of %u bytes",
					MEDARK_SEALED_MAX);
	code = medark_seal_plain_size(sealed, r->archive.bytes, &size, err);
	if (code < 0)
		return layer(code, "structure", err);
	r->unsealed.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&r->unsealed, size, err));
	code = medark_sealer_unseal(r->sealer, sealed, r->unsealed.data, r->unsealed.capacity,
				    &r->unsealed.size, err);
	return layer(code, "seal", err);
}

int medark_segment_read(struct medark_segment_reader *r, enum medark_kind kind, uint32_t number,
			struct medark_bytes sealed, struct medark_bytes *out_plain,
			struct medark_error *err)
{
	struct binding binding;
	struct medark_bytes frame;
	int code;

	assert((unsigned)kind < MEDARK_KIND_COUNT && number >= 1 && number <= MEDARK_NUMBER_MAX);
	MEDARK_TRY(unseal(r, sealed, err));
	binding_make(&r->archive, kind, number, &binding);
	if (r->unsealed.size < binding.size ||
	    memcmp(r->unsealed.data, binding.bytes, binding.size) != 0) /* F-14 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"binding: this is not %s segment %" PRIu32
					" of this archive",
					medark_kind_name(kind), number);
	frame = medark_bytes(r->unsealed.data + binding.size, r->unsealed.size - binding.size);
	code = medark_decompressor_run(r->decompressor, frame, limit_of(kind), MEDARK_SEGMENT_SLACK,
				       &r->plain, err);
	if (code < 0)
		return layer(code, "compression", err);
	*out_plain = medark_bytes(r->plain.data, r->plain.size);
	return 0;
}

int medark_segment_check(const struct medark_archive_id *archive, struct medark_bytes sealed,
			 struct medark_error *err)
{
	if (sealed.size > MEDARK_SEALED_MAX) /* F-15 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"structure: larger than the limit of %u bytes",
					MEDARK_SEALED_MAX);
	return layer(medark_seal_check(sealed, archive->bytes, err), "structure", err);
}
