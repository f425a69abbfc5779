/* SPDX-License-Identifier: Apache-2.0 */
#include "live/haul.h"

#include "live/sealed_file.h"
#include "source/kinds.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST 64

void medark_haul_clear(struct medark_haul *h)
{
	for (size_t i = 0; i < h->count; i++) {
		free(h->files[i].path);
		free(h->files[i].why);
	}
	for (size_t i = 0; i < h->missing_count; i++)
		free(h->missing[i]);
	for (size_t i = 0; i < h->remark_count; i++)
		free(h->remarks[i]);
	free(h->files);
	free(h->missing);
	free(h->remarks);
	*h = (struct medark_haul) { 0 };
}

static int grow(void **list, size_t *max, size_t count, size_t size, struct medark_error *err)
{
	size_t more = *max ? *max * 2 : FIRST;
	void *grown;

	if (count < *max)
		return 0;
	grown = realloc(*list, more * size);
	if (!grown)
		return medark_error_memory(err, "what a server gave");
	*list = grown;
	*max = more;
	return 0;
}

int medark_haul_add(struct medark_haul *h, const struct medark_haul_file *file,
		    struct medark_error *err)
{
	struct medark_haul_file copy = *file;

	MEDARK_TRY(grow((void **)&h->files, &h->max, h->count, sizeof(*h->files), err));
	copy.path = strdup(file->path);
	copy.why = file->why ? strdup(file->why) : NULL;
	if (!copy.path || (file->why && !copy.why)) {
		free(copy.path);
		free(copy.why);
		return medark_error_memory(err, "what a server gave");
	}
	h->files[h->count++] = copy;
	return 0;
}

__attribute__((format(printf, 5, 0))) static int add_sentence(char ***list, size_t *max,
							      size_t *count,
							      struct medark_error *err,
							      const char *sentence, va_list args)
{
	char *text = NULL;

	MEDARK_TRY(grow((void **)list, max, *count, sizeof(**list), err));
	if (vasprintf(&text, sentence, args) < 0)
		return medark_error_memory(err, "what a server gave");
	(*list)[(*count)++] = text;
	return 0;
}

int medark_haul_miss(struct medark_haul *h, struct medark_error *err, const char *sentence, ...)
{
	va_list args;
	int code;

	va_start(args, sentence);
	code = add_sentence(&h->missing, &h->missing_max, &h->missing_count, err, sentence, args);
	va_end(args);
	return code;
}

int medark_haul_remark(struct medark_haul *h, struct medark_error *err, const char *sentence, ...)
{
	va_list args;
	int code;

	va_start(args, sentence);
	code = add_sentence(&h->remarks, &h->remark_max, &h->remark_count, err, sentence, args);
	va_end(args);
	return code;
}

/* ---- as a source ---- */

struct haul_source {
	const struct medark_haul *haul;
	int folder;
	struct medark_bytes secret;
	size_t next;
};

static int describe(const struct haul_source *s, const struct medark_haul_file *file,
		    struct medark_entry *out, struct medark_error *err)
{
	struct stat st;

	*out = (struct medark_entry) {
		.path = medark_bytes_text(file->path),
		.mode = 0600,
		.has_count = file->has_count,
		.count = file->count,
		.is_opaque = file->is_opaque,
	};
	if (file->why) {
		out->kind = MEDARK_ENTRY_SKIPPED;
		out->why = file->why;
		out->unreadable = true;
		return 1;
	}
	MEDARK_TRY(medark_sealed_size(s->folder, file->name, &out->size, err));
	out->size_known = true;
	if (fstatat(s->folder, file->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		out->mtime = st.st_mtim.tv_sec;
		out->mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	}
	return 1;
}

static int next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct haul_source *s = self;
	size_t i = s->next;

	if (i == s->haul->count)
		return 0;
	s->next++;
	return describe(s, &s->haul->files[i], out, err);
}

static int open_last(void *self, struct medark_stream **out, struct medark_error *err)
{
	const struct haul_source *s = self;

	return medark_sealed_stream(s->folder, s->haul->files[s->next - 1].name, s->secret, out,
				    err);
}

static const struct medark_source_ops ops = {
	.next = next,
	.open = open_last,
	.parallel = true,
	.free = free,
};

int medark_haul_source(const struct medark_haul *h, int folder, struct medark_bytes secret,
		       struct medark_source **out, struct medark_error *err)
{
	struct haul_source *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "what a server gave");
	s->haul = h;
	s->folder = folder;
	s->secret = secret;
	return medark_source_new(&ops, s, out, err);
}
