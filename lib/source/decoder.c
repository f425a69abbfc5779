/* SPDX-License-Identifier: Apache-2.0 */
#include "source/decoder.h"

#include "source/tap.h"

#include <archive_entry.h>

#include <stdlib.h>
#include <string.h>

struct decoder {
	struct archive *archive;
	struct medark_stream *packed;
	struct medark_tap tap;
	uint64_t given;
	bool is_sound; /* nothing but zeros stands behind its end */
};

bool medark_decoder_recognise(struct medark_bytes head)
{
	static const uint8_t gzip[3] = { 0x1f, 0x8b, 8 };
	static const uint8_t zstd[4] = { 0x28, 0xb5, 0x2f, 0xfd };

	return (head.size > 18 && memcmp(head.data, gzip, sizeof(gzip)) == 0) ||
	       (head.size > 8 && memcmp(head.data, zstd, sizeof(zstd)) == 0);
}

static void decoder_free(void *self)
{
	struct decoder *d = self;

	if (d->archive)
		(void)archive_read_free(d->archive);
	medark_tap_clear(&d->tap);
	medark_stream_free(d->packed);
	free(d);
}

static ssize_t read_packed(void *context, void *out, size_t size, struct medark_error *err)
{
	struct decoder *d = context;

	return medark_stream_read(d->packed, out, size, err);
}

/* The decoder stops at what it takes for the end; whether it is, only the packed bytes tell. */
static int check_end(struct decoder *d, struct medark_error *err)
{
	int more = d->is_sound ? 0
			       : medark_tap_is_more(&d->tap,
						    (uint64_t)archive_filter_bytes(d->archive, -1),
						    err);

	if (more > 0)
		return medark_error_set(err, MEDARK_E_SOURCE,
					"what stands behind its end does not decode");
	d->is_sound = more == 0;
	return more;
}

static int broken(const struct decoder *d, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SOURCE, "it does not decode: %s",
				medark_tap_why(d->archive));
}

static ssize_t decoder_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct decoder *d = self;
	la_ssize_t n = archive_read_data(d->archive, out, size);

	if (n < 0)
		return broken(d, err);
	if (n == 0)
		return check_end(d, err);
	d->given += (uint64_t)n;
	if (medark_tap_is_flood(d->archive, d->given))
		return medark_error_set(
			err, MEDARK_E_SOURCE,
			"it expands more than 20,000 times, and is read no further");
	return n;
}

static uint64_t decoder_taken(void *self)
{
	struct decoder *d = self;

	return (uint64_t)archive_filter_bytes(d->archive, -1);
}

static const struct medark_stream_ops decoder_ops = {
	.read = decoder_read,
	.taken = decoder_taken,
	.free = decoder_free,
};

static int decoder_start(struct decoder *d, struct medark_error *err)
{
	struct archive_entry *entry;

	d->tap.read = read_packed;
	d->tap.context = d;
	MEDARK_TRY(medark_tap_init(&d->tap, medark_bytes(NULL, 0), err));
	d->archive = medark_tap_reader();
	if (!d->archive)
		return medark_error_memory(err, "decoding");
	(void)archive_read_support_format_raw(d->archive);
	if (medark_tap_open(&d->tap, d->archive) != ARCHIVE_OK ||
	    archive_read_next_header(d->archive, &entry) != ARCHIVE_OK)
		return broken(d, err);
	return 0;
}

int medark_decoder_open(struct medark_stream *packed, struct medark_stream **out,
			struct medark_error *err)
{
	struct decoder *d = calloc(1, sizeof(*d));
	int result;

	if (!d) {
		medark_stream_free(packed);
		return medark_error_memory(err, "decoding");
	}
	d->packed = packed;
	result = decoder_start(d, err);
	if (result < 0) {
		decoder_free(d);
		return result;
	}
	return medark_stream_new(&decoder_ops, d, out, err);
}
