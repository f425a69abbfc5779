/* SPDX-License-Identifier: Apache-2.0 */
#include "source/tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD_FREE  ((uint64_t)1 << 30)
#define FLOOD_RATIO 20000u
#define SWARM_FREE  100000u
#define SWARM_RATIO 4u

int medark_tap_init(struct medark_tap *tap, struct medark_bytes head, struct medark_error *err)
{
	tap->older.bytes = malloc(MEDARK_TAP_SIZE);
	tap->newest.bytes = malloc(MEDARK_TAP_SIZE);
	if (!tap->older.bytes || !tap->newest.bytes)
		return medark_error_memory(err, "a packed source");
	if (head.size)
		memcpy(tap->newest.bytes, head.data, head.size);
	tap->newest.size = head.size;
	tap->is_ahead = head.size != 0;
	return 0;
}

void medark_tap_clear(struct medark_tap *tap)
{
	free(tap->older.bytes);
	free(tap->newest.bytes);
	tap->older.bytes = tap->newest.bytes = NULL;
}

/* The next chunk takes the place of the older one: 1, 0 at the end, or a negative code. */
static int read_chunk(struct medark_tap *tap, struct medark_error *err)
{
	struct medark_tap_chunk next = tap->older;
	ssize_t n = tap->read(tap->context, next.bytes, MEDARK_TAP_SIZE, err);

	if (n <= 0)
		return (int)n;
	next.at = tap->newest.at + tap->newest.size;
	next.size = (size_t)n;
	tap->older = tap->newest;
	tap->newest = next;
	tap->is_ahead = true;
	return 1;
}

static la_ssize_t feed(struct archive *reader, void *context, const void **out)
{
	struct medark_tap *tap = context;
	struct medark_error err = { 0 };
	int more = tap->is_ahead ? 1 : read_chunk(tap, &err);

	tap->is_ahead = false;
	*out = tap->newest.bytes;
	if (more < 0)
		archive_set_error(reader, EIO, "%s", err.message);
	if (more <= 0)
		return more < 0 ? -1 : 0;
	return (la_ssize_t)tap->newest.size;
}

struct archive *medark_tap_reader(void)
{
	struct archive *reader = archive_read_new();

	if (!reader)
		return NULL;
	(void)archive_read_support_filter_gzip(reader);
	(void)archive_read_support_filter_zstd(reader);
	return reader;
}

int medark_tap_open(struct medark_tap *tap, struct archive *reader)
{
	return archive_read_open(reader, tap, NULL, feed, NULL);
}

/* The bytes of a chunk from `at` on; none if it does not hold them. */
static struct medark_bytes part(const struct medark_tap_chunk *chunk, uint64_t at)
{
	if (at < chunk->at || at >= chunk->at + chunk->size)
		return medark_bytes(NULL, 0);
	return medark_bytes(chunk->bytes + (at - chunk->at),
			    (size_t)(chunk->at + chunk->size - at));
}

ssize_t medark_tap_look(struct medark_tap *tap, uint64_t at, void *out, size_t size,
			struct medark_error *err)
{
	size_t done = 0;

	while (done < size) {
		struct medark_bytes b = part(&tap->older, at + done);
		size_t n;

		if (!b.size)
			b = part(&tap->newest, at + done);
		n = b.size < size - done ? b.size : size - done;
		if (!n) {
			int more = read_chunk(tap, err);

			if (more < 0)
				return more;
			if (more == 0)
				break;
			continue;
		}
		memcpy((uint8_t *)out + done, b.data, n);
		done += n;
	}
	return (ssize_t)done;
}

int medark_tap_is_more(struct medark_tap *tap, uint64_t at, struct medark_error *err)
{
	uint8_t bytes[4096];
	ssize_t n;

	if (at < tap->older.at)
		return 1; /* an earlier look went past it: there was more */
	while ((n = medark_tap_look(tap, at, bytes, sizeof(bytes), err)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (bytes[i])
				return 1;
		at += (uint64_t)n;
	}
	return (int)n;
}

bool medark_tap_is_flood(struct archive *reader, uint64_t given)
{
	int64_t taken = archive_filter_bytes(reader, -1);

	return given > FLOOD_FREE && taken >= 0 && given / FLOOD_RATIO > (uint64_t)taken;
}

bool medark_tap_is_swarm(struct archive *reader, uint64_t members)
{
	int64_t taken = archive_filter_bytes(reader, -1);

	return members > SWARM_FREE && taken >= 0 && members / SWARM_RATIO > (uint64_t)taken;
}
