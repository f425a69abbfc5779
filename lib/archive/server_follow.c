/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_follow.h"

#include "archive/nameset.h"
#include "archive/outside.h"
#include "archive/row.h"
#include "live/rewrite.h"

#include <stdlib.h>

#define RANGES_MAX (1u << 30)
/* How far references are followed: an organisation, the one it is part of, and so on. */
#define DEPTH_MAX 8
#define NAME_ROOM 512

struct follower {
	struct medark_walk *walks; /* of each archive */
	size_t count;
	struct medark_nameset names; /* "Type/id" that was looked for */
	struct medark_buffer *found; /* of each archive: places that were not read yet */
};

static void follower_clear(struct follower *f)
{
	for (size_t k = 0; f->found && k < f->count; k++)
		medark_buffer_clear(&f->found[k]);
	free(f->found);
	medark_nameset_clear(&f->names);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct follower, follower_clear)

/* In archive `k`, unless one behind it has the record otherwise. */
static int look_in(struct follower *f, size_t k, struct medark_bytes key, struct medark_error *err)
{
	struct medark_index *index = f->walks[k].index;
	struct medark_bytes name;
	uint64_t at;
	int superseded;

	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_OUTSIDE, key, &at, err));
	if (at == medark_index_rows(index, MEDARK_KIND_OUTSIDE))
		return 0;
	MEDARK_TRY(medark_outside_row(index, at, &name, NULL, err));
	if (!medark_bytes_equal(name, key))
		return 0;
	superseded = medark_lineage_superseded(f->walks[k].lineage, k, key, err);
	if (superseded)
		return superseded < 0 ? superseded : 0;
	return medark_outside_row(index, at, &name, &f->found[k], err);
}

static int look_for(struct follower *f, struct medark_bytes type, struct medark_bytes id,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer key = MEDARK_BUFFER(8 * NAME_ROOM);
	int code;

	if (type.size + id.size > NAME_ROOM)
		return 0;
	MEDARK_TRY(medark_row_encode(type, &key, err));
	MEDARK_TRY(medark_buffer_text(&key, "/", err));
	MEDARK_TRY(medark_row_encode(id, &key, err));
	code = medark_nameset_add(&f->names, medark_bytes(key.data, key.size), err);
	if (code <= 0) /* a failure, or known */
		return code;
	for (size_t k = 0; k < f->count; k++)
		MEDARK_TRY(look_in(f, k, medark_bytes(key.data, key.size), err));
	return 0;
}

/* A URN names no type: each that stands outside is tried. */
static int look_for_urn(struct follower *f, size_t k, struct medark_bytes id,
			struct medark_error *err)
{
	struct medark_index *index = f->walks[k].index;
	uint64_t rows = medark_index_rows(index, MEDARK_KIND_OUTSIDE), at = 0;
	uint8_t text[MEDARK_OUTSIDE_TYPE];
	struct medark_bytes type;

	while (at < rows) {
		MEDARK_TRY(medark_outside_type_at(index, at, text, &type, &at, err));
		MEDARK_TRY(look_for(f, type, id, err));
	}
	return 0;
}

static int follow_one(void *context, const struct medark_rewrite_target *target,
		      struct medark_buffer *none, struct medark_error *err)
{
	struct follower *f = context;

	(void)none;
	if (target->type.size)
		return look_for(f, target->type, target->id, err);
	for (size_t k = 0; k < f->count; k++)
		MEDARK_TRY(look_for_urn(f, k, target->id, err));
	return 0;
}

static int follow(void *context, const struct medark_walk_record *record, struct medark_error *err)
{
	struct follower *f = context;
	const struct medark_rewrite walk = { .base = f->walks[0].base,
					     .map = follow_one,
					     .context = f };

	if (record->is_xml || record->facts->fault)
		return 0;
	return medark_rewrite_run(record->text, &walk, NULL, err);
}

/* Reads what was found in archive `k`; what it leads to is found on the way. */
static int step(struct follower *f, size_t k, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = f->found[k];
	struct medark_walk *w = &f->walks[k];

	f->found[k] = (struct medark_buffer)MEDARK_BUFFER(RANGES_MAX);
	MEDARK_TRY(medark_buffer_add(&w->outside, places.data, places.size, err));
	return medark_walk_places(w, &places, err);
}

static int follow_all(struct follower *f, struct medark_error *err)
{
	for (size_t k = 0; k < f->count; k++)
		MEDARK_TRY(medark_walk_patients(&f->walks[k], err));
	for (int depth = 0; depth < DEPTH_MAX; depth++)
		for (size_t k = 0; k < f->count; k++)
			if (f->found[k].size)
				MEDARK_TRY(step(f, k, err));
	return 0;
}

int medark_server_follow(struct medark_walk *walks, size_t count, struct medark_error *err)
{
	MEDARK_AUTO(follower_clear) struct follower f = { .walks = walks, .count = count };
	struct medark_walk_listener kept = walks[0].listener;
	int code;

	MEDARK_TRY(medark_nameset_init(&f.names, err));
	f.found = calloc(count, sizeof(*f.found));
	if (!f.found)
		return medark_error_memory(err, "a restore");
	for (size_t k = 0; k < count; k++) {
		f.found[k].limit = RANGES_MAX;
		walks[k].listener = (struct medark_walk_listener) { .each = follow, .context = &f };
	}
	code = follow_all(&f, err);
	for (size_t k = 0; k < count; k++)
		walks[k].listener = kept;
	return code;
}
