/* SPDX-License-Identifier: Apache-2.0 */
#include "net/gunzip.h"

#include "base/secret.h"

#include <stdlib.h>
#include <zlib.h>

#define STEP	    (128u << 10)
#define FREE	    ((uint64_t)256 << 20)
#define TIMES	    200
#define GZIP_WINDOW (15 + 16) /* zlib: the largest window, gzip only */

struct medark_gunzip {
	z_stream stream;
	int (*take)(void *context, struct medark_bytes part);
	void *context;
	uint64_t taken, given; /* bytes */
	bool is_inside;	       /* of a member */
	uint8_t out[STEP];
};

int medark_gunzip_new(int (*take)(void *context, struct medark_bytes part), void *context,
		      struct medark_gunzip **out, struct medark_error *err)
{
	struct medark_gunzip *g = calloc(1, sizeof(*g));

	if (!g || inflateInit2(&g->stream, GZIP_WINDOW) != Z_OK) {
		free(g);
		return medark_error_memory(err, "a compressed answer");
	}
	g->take = take;
	g->context = context;
	*out = g;
	return 0;
}

void medark_gunzip_free(struct medark_gunzip *g)
{
	if (!g)
		return;
	(void)inflateEnd(&g->stream);
	medark_secret_wipe(g->out, sizeof(g->out));
	free(g);
}

/* One round of zlib: gives out what came of it. */
static int step(struct medark_gunzip *g)
{
	size_t size;
	int code;

	g->stream.next_out = g->out;
	g->stream.avail_out = STEP;
	code = inflate(&g->stream, Z_NO_FLUSH);
	if (code == Z_MEM_ERROR)
		return MEDARK_E_MEMORY;
	if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
		return MEDARK_E_FORMAT;
	size = STEP - g->stream.avail_out;
	g->given += size;
	if (g->given > FREE && g->given / TIMES > g->taken)
		return MEDARK_E_REMOTE;
	g->is_inside = code != Z_STREAM_END;
	if (code == Z_STREAM_END && inflateReset(&g->stream) != Z_OK)
		return MEDARK_E_FORMAT;
	return size ? g->take(g->context, medark_bytes(g->out, size)) : 0;
}

int medark_gunzip_add(struct medark_gunzip *g, struct medark_bytes part)
{
	/* zlib's interface takes a pointer to bytes that it does not write to. */
	g->stream.next_in = (Bytef *)(uintptr_t)part.data;
	g->stream.avail_in = (uInt)part.size;
	g->taken += part.size;
	do {
		int code = step(g);

		if (code < 0)
			return code;
		/* A full step may have left more in zlib than was taken in. */
	} while (g->stream.avail_in || (g->is_inside && g->stream.avail_out == 0));
	return 0;
}

bool medark_gunzip_is_whole(const struct medark_gunzip *g)
{
	return !g->is_inside;
}
