/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A restore as a bag (RFC 8493): what a restore into a folder gives stands in data/, with a
 * manifest that sha256sum and every library's software can check.
 */
#include "archive/folder.h"
#include "archive/restore.h"
#include "archive/write_all.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DATA	     "data"
#define MANIFEST     "manifest-sha256.txt"
#define TAG_MANIFEST "tagmanifest-sha256.txt"
#define FLUSH	     ((size_t)1 << 16)
#define LINE_MAX     ((size_t)1 << 20)

struct bag {
	int data, manifest;
	struct medark_buffer text; /* of the manifest, not written yet */
	struct medark_buffer tags; /* the tag manifest */
	struct medark_meter meter;
	uint64_t files, bytes;
};

static void bag_clear(struct bag *b)
{
	medark_fd_close_auto(&b->data);
	medark_fd_close_auto(&b->manifest);
	medark_buffer_clear(&b->text);
	medark_buffer_clear(&b->tags);
	medark_meter_clear(&b->meter);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct bag, bag_clear)

/* A path as section 2.1.3 wants it: CR, LF and % as they are in addresses. */
static int add_path(struct medark_buffer *out, struct medark_bytes path, struct medark_error *err)
{
	for (size_t i = 0; i < path.size; i++) {
		uint8_t c = path.data[i];

		if (c == '\r' || c == '\n' || c == '%')
			MEDARK_TRY(medark_buffer_print(out, err, "%%%02X", c));
		else
			MEDARK_TRY(medark_buffer_add(out, &c, 1, err));
	}
	return 0;
}

static int add_line(struct medark_buffer *out, const struct medark_digest *digest,
		    const char *folder, struct medark_bytes path, struct medark_error *err)
{
	char hex[2 * MEDARK_DIGEST_SIZE + 1];

	medark_text_hex(digest->bytes, sizeof(digest->bytes), hex);
	MEDARK_TRY(medark_buffer_print(out, err, "%s  %s", hex, folder));
	MEDARK_TRY(add_path(out, path, err));
	return medark_buffer_text(out, "\n", err);
}

static int hash_file(int folder, const char *path, struct medark_digest *out, uint64_t *out_size,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close)
	int fd = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) < 0)
		return medark_error_errno(err, errno, "cannot read a file in the target");
	*out_size = (uint64_t)st.st_size;
	if (!st.st_size) {
		medark_sha256("", 0, out);
		return 0;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return medark_error_errno(err, errno, "cannot read a file in the target");
	medark_sha256(bytes, (size_t)st.st_size, out);
	(void)munmap(bytes, (size_t)st.st_size);
	return 0;
}

static int flush(struct bag *b, size_t from, struct medark_error *err)
{
	if (b->text.size < from)
		return 0;
	MEDARK_TRY(medark_write_all(b->manifest, b->text.data, b->text.size, err));
	b->text.size = 0;
	return 0;
}

/* The manifest is UTF-8 (section 2.1.1), as the names are that a restore gives (safe_path.h). */
static int add_file(void *context, struct medark_bytes path, mode_t mode, struct medark_error *err)
{
	struct bag *b = context;
	char name[MEDARK_PATH_MAX + 1];
	struct medark_digest digest;
	uint64_t size;

	if (!S_ISREG(mode))
		return 0;
	if (path.size >= sizeof(name))
		return medark_error_set(err, MEDARK_E_SYSTEM, "a path in the target is too long");
	memcpy(name, path.data, path.size);
	name[path.size] = '\0';
	MEDARK_TRY(hash_file(b->data, name, &digest, &size, err));
	b->files++;
	b->bytes += size;
	MEDARK_TRY(add_line(&b->text, &digest, DATA "/", path, err));
	MEDARK_TRY(flush(b, FLUSH, err));
	return medark_meter_add(&b->meter, size, 0, b->files, err);
}

/* A file beside data/, and its line in the tag manifest, if it is to have one. */
static int write_tag(struct bag *b, int folder, const char *name, struct medark_bytes text,
		     bool is_listed, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close)
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct medark_digest digest;

	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create '%s' in the target", name);
	MEDARK_TRY(medark_write_all(fd, text.data, text.size, err));
	if (!is_listed)
		return 0;
	medark_sha256(text.data, text.size, &digest);
	return add_line(&b->tags, &digest, "", medark_bytes_text(name), err);
}

static int write_info(struct bag *b, int folder, const struct medark_archive *archive,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(LINE_MAX);
	char id[2 * MEDARK_ARCHIVE_ID_SIZE + 1], now[MEDARK_TIME_SIZE] = "";

	medark_text_hex(archive->header.archive.bytes, MEDARK_ARCHIVE_ID_SIZE, id);
	(void)medark_time_format((int64_t)time(NULL), now);
	MEDARK_TRY(medark_buffer_print(&text, err,
				       "Source-Organization: %s\nExternal-Identifier: medark:%s\n"
				       "Bagging-Date: %.10s\nPayload-Oxum: %" PRIu64 ".%" PRIu64
				       "\nBag-Software-Agent: medark %s\n",
				       archive->evidence.signer.subject, id, now, b->bytes,
				       b->files, MEDARK_VERSION));
	return write_tag(b, folder, "bag-info.txt", medark_bytes(text.data, text.size), true, err);
}

static int write_manifest(struct bag *b, int folder, struct medark_error *err)
{
	struct medark_digest digest;
	uint64_t size;

	b->manifest = openat(folder, MANIFEST, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			     0600);
	if (b->manifest < 0)
		return medark_error_errno(err, errno, "cannot create '" MANIFEST "' in the target");
	MEDARK_TRY(medark_folder_walk(b->data, add_file, b, err));
	MEDARK_TRY(flush(b, 0, err));
	MEDARK_TRY(hash_file(folder, MANIFEST, &digest, &size, err));
	return add_line(&b->tags, &digest, "", medark_bytes_text(MANIFEST), err);
}

int medark_bag_begin(int folder, int *out_data, struct medark_error *err)
{
	if (mkdirat(folder, DATA, 0700) < 0)
		return medark_error_errno(err, errno, "cannot make a folder in the target");
	*out_data = medark_folder_open(folder, DATA);
	return *out_data < 0
		       ? medark_error_errno(err, -*out_data, "cannot use a folder in the target")
		       : 0;
}

int medark_bag_finish(int folder, int data, const struct medark_archive *archive,
		      const struct medark_events *events, struct medark_error *err)
{
	static const char declaration[] =
		"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
	MEDARK_AUTO(bag_clear)
	struct bag b = { .manifest = -1,
			 .text = MEDARK_BUFFER_SECRET(2 * LINE_MAX),
			 .tags = MEDARK_BUFFER(LINE_MAX) };

	b.data = dup(data);
	if (b.data < 0)
		return medark_error_errno(err, errno, "cannot use a folder in the target");
	medark_meter_init(&b.meter, events, "hashing", 0);
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(write_tag(&b, folder, "bagit.txt", medark_bytes_text(declaration), true, err));
	MEDARK_TRY(write_manifest(&b, folder, err));
	MEDARK_TRY(write_info(&b, folder, archive, err));
	return write_tag(&b, folder, TAG_MANIFEST, medark_bytes(b.tags.data, b.tags.size), false,
			 err);
}
