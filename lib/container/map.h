/* SPDX-License-Identifier: Apache-2.0 */
/* map: the text in front of a data segment that says where its bytes belong (FORMAT.md section 6). */
#ifndef MEDARK_CONTAINER_MAP_H
#define MEDARK_CONTAINER_MAP_H

#include "base/buffer.h"
#include "container/layout.h"

enum medark_extent_kind {
	MEDARK_EXTENT_LINES = 'L',
	MEDARK_EXTENT_RECORD = 'R',
	MEDARK_EXTENT_FILLER = 'F',
};

struct medark_extent {
	enum medark_extent_kind kind;
	uint32_t item;
	uint64_t offset; /* in the item, bytes */
	uint64_t length;
};

/* ---- writing: extents in content order; neighbours of kind L or F that continue are joined ---- */
struct medark_map_writer;
int medark_map_writer_new(struct medark_map_writer **out, struct medark_error *err)
	MEDARK_MUST_USE;
void medark_map_writer_free(struct medark_map_writer *w);
MEDARK_DEFINE_AUTO(struct medark_map_writer *, medark_map_writer_free)
/* `leaves`: how many leaves the extent holds. An L extent that does not end in LF is not continued. */
int medark_map_writer_add(struct medark_map_writer *w, const struct medark_extent *extent,
			  uint64_t leaves, bool ends_in_lf, struct medark_error *err) MEDARK_MUST_USE;
/* Appends the map's text to `out` and empties the writer for the next segment. */
int medark_map_writer_finish(struct medark_map_writer *w, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* ---- reading ---- */
struct medark_map {
	uint64_t leaves;
	struct medark_bytes content; /* borrowed from the segment */
	struct medark_extent *extents; /* owned */
	uint32_t count;
};

/*
 * Parses strictly (F-16): form, sums, limits, leaves counted against the content. MEDARK_E_FORMAT.
 * Release with medark_map_clear(); content stays borrowed from `segment`.
 */
int medark_map_parse(struct medark_bytes segment, struct medark_map *out, struct medark_error *err)
	MEDARK_MUST_USE;
void medark_map_clear(struct medark_map *map);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_map, medark_map_clear)

#endif
