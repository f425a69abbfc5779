/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tap: the bytes that libarchive is fed with. It keeps the last of them, so that what libarchive
 * passes over without a word can be seen: nothing of a source may be left out silently. It also
 * says when what comes out has no relation to what went in. Private to this floor; one thread.
 */
#ifndef MEDARK_SOURCE_TAP_H
#define MEDARK_SOURCE_TAP_H

#include "base/bytes.h"
#include "base/error.h"

#include <archive.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct medark_tap_chunk {
	uint8_t *bytes;
	uint64_t at; /* in the packed bytes */
	size_t size;
};

struct medark_tap {
	/* Up to `size` bytes: how many, 0 at the end, or a negative code. */
	ssize_t (*read)(void *context, void *out, size_t size, struct medark_error *err);
	void *context;
	struct medark_tap_chunk older, newest;
	bool is_ahead; /* libarchive has not got the newest chunk yet */
};

/*
 * `head`: bytes that were read already (at most MEDARK_TAP_SIZE; copied). MEDARK_E_MEMORY; clear it
 * then too.
 */
#define MEDARK_TAP_SIZE (256u << 10)
int medark_tap_init(struct medark_tap *tap, struct medark_bytes head,
		    struct medark_error *err) MEDARK_MUST_USE;
void medark_tap_clear(struct medark_tap *tap);

/* Makes a reader that decodes gzip and zstd and is fed from the tap; formats are the caller's. */
struct archive *medark_tap_reader(void);
int medark_tap_open(struct medark_tap *tap, struct archive *reader);

/*
 * Copies the packed bytes from `at` on, the place that libarchive has come to, and reads on if need
 * be: how many, fewer than `size` only at the end; or a negative code. libarchive still gets what
 * was read by a look at a few bytes; a look further on is for when it has come to the end.
 */
ssize_t medark_tap_look(struct medark_tap *tap, uint64_t at, void *out, size_t size,
			struct medark_error *err);

/* Is there anything but zeros from `at` to the end? 1, 0 or a negative code. */
int medark_tap_is_more(struct medark_tap *tap, uint64_t at, struct medark_error *err);

/*
 * Has the reader given so many bytes for what it took that they can be nobody's data? Above 1 GiB,
 * 20,000 for each. JSON in a good packing has 100; a sparse file of a tar can have any number.
 */
bool medark_tap_is_flood(struct archive *reader, uint64_t given);

/*
 * Has the reader given more members than anybody's files can be, for what it took? Above 100,000,
 * four for each byte: of empty files in the order of their names zstd at its best makes 1.5 each.
 */
bool medark_tap_is_swarm(struct archive *reader, uint64_t members);

/* Why libarchive failed; it does not always say. Borrowed from the archive. */
static inline const char *medark_tap_why(struct archive *archive)
{
	const char *why = archive_error_string(archive);

	return why ? why : "it is cut off or damaged";
}

#endif
