/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map: the text in front of a data segment that says where its bytes belong (FORMAT.md section 6).
 */
#ifndef MEDARK_CONTAINER_MAP_H
#define MEDARK_CONTAINER_MAP_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "container/layout.h"

enum medark_extent_kind {
	MEDARK_EXTENT_LINES = 'L',
	MEDARK_EXTENT_RECORD = 'R', /* a record, or its last part */
	MEDARK_EXTENT_PART = 'P',   /* a part: the record goes on where it ends in the item */
	MEDARK_EXTENT_FILLER = 'F',
};

struct medark_extent {
	enum medark_extent_kind kind;
	uint32_t item;	 /* at most MEDARK_ITEM_MAX */
	uint64_t offset; /* in the item, bytes; offset + length is at most INT64_MAX */
	uint64_t length; /* 1 or more */
};

/*
 * ---- writing: extents in content order; neighbours of kind L or F that continue are joined. One
 * thread at a time ----
 */
struct medark_map_writer;
int medark_map_writer_new(struct medark_map_writer **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_map_writer_free(struct medark_map_writer *w);
MEDARK_DEFINE_AUTO(struct medark_map_writer, medark_map_writer_free)

/*
 * `leaves`: how many leaves the extent holds: 1 for R and P, 0 for F. An L extent that does not end
 * in LF is not continued. MEDARK_E_MEMORY when the text would pass MEDARK_MAP_MAX.
 */
int medark_map_writer_add(struct medark_map_writer *w, const struct medark_extent *extent,
			  uint64_t leaves, bool ends_in_lf,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * Most bytes that the text can have if the segment ends now. A segment of many small items is cut
 * by this rather than by its content: no extent adds more than MEDARK_MAP_LINE_MAX.
 */
#define MEDARK_MAP_LINE_MAX 64
size_t medark_map_writer_size(const struct medark_map_writer *w);

/*
 * Appends the map's text to `out` and empties the writer for the next segment. MEDARK_E_USAGE if
 * the content is larger than MEDARK_CONTENT_MAX; MEDARK_E_MEMORY.
 */
int medark_map_writer_finish(struct medark_map_writer *w, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* ---- reading: any thread ---- */
struct medark_map {
	uint64_t leaves;
	struct medark_bytes content;   /* borrowed from the segment */
	struct medark_extent *extents; /* owned, in content order; NULL if count is 0 */
	uint32_t count;
};

/*
 * Parses strictly (F-16): form, sums, limits, leaves counted against the content. MEDARK_E_FORMAT
 * names the map's line; MEDARK_E_MEMORY. Release with medark_map_clear(); content stays borrowed
 * from `segment`. What is allocated is at most four times the size of the map's text.
 */
int medark_map_parse(struct medark_bytes segment, struct medark_map *out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_map_clear(struct medark_map *map);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_map, medark_map_clear)

#endif
