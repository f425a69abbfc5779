/* SPDX-License-Identifier: Apache-2.0 */
#include "live/live_source.h"

#include "live/sealed_file.h"
#include "source/kinds.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct live_source {
	const struct medark_bulk *bulk;
	int folder;
	struct medark_bytes secret;
	size_t next;
	char path[MEDARK_BULK_TYPE_MAX + 64];
};

static const char *word_of(const struct medark_bulk_file *file)
{
	switch (file->kind) {
	case MEDARK_BULK_DELETED:
		return "deleted";
	case MEDARK_BULK_OUTCOME:
		return "outcome";
	default:
		return file->type[0] ? file->type : "output";
	}
}

static int next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct live_source *s = self;
	const struct medark_bulk_manifest *m = medark_bulk_manifest(s->bulk);
	size_t i = s->next;
	char name[MEDARK_BULK_NAME_MAX];
	struct stat st;

	if (i == m->count + m->unusable)
		return 0;
	s->next++;
	if (i >= m->count) {
		*out = (struct medark_entry) {
			.kind = MEDARK_ENTRY_SKIPPED,
			.path = medark_bytes_text("a file of the server's list"),
			.why = "it has no address, or one where records must not come from",
			.unreadable = true,
		};
		return 1;
	}
	(void)snprintf(s->path, sizeof(s->path), "%s.%06zu.ndjson", word_of(&m->files[i]), i + 1);
	*out = (struct medark_entry) { .path = medark_bytes_text(s->path), .mode = 0600 };
	if (!medark_bulk_has(s->bulk, i)) {
		out->kind = MEDARK_ENTRY_SKIPPED;
		out->why = medark_bulk_why(s->bulk, i);
		out->unreadable = true;
		return 1;
	}
	medark_bulk_name(i, name);
	MEDARK_TRY(medark_sealed_size(s->folder, name, &out->size, err));
	out->size_known = true;
	if (fstatat(s->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		out->mtime = st.st_mtim.tv_sec;
		out->mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	}
	return 1;
}

static int open_last(void *self, struct medark_stream **out, struct medark_error *err)
{
	const struct live_source *s = self;
	char name[MEDARK_BULK_NAME_MAX];

	medark_bulk_name(s->next - 1, name);
	return medark_sealed_stream(s->folder, name, s->secret, out, err);
}

static const struct medark_source_ops ops = {
	.next = next,
	.open = open_last,
	.parallel = true,
	.free = free,
};

int medark_live_source_new(const struct medark_bulk *bulk, int folder, struct medark_bytes secret,
			   struct medark_source **out, struct medark_error *err)
{
	struct live_source *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "an export from a server");
	s->bulk = bulk;
	s->folder = folder;
	s->secret = secret;
	return medark_source_new(&ops, s, out, err);
}
