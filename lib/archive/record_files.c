/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/record_files.h"

#include "archive/folder.h"
#include "archive/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* FHIR has about 150 types. */
#define TYPES_MAX 256
#define FLUSH	  (64u << 10)

struct type {
	char name[65];
	uint64_t json, xml; /* records */
	struct medark_buffer lines;
};

struct medark_record_files {
	int parent; /* borrowed */
	const char *name;
	int folder, xml; /* -1: not made yet */
	int (*each)(void *context, const struct medark_record *facts, struct medark_bytes text,
		    bool xml, struct medark_error *err); /* NULL: into files */
	void *context;
	size_t count;
	struct type types[TYPES_MAX];
};

int medark_record_files_new(int folder, const char *name, struct medark_record_files **out,
			    struct medark_error *err)
{
	struct medark_record_files *files = calloc(1, sizeof(*files));

	if (!files)
		return medark_error_memory(err, "the records' files");
	files->parent = folder;
	files->name = name ? name : ".";
	files->folder = files->xml = -1;
	*out = files;
	return 0;
}

int medark_record_files_to(int (*each)(void *context, const struct medark_record *facts,
				       struct medark_bytes text, bool xml,
				       struct medark_error *err),
			   void *context, struct medark_record_files **out,
			   struct medark_error *err)
{
	MEDARK_TRY(medark_record_files_new(-1, NULL, out, err));
	(*out)->each = each;
	(*out)->context = context;
	return 0;
}

void medark_record_files_free(struct medark_record_files *files)
{
	if (!files)
		return;
	medark_fd_close_auto(&files->folder);
	medark_fd_close_auto(&files->xml);
	for (size_t i = 0; i < files->count; i++)
		medark_buffer_clear(&files->types[i].lines);
	free(files);
}

static int make_folder(int parent, const char *name, int *out_fd, struct medark_error *err)
{
	if (*out_fd >= 0)
		return 0;
	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return medark_error_errno(err, errno, "cannot make a folder in the target");
	*out_fd = medark_folder_open(parent, name);
	if (*out_fd < 0)
		return medark_error_errno(err, -*out_fd, "cannot use a folder in the target");
	return 0;
}

static bool is_file_name(struct medark_bytes type)
{
	for (size_t i = 0; i < type.size; i++) {
		uint8_t c = type.data[i] | 0x20;

		if (!(c >= 'a' && c <= 'z') && !(type.data[i] >= '0' && type.data[i] <= '9'))
			return false;
	}
	return type.size >= 1 && type.size <= 64;
}

static struct type *find_type(struct medark_record_files *files, struct medark_bytes name)
{
	struct type *t = files->types;

	if (!is_file_name(name))
		name = medark_bytes_text("Other");
	while (t < files->types + files->count && !medark_bytes_is(name, t->name))
		t++;
	if (t < files->types + files->count)
		return t;
	/* The last place is kept for what finds none. */
	if (files->count >= TYPES_MAX - 1 && !medark_bytes_is(name, "Other"))
		return find_type(files, medark_bytes_text("Other"));
	memcpy(t->name, name.data, name.size);
	t->lines = (struct medark_buffer)MEDARK_BUFFER_SECRET(2 * FLUSH);
	files->count++;
	return t;
}

static int flush_type(struct medark_record_files *files, struct type *t, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	char name[80];

	if (t->lines.size == 0)
		return 0;
	MEDARK_TRY(make_folder(files->parent, files->name, &files->folder, err));
	(void)snprintf(name, sizeof(name), "%s.ndjson", t->name);
	fd = openat(files->folder, name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create a file in the target");
	MEDARK_TRY(medark_write_all(fd, t->lines.data, t->lines.size, err));
	t->lines.size = 0;
	return 0;
}

/* Appends a piece without line ends. */
static int add_piece(struct medark_record_files *files, struct type *t, const uint8_t *p,
		     size_t size, struct medark_error *err)
{
	while (size) {
		size_t room = 2 * FLUSH - t->lines.size, n = size < room ? size : room;

		MEDARK_TRY(medark_buffer_add(&t->lines, p, n, err));
		p += n;
		size -= n;
		if (t->lines.size >= FLUSH)
			MEDARK_TRY(flush_type(files, t, err));
	}
	return 0;
}

static struct medark_bytes trim(struct medark_bytes text)
{
	if (medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	while (text.size && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
		text.size--;
	return text;
}

static int add_line(struct medark_record_files *files, struct type *t, struct medark_bytes text,
		    struct medark_error *err)
{
	const uint8_t *p, *end;

	text = trim(text);
	p = text.data;
	end = text.data + text.size;
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		const uint8_t *stop = lf ? lf : end;
		size_t size = (size_t)(stop - p);

		if (lf && size && p[size - 1] == '\r')
			size--;
		MEDARK_TRY(add_piece(files, t, p, size, err));
		if (lf)
			MEDARK_TRY(add_piece(files, t, (const uint8_t *)" ", 1, err));
		p = lf ? lf + 1 : end;
	}
	return add_piece(files, t, (const uint8_t *)"\n", 1, err);
}

static int add_xml(struct medark_record_files *files, const struct type *t,
		   struct medark_bytes text, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	char name[112];

	MEDARK_TRY(make_folder(files->parent, files->name, &files->folder, err));
	MEDARK_TRY(make_folder(files->folder, "xml", &files->xml, err));
	(void)snprintf(name, sizeof(name), "%s-%llu.xml", t->name, (unsigned long long)t->xml + 1);
	fd = openat(files->xml, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create a file in the target");
	return medark_write_all(fd, text.data, text.size, err);
}

int medark_record_files_add(struct medark_record_files *files, const struct medark_record *facts,
			    struct medark_bytes text, bool xml, struct medark_error *err)
{
	struct type *t = find_type(files, facts->type);

	if (files->each)
		MEDARK_TRY(files->each(files->context, facts, text, xml, err));
	else
		MEDARK_TRY(xml ? add_xml(files, t, text, err) : add_line(files, t, text, err));
	t->xml += xml;
	t->json += !xml;
	return 0;
}

int medark_record_files_flush(struct medark_record_files *files, struct medark_error *err)
{
	for (size_t i = 0; i < files->count; i++)
		MEDARK_TRY(flush_type(files, &files->types[i], err));
	return 0;
}

uint64_t medark_record_files_count(const struct medark_record_files *files)
{
	uint64_t count = 0;

	for (size_t i = 0; i < files->count; i++)
		count += files->types[i].json + files->types[i].xml;
	return count;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int medark_record_files_json(struct medark_record_files *files, struct medark_buffer *out,
			     struct medark_error *err)
{
	const char *names[TYPES_MAX];

	for (size_t i = 0; i < files->count; i++)
		names[i] = files->types[i].name;
	if (files->count)
		qsort(names, files->count, sizeof(names[0]), by_name);
	MEDARK_TRY(medark_buffer_add(out, "{", 1, err));
	for (size_t i = 0; i < files->count; i++) {
		const struct type *t = find_type(files, medark_bytes_text(names[i]));

		MEDARK_TRY(medark_buffer_print(out, err, "%s\"%s\":%llu", i ? "," : "", names[i],
					       (unsigned long long)(t->json + t->xml)));
	}
	return medark_buffer_add(out, "}", 1, err);
}
