/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packed: a source that is a zip, or a tar, also compressed with gzip or zstd, read as a stream by
 * libarchive. Only the formats named here are switched on: every further one is attack surface.
 * What libarchive passes over is told.
 */
#include "source/kinds.h"
#include "source/tap.h"
#include "source/zip.h"

#include <archive_entry.h>

#include <stdatomic.h>
#include <string.h>

#define DAMAGED	   "the packed file is damaged from here on"
#define UNREADABLE "the packed file cannot be read from here on"
#define FLOODED	   "the packed file expands more than 20,000 times: it is read no further"
#define SWARMED	   "the packed file has too many members for its size: it is read no further"
#define LOST	   "bytes of the packed file that belong to none of its members are left out"

/* Of a tar; those of a zip are counted as if they were as large. */
#define HEADER_SIZE 512

struct packed {
	struct archive *archive;
	int fd;
	struct medark_tap tap;
	uint64_t given;		/* bytes of members and of their headers */
	uint64_t count;		/* members */
	_Atomic uint64_t taken; /* packed bytes; who shows progress is not always who reads */
	uint64_t left;	 /* bytes of the last member that are still to come, if it is a tar's */
	bool broken;	 /* damage was met: told once, as an entry, at the end */
	bool unreadable; /* it is not damaged, but could not be read on */
	bool flooded;	 /* it is read no further, */
	bool swarmed;	 /* because it has too many members */
	bool odd_front;	 /* if it is a zip: it does not begin with a member */
	bool lost;	 /* there were bytes between members */
	bool is_done;	 /* the last entry was given */
	struct medark_bytes path; /* of the last entry */
	const char *renamed;	  /* why that is not the name that it has; told after it */
};

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
	struct archive *a = medark_tap_reader();
	struct archive_entry *entry;
	bool is_packed = false;

	if (!a)
		return false;
	formats(a);
	if (head.size && archive_read_open_memory(a, head.data, head.size) == ARCHIVE_OK) {
		int r = archive_read_next_header(a, &entry);
		int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

		/* What stands behind a zip that is compressed once more could not be seen. */
		is_packed = (r == ARCHIVE_OK || r == ARCHIVE_WARN) &&
			    (format == ARCHIVE_FORMAT_TAR ||
			     (format == ARCHIVE_FORMAT_ZIP && archive_filter_count(a) == 1));
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
	medark_tap_clear(&p->tap);
	free(p);
}

static ssize_t read_packed(void *context, void *out, size_t size, struct medark_error *err)
{
	struct packed *p = context;
	ssize_t n = medark_descriptor_read(p->fd, out, size, err);

	p->unreadable |= n < 0;
	return n;
}

static void note_taken(struct packed *p)
{
	atomic_store_explicit(&p->taken, (uint64_t)archive_filter_bytes(p->archive, -1),
			      memory_order_relaxed);
}

static uint64_t packed_taken(void *self)
{
	struct packed *p = self;

	return atomic_load_explicit(&p->taken, memory_order_relaxed);
}

static ssize_t member_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct packed *p = self;
	la_ssize_t n = p->flooded ? 0 : archive_read_data(p->archive, out, size);

	/* libarchive leaves out the hole at the end of a sparse file. */
	if (n == 0 && !p->flooded) {
		n = (la_ssize_t)(p->left < size ? p->left : size);
		memset(out, 0, (size_t)n);
	}
	if (n < 0) {
		p->broken = true;
		return medark_error_set(err, MEDARK_E_SOURCE, "the packed file %s: %s",
					p->unreadable ? "cannot be read" : "is damaged",
					medark_tap_why(p->archive));
	}
	note_taken(p);
	p->given += (uint64_t)n;
	p->left -= (uint64_t)n < p->left ? (uint64_t)n : p->left;
	p->flooded |= medark_tap_is_flood(p->archive, p->given);
	return p->flooded ? medark_error_set(err, MEDARK_E_SOURCE, FLOODED) : n;
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
	*out = (struct medark_entry) { .kind = MEDARK_ENTRY_SKIPPED,
				       .path = path,
				       .why = why,
				       .unreadable = strcmp(why, UNREADABLE) == 0 };
	return 1;
}

static bool is_zip(const struct packed *p)
{
	return (archive_format(p->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
}

static void describe(struct packed *p, struct archive_entry *entry, struct medark_entry *out)
{
	name_entry(p, entry);
	p->left = !is_zip(p) && archive_entry_size(entry) > 0 ? (uint64_t)archive_entry_size(entry)
							      : 0;
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

/* Goes behind the last member, and looks whether the next one begins right there. */
static void end_member(struct packed *p)
{
	uint8_t rest[16384];
	la_ssize_t n;
	int follows;

	if (archive_file_count(p->archive) == 0 || !is_zip(p))
		return;
	p->lost |= p->odd_front;
	/* Only what was read to its end is skipped with the sizes that stand behind it. */
	do
		n = archive_read_data(p->archive, rest, sizeof(rest));
	while (n > 0);
	if (n < 0 || archive_read_data_skip(p->archive) < ARCHIVE_WARN)
		return; /* told by the reader of the member, or with the next header */
	follows =
		medark_zip_continues(&p->tap, (uint64_t)archive_filter_bytes(p->archive, 0), NULL);
	p->broken |= follows < 0;
	p->lost |= follows == 0;
}

/* Why it ends before its end. */
static const char *end_reason(const struct packed *p)
{
	if (p->flooded)
		return p->swarmed ? SWARMED : FLOODED;
	return p->unreadable ? UNREADABLE : DAMAGED;
}

/* Behind the last member: what the format has there, and then nothing but zeros. */
static int end_packed(struct packed *p, struct medark_entry *out)
{
	uint64_t at = (uint64_t)archive_filter_bytes(p->archive, -1);
	int more = is_zip(p) ? medark_zip_end(&p->tap, &at, NULL) : 0;

	p->is_done = true;
	if (more == 0)
		more = medark_tap_is_more(&p->tap, at, NULL);
	if (more < 0)
		return tell(p, end_reason(p), medark_bytes(NULL, 0), out);
	return more || p->lost ? tell(p, LOST, medark_bytes(NULL, 0), out) : 0;
}

/* A member without a byte costs us an item all the same. */
static void count_member(struct packed *p)
{
	p->count++;
	p->given += HEADER_SIZE;
	p->swarmed = medark_tap_is_swarm(p->archive, p->count);
	p->flooded = p->swarmed || medark_tap_is_flood(p->archive, p->given);
}

/* A header as libarchive gives it; ARCHIVE_EOF only if all members were sound. */
static int next_header(struct packed *p, struct archive_entry **out)
{
	int r;

	if (p->flooded)
		return ARCHIVE_FATAL;
	end_member(p);
	r = archive_read_next_header(p->archive, out);
	if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
		count_member(p);
	return p->flooded || (r == ARCHIVE_EOF && p->broken) ? ARCHIVE_FATAL : r;
}

static int packed_next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct packed *p = self;
	struct archive_entry *entry;

	(void)err;
	if (p->renamed)
		return tell(p, p->renamed, p->path, out);
	if (p->is_done)
		return 0;
	do {
		int r = next_header(p, &entry);

		note_taken(p);
		if (r == ARCHIVE_EOF)
			return end_packed(p, out);
		p->is_done = r != ARCHIVE_OK && r != ARCHIVE_WARN;
		if (p->is_done)
			return tell(p, end_reason(p), medark_bytes(NULL, 0), out);
		describe(p, entry, out);
	} while (is_root(out));
	return 1;
}

static const struct medark_source_ops packed_ops = {
	.next = packed_next,
	.open = packed_stream,
	.taken = packed_taken,
	.free = packed_free,
};

int medark_packed_source_open(int fd, struct medark_bytes head, struct medark_source **out,
			      struct medark_error *err)
{
	struct packed *p = calloc(1, sizeof(*p));
	int result;

	if (!p) {
		(void)close(fd);
		return medark_error_memory(err, "a packed source");
	}
	p->fd = fd;
	p->tap.read = read_packed;
	p->tap.context = p;
	result = medark_tap_init(&p->tap, head, err);
	p->archive = result < 0 ? NULL : medark_tap_reader();
	if (!p->archive) {
		packed_free(p);
		return medark_error_memory(err, "a packed source");
	}
	p->odd_front = !medark_zip_begins(head);
	formats(p->archive);
	if (medark_tap_open(&p->tap, p->archive) != ARCHIVE_OK) {
		(void)medark_error_set(err, MEDARK_E_SOURCE, "cannot read the packed file: %s",
				       medark_tap_why(p->archive));
		packed_free(p);
		return MEDARK_E_SOURCE;
	}
	return medark_source_new(&packed_ops, p, out, err);
}
