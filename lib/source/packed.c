/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed: a source that is a tar or zip, also compressed with gzip or zstd, read as a stream by
 * libarchive; and the decoding of single .gz and .zst items. Only the formats named here are
 * switched on: every further one is attack surface.
 */
#include "source/decoder.h"
#include "source/kinds.h"

#include <archive.h>
#include <archive_entry.h>

#include <errno.h>
#include <string.h>

#define CHUNK (256u << 10)

struct packed {
	struct archive *archive;
	int fd;
	uint8_t *head;
	size_t head_size;
	bool head_given;
	uint8_t *chunk;
	bool broken;	 /* the packed file ends with an error: report it once, as an entry */
	bool unreadable; /* it is not damaged, but could not be read on */
	bool reported;
	struct medark_bytes path; /* of the last entry */
	const char *renamed;	  /* why that is not the name that it has; told after it */
};

static void filters(struct archive *a)
{
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_zstd(a);
}

static void formats(struct archive *a)
{
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_format_zip_streamable(a);
	/* Names are bytes; a locale must not turn them into nothing. */
	(void)archive_read_set_option(a, "tar", "hdrcharset", "BINARY");
	/* What stands behind a tar's end is read too, or told as damage, but never left out. */
	(void)archive_read_set_option(a, "tar", "read_concatenated_archives", "1");
}

bool medark_packed_recognise(struct medark_bytes head)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	bool is_packed = false;

	if (!a)
		return false;
	filters(a);
	formats(a);
	if (head.size && archive_read_open_memory(a, head.data, head.size) == ARCHIVE_OK) {
		int r = archive_read_next_header(a, &entry);
		int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

		is_packed = (r == ARCHIVE_OK || r == ARCHIVE_WARN) &&
			    (format == ARCHIVE_FORMAT_TAR || format == ARCHIVE_FORMAT_ZIP);
	}
	(void)archive_read_free(a);
	return is_packed;
}

static void packed_free(void *self)
{
	struct packed *p = self;

	if (p->archive)
		(void)archive_read_free(p->archive);
	if (p->fd >= 0)
		(void)close(p->fd);
	free(p->head);
	free(p->chunk);
	free(p);
}

static la_ssize_t feed(struct archive *a, void *self, const void **out)
{
	struct packed *p = self;
	ssize_t n;

	if (!p->head_given) {
		p->head_given = true;
		if (p->head_size) {
			*out = p->head;
			return (la_ssize_t)p->head_size;
		}
	}
	do
		n = read(p->fd, p->chunk, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		p->unreadable = true;
		archive_set_error(a, errno, "%s", strerror(errno));
	}
	*out = p->chunk;
	return n;
}

static ssize_t member_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct packed *p = self;
	la_ssize_t n = archive_read_data(p->archive, out, size);

	if (n >= 0)
		return n;
	p->broken = true;
	return medark_error_set(err, MEDARK_E_SOURCE, "the packed file %s: %s",
				p->unreadable ? "cannot be read" : "is damaged",
				archive_error_string(p->archive));
}

static void member_free(void *self)
{
	(void)self; /* the source owns it */
}

static const struct medark_stream_ops member_ops = { .read = member_read, .free = member_free };

static int packed_stream(void *self, struct medark_stream **out, struct medark_error *err)
{
	return medark_stream_new(&member_ops, self, out, err);
}

static const char *unusable(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return "hard link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
	case AE_IFDIR:
		return NULL;
	case AE_IFLNK:
		return "symbolic link";
	case AE_IFIFO:
		return "pipe";
	case AE_IFSOCK:
		return "socket";
	default:
		return "device";
	}
}

static struct medark_bytes clean_path(const char *path)
{
	struct medark_bytes p = medark_bytes_text(path ? path : "");

	while (p.size >= 2 && p.data[0] == '.' && p.data[1] == '/')
		p = medark_bytes(p.data + 2, p.size - 2);
	while (p.size && p.data[p.size - 1] == '/')
		p.size--;
	return p;
}

/* The content is kept whatever its name is: under another one, with a word about it. */
static void name_entry(struct packed *p, struct archive_entry *entry)
{
	p->path = clean_path(archive_entry_pathname(entry));
	if (unusable(entry)) {
		p->path.size = p->path.size < MEDARK_SOURCE_PATH_MAX ? p->path.size
								     : MEDARK_SOURCE_PATH_MAX;
	} else if (p->path.size == 0 && archive_entry_filetype(entry) == AE_IFREG) {
		p->path = medark_bytes_text("unnamed");
		p->renamed = "name empty or unreadable, kept under this one";
	} else if (p->path.size > MEDARK_SOURCE_PATH_MAX) {
		p->path.size = MEDARK_SOURCE_PATH_MAX;
		p->renamed = "path too long, kept cut off";
	}
}

/* Something that is no entry of its own but has to be in the report. */
static int tell(struct packed *p, const char *why, struct medark_bytes path,
		struct medark_entry *out)
{
	p->renamed = NULL;
	*out = (struct medark_entry) { .kind = MEDARK_ENTRY_SKIPPED, .path = path, .why = why };
	return 1;
}

static void describe(struct packed *p, struct archive_entry *entry, struct medark_entry *out)
{
	name_entry(p, entry);
	*out = (struct medark_entry) {
		.kind = unusable(entry)				    ? MEDARK_ENTRY_SKIPPED
			: archive_entry_filetype(entry) == AE_IFDIR ? MEDARK_ENTRY_DIRECTORY
								    : MEDARK_ENTRY_FILE,
		.path = p->path,
		.why = unusable(entry),
		.mtime = archive_entry_mtime(entry),
		.mtime_ns = (uint32_t)archive_entry_mtime_nsec(entry),
		.mode = (uint32_t)archive_entry_perm(entry) & 07777,
		.size_known = archive_entry_size_is_set(entry) != 0,
		.size = (uint64_t)archive_entry_size(entry),
	};
}

/* "./" is the source's own folder. */
static bool is_root(const struct medark_entry *entry)
{
	return entry->kind == MEDARK_ENTRY_DIRECTORY &&
	       (entry->path.size == 0 || medark_bytes_is(entry->path, "."));
}

static int packed_next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct packed *p = self;
	struct archive_entry *entry;

	(void)err;
	if (p->renamed)
		return tell(p, p->renamed, p->path, out);
	if (p->reported)
		return 0;
	do {
		int r = archive_read_next_header(p->archive, &entry);

		if (r == ARCHIVE_EOF && !p->broken)
			return 0;
		p->reported = r != ARCHIVE_OK && r != ARCHIVE_WARN;
		if (p->reported)
			return tell(p,
				    p->unreadable ? "the packed file cannot be read from here on"
						  : "the packed file is damaged from here on",
				    medark_bytes(NULL, 0), out);
		describe(p, entry, out);
	} while (is_root(out));
	return 1;
}

static const struct medark_source_ops packed_ops = {
	.next = packed_next,
	.open = packed_stream,
	.free = packed_free,
};

int medark_packed_source_open(int fd, struct medark_bytes head, struct medark_source **out,
			      struct medark_error *err)
{
	struct packed *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)close(fd);
		return medark_error_memory(err, "a packed source");
	}
	p->fd = fd;
	p->archive = archive_read_new();
	p->head = malloc(head.size + 1);
	p->chunk = malloc(CHUNK);
	if (!p->archive || !p->head || !p->chunk) {
		packed_free(p);
		return medark_error_memory(err, "a packed source");
	}
	memcpy(p->head, head.data, head.size);
	p->head_size = head.size;
	filters(p->archive);
	formats(p->archive);
	if (archive_read_open(p->archive, p, NULL, feed, NULL) != ARCHIVE_OK) {
		(void)medark_error_set(err, MEDARK_E_SOURCE, "cannot read the packed file: %s",
				       archive_error_string(p->archive));
		packed_free(p);
		return MEDARK_E_SOURCE;
	}
	return medark_source_new(&packed_ops, p, out, err);
}

/* ---- decoding one item ---- */

struct decoder {
	struct archive *archive;
	struct medark_stream *packed;
	uint8_t *chunk;
	struct medark_error why; /* the packed bytes could not be read; code 0: they could */
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
	medark_stream_free(d->packed);
	free(d->chunk);
	free(d);
}

static la_ssize_t feed_decoder(struct archive *a, void *self, const void **out)
{
	struct decoder *d = self;
	ssize_t n = medark_stream_read(d->packed, d->chunk, CHUNK, &d->why);

	if (n < 0)
		archive_set_error(a, EIO, "%s", d->why.message);
	*out = d->chunk;
	return n < 0 ? -1 : (la_ssize_t)n;
}

/* A copy of our own that cannot be read back is not the source's fault. */
static int undecodable(const struct decoder *d, struct medark_error *err)
{
	if (d->why.code && d->why.code != MEDARK_E_SOURCE) {
		if (err)
			*err = d->why;
		return d->why.code;
	}
	return medark_error_set(err, MEDARK_E_SOURCE, "it does not decode: %s",
				archive_error_string(d->archive));
}

static ssize_t decoder_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct decoder *d = self;
	la_ssize_t n = archive_read_data(d->archive, out, size);

	return n < 0 ? undecodable(d, err) : n;
}

static const struct medark_stream_ops decoder_ops = { .read = decoder_read, .free = decoder_free };

static int decoder_start(struct decoder *d, struct medark_error *err)
{
	struct archive_entry *entry;

	d->archive = archive_read_new();
	d->chunk = malloc(CHUNK);
	if (!d->archive || !d->chunk)
		return medark_error_memory(err, "decoding");
	filters(d->archive);
	(void)archive_read_support_format_raw(d->archive);
	if (archive_read_open(d->archive, d, NULL, feed_decoder, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(d->archive, &entry) != ARCHIVE_OK)
		return undecodable(d, err);
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
