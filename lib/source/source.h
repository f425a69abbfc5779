/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: where items come from. A source gives its entries one after the other; a file's bytes
 * come through a stream. Nothing outside of what the user named is ever opened: symbolic links,
 * hard links inside packed files, devices, pipes and sockets are reported as skipped.
 *
 * A new kind of source is one file with a medark_source_ops, its opening function in kinds.h, and
 * the choice in medark_source_open(). One thread at a time.
 */
#ifndef MEDARK_SOURCE_SOURCE_H
#define MEDARK_SOURCE_SOURCE_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Longest path of an entry in bytes: what an archive holds of one (FORMAT.md section 13), less the
 * name of the source that an export of several puts in front.
 */
#define MEDARK_SOURCE_PATH_MAX 3800

enum medark_entry_kind {
	MEDARK_ENTRY_FILE,
	MEDARK_ENTRY_DIRECTORY,
	MEDARK_ENTRY_SKIPPED, /* named in the report, not read */
};

struct medark_entry {
	enum medark_entry_kind kind;
	/*
	 * Relative, bytes as the source has them; 1 to MEDARK_SOURCE_PATH_MAX, but may be empty if
	 * skipped; borrowed until next.
	 */
	struct medark_bytes path;
	const char *why; /* why it was skipped; plain words, borrowed until next */
	bool unreadable; /* skipped because the system could not open or read it */
	int64_t mtime;	 /* seconds since 1970 */
	uint32_t mtime_ns;
	uint32_t mode; /* permission bits */
	bool size_known;
	uint64_t size;		/* as announced, bytes */
	uint64_t device, inode; /* which file of the system it is; 0 if it is none */
	bool has_count;		/* the source says how many records it holds */
	uint64_t count;
	bool is_opaque; /* no record is in it, whatever it looks like; nor is it unpacked */
};

/* ---- the bytes of one file ---- */

struct medark_stream;

struct medark_stream_ops {
	/* Up to `size` bytes: how many, 0 at the end, MEDARK_E_SOURCE if it cannot be read. */
	ssize_t (*read)(void *self, void *out, size_t size, struct medark_error *err);
	/* At the end: true if the file is not what it was when it was opened. */
	bool (*changed)(void *self, uint64_t bytes_read);
	/* Packed bytes that were read for what was given; NULL: it gives what it reads. */
	uint64_t (*taken)(void *self);
	/* A second, independent stream over the same file from its start; may be NULL. */
	int (*again)(void *self, struct medark_stream **out, struct medark_error *err);
	void (*free)(void *self);
};

/* Takes `self`. On failure `self` is freed. */
int medark_stream_new(const struct medark_stream_ops *ops, void *self, struct medark_stream **out,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_stream_free(struct medark_stream *s);
MEDARK_DEFINE_AUTO(struct medark_stream, medark_stream_free)

/*
 * Fills `out` as far as there are bytes; fewer than `size` only at the end, or before a failure,
 * which the next call then gives.
 */
ssize_t medark_stream_read(struct medark_stream *s, void *out, size_t size,
			   struct medark_error *err);
bool medark_stream_changed(struct medark_stream *s);
/* Bytes read so far. */
uint64_t medark_stream_position(const struct medark_stream *s);
/* Bytes of the file itself that this took: fewer than the position where it is decoded. */
uint64_t medark_stream_taken(const struct medark_stream *s);
bool medark_stream_can_again(const struct medark_stream *s);
int medark_stream_again(struct medark_stream *s, struct medark_stream **out,
			struct medark_error *err) MEDARK_MUST_USE;

/* ---- sources ---- */

struct medark_source;

struct medark_source_ops {
	/*
	 * 1 and the next entry, 0 at the end, or a negative code. An entry that the system refuses
	 * is skipped; where the machine has run out of something, that ends the source.
	 */
	int (*next)(void *self, struct medark_entry *out, struct medark_error *err);
	/* The stream of the entry that came last (a file). MEDARK_E_SOURCE if it cannot be opened,
	 * which leaves it out; any other code ends the export.
	 */
	int (*open)(void *self, struct medark_stream **out, struct medark_error *err);
	/*
	 * Bytes of the packed file that were read so far, from any thread; NULL: the source's
	 * streams give its own bytes.
	 */
	uint64_t (*taken)(void *self);
	/* Streams stay usable after the next entry: many can be read side by side. */
	bool parallel;
	void (*free)(void *self);
};

/*
 * Opens a folder, a file, a packed file (tar or zip, also compressed), or "-" (standard input,
 * packed or plain). MEDARK_E_SOURCE if it is not there.
 */
int medark_source_open(const char *path, struct medark_source **out,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_source_free(struct medark_source *s);
MEDARK_DEFINE_AUTO(struct medark_source, medark_source_free)

int medark_source_next(struct medark_source *s, struct medark_entry *out,
		       struct medark_error *err) MEDARK_MUST_USE;
int medark_source_stream(struct medark_source *s, struct medark_stream **out,
			 struct medark_error *err) MEDARK_MUST_USE;
bool medark_source_parallel(const struct medark_source *s);

/* Is it one packed file? Then the bytes of it that were read so far, for progress. Any thread. */
bool medark_source_taken(const struct medark_source *s, uint64_t *out);

/*
 * The size of all files as they stand there, packed ones packed, for progress: false if it cannot
 * be known in advance, as of a pipe.
 */
bool medark_source_total(const char *path, uint64_t *out);

#endif
