/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/append.h"

#include "archive/evidence.h"
#include "base/text.h"
#include "container/member.h"
#include "crypto/digest.h"
#include "crypto/small_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define JOURNAL_SUFFIX ".tail"
#define UNNAMED_SUFFIX ".tail.new" /* a journal that is being written */
#define JOURNAL_HEAD   384	   /* bytes; spaces and LF behind its text */
/* Everything behind MANIFEST. */
#define END_MAX                                                                                    \
	((size_t)2 * MEDARK_SIGNATURE_MAX +                                                        \
	 MEDARK_ADDITIONS_MAX * ((size_t)MEDARK_ADDITION_MAX + 2 * MEDARK_TAR_BLOCK) +             \
	 MEDARK_TAIL_SIZE)

struct medark_append {
	char path[PATH_MAX]; /* real, so that the journal has one place */
	char journal[PATH_MAX + sizeof(JOURNAL_SUFFIX)];
	char unnamed[PATH_MAX + sizeof(UNNAMED_SUFFIX)];
	int fd;
	struct medark_tail tail;
};

void medark_append_free(struct medark_append *a)
{
	if (!a)
		return;
	medark_tail_clear(&a->tail);
	if (a->fd >= 0)
		(void)close(a->fd); /* and with it goes the lock */
	free(a);
}

const struct medark_tail *medark_append_tail(const struct medark_append *a)
{
	return &a->tail;
}

static int read_tail(struct medark_append *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;

	medark_tail_clear(&a->tail);
	MEDARK_TRY(medark_input_of(a->fd, a->path, &in, err));
	return medark_tail_read(in, &a->tail, err);
}

/* ---- the end, and the file that keeps it until it is written ---- */

/* Where MANIFEST.p7s begins. */
static uint64_t end_offset(uint64_t manifest_offset, uint64_t manifest_size)
{
	return manifest_offset + medark_member_space(manifest_size);
}

static int put_member(struct medark_buffer *out, const char *name, struct medark_bytes content,
		      struct medark_error *err)
{
	static const uint8_t zeros[MEDARK_TAR_BLOCK];
	uint8_t header[MEDARK_TAR_BLOCK];
	size_t padding =
		(size_t)(medark_member_space(content.size) - MEDARK_TAR_BLOCK) - content.size;

	medark_member_header(name, content.size, header);
	MEDARK_TRY(medark_buffer_add(out, header, sizeof(header), err));
	MEDARK_TRY(medark_buffer_add(out, content.data, content.size, err));
	return medark_buffer_add(out, zeros, padding, err);
}

static int put_end(const struct medark_append *a, const struct medark_addition *list, size_t count,
		   struct medark_buffer *out, struct medark_error *err)
{
	static const uint8_t zeros[MEDARK_TAR_END];
	uint8_t locator[MEDARK_LOCATOR_SIZE];
	char name[MEDARK_ADDITION_NAME_MAX];

	MEDARK_TRY(put_member(out, MEDARK_MEMBER_SIGNATURE, a->tail.signature, err));
	for (size_t i = 0; i < count; i++) {
		medark_addition_name(&list[i], name);
		MEDARK_TRY(put_member(out, name, list[i].content, err));
	}
	medark_locator_make(a->tail.offset, locator);
	MEDARK_TRY(put_member(out, MEDARK_MEMBER_LOCATOR, medark_bytes(locator, sizeof(locator)),
			      err));
	return medark_buffer_add(out, zeros, sizeof(zeros), err);
}

/* The first bytes of the journal: where MANIFEST stands, and what it and the rest are. */
struct journal {
	uint64_t manifest_offset, manifest_size;
	struct medark_digest manifest, old, end; /* end: what is behind MANIFEST, from now on */
};

static void journal_head(const struct journal *j, char out[JOURNAL_HEAD + 1])
{
	char manifest[2 * sizeof(j->manifest) + 1], end[2 * sizeof(j->end) + 1];
	char old[2 * sizeof(j->old) + 1];
	int n;

	medark_text_hex(&j->manifest, sizeof(j->manifest), manifest);
	medark_text_hex(&j->old, sizeof(j->old), old);
	medark_text_hex(&j->end, sizeof(j->end), end);
	n = snprintf(out, JOURNAL_HEAD + 1,
		     "medark-tail 1\nmanifest %" PRIu64 " %" PRIu64 " %s\nold %s\nend %s\n",
		     j->manifest_offset, j->manifest_size, manifest, old, end);
	memset(out + n, ' ', (size_t)(JOURNAL_HEAD - 1 - n));
	out[JOURNAL_HEAD - 1] = '\n';
	out[JOURNAL_HEAD] = '\0';
}

static bool journal_parse(struct medark_bytes text, struct journal *out)
{
	char head[JOURNAL_HEAD + 1], again[JOURNAL_HEAD + 1];
	char manifest[65], old[65], end[65];

	if (text.size < JOURNAL_HEAD)
		return false;
	memcpy(head, text.data, JOURNAL_HEAD);
	head[JOURNAL_HEAD] = '\0';
	/* NOLINTNEXTLINE(cert-err34-c): what was read is written again, and compared. */
	if (sscanf(head,
		   "medark-tail 1 manifest %" SCNu64 " %" SCNu64
		   " %64[0-9a-f] old %64[0-9a-f] end %64[0-9a-f]",
		   &out->manifest_offset, &out->manifest_size, manifest, old, end) != 5 ||
	    !medark_text_unhex(medark_bytes_text(old), &out->old, sizeof(out->old)) ||
	    !medark_text_unhex(medark_bytes_text(manifest), &out->manifest,
			       sizeof(out->manifest)) ||
	    !medark_text_unhex(medark_bytes_text(end), &out->end, sizeof(out->end)) ||
	    out->manifest_offset > INT64_MAX / 2 || out->manifest_size > MEDARK_MANIFEST_MAX)
		return false;
	journal_head(out, again);
	return memcmp(head, again, JOURNAL_HEAD) == 0;
}

static int write_at(const struct medark_append *a, uint64_t offset, struct medark_bytes bytes,
		    struct medark_error *err)
{
	while (bytes.size) {
		ssize_t n = pwrite(a->fd, bytes.data, bytes.size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return medark_error_errno(err, n ? errno : EIO, "cannot write to '%s'",
						  a->path);
		bytes = medark_bytes(bytes.data + n, bytes.size - (size_t)n);
		offset += (uint64_t)n;
	}
	return 0;
}

/* If its name came back after a power cut it would stand in the way of a later change. */
static int remove_journal(const struct medark_append *a, struct medark_error *err)
{
	if (unlink(a->journal) < 0)
		return medark_error_errno(err, errno, "cannot remove '%s'", a->journal);
	return medark_small_file_sync_folder(a->journal, err);
}

/* Writes the end over the old one. Whatever stops it, the journal is still there. */
static int carry_out(const struct medark_append *a, uint64_t offset, struct medark_bytes end,
		     struct medark_error *err)
{
	MEDARK_TRY(write_at(a, offset, end, err));
	if (ftruncate(a->fd, (off_t)(offset + end.size)) < 0 || fsync(a->fd) < 0)
		return medark_error_errno(err, errno, "cannot write to '%s'", a->path);
	return remove_journal(a, err);
}

static int leave(const struct medark_append *a, const char *why, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_EXISTS, "'%s' %s; look at it, and move it away",
				a->journal, why);
}

static void digest_end(const struct medark_tail *tail, struct medark_digest *out)
{
	size_t front = (size_t)medark_member_space(tail->manifest.size);

	medark_sha256(tail->bytes.data + front, tail->bytes.size - front, out);
}

/*
 * Is the new end one of this archive? The bytes of MANIFEST stand in the file, those behind it in
 * the journal: together they must be what an archive ends with.
 */
static int check_end(const struct medark_append *a, const struct journal *j,
		     struct medark_bytes end, struct medark_error *err)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	MEDARK_AUTO(medark_tail_clear) struct medark_tail tail = { 0 };
	size_t front = (size_t)medark_member_space(j->manifest_size);
	struct medark_digest digest;
	int code;

	MEDARK_TRY(medark_input_of(a->fd, a->path, &in, err));
	tail.bytes = (struct medark_buffer)MEDARK_BUFFER(front + end.size);
	MEDARK_TRY(medark_buffer_reserve(&tail.bytes, front, err));
	code = medark_input_read(in, j->manifest_offset, tail.bytes.data, front, err);
	if (code == MEDARK_E_FORMAT)
		return leave(a, "is left of a change of another archive", err);
	MEDARK_TRY(code);
	tail.bytes.size = front;
	MEDARK_TRY(medark_buffer_add(&tail.bytes, end.data, end.size, err));
	tail.offset = j->manifest_offset;
	if (medark_tail_parse(&tail, NULL) < 0)
		return leave(a, "is not the end of this archive", err);
	medark_sha256(tail.manifest.data, tail.manifest.size, &digest);
	return medark_digest_equal(&digest, &j->manifest)
		       ? 0
		       : leave(a, "is left of a change of another archive", err);
}

/*
 * 1 if the change still has to be carried out: the file ends as it did before, or, half written, in
 * nothing that can be read. 0 if it ends as it should. Ended it otherwise, somebody has put another
 * copy in its place since.
 */
static int is_due(const struct medark_append *a, const struct journal *j, struct medark_error *err)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	MEDARK_AUTO(medark_tail_clear) struct medark_tail tail = { 0 };
	struct medark_digest digest;
	int code;

	MEDARK_TRY(medark_input_of(a->fd, a->path, &in, err));
	code = medark_tail_read(in, &tail, NULL);
	if (code == MEDARK_E_FORMAT)
		return 1;
	if (code < 0)
		return medark_error_set(err, code, "the end of '%s' cannot be read", a->path);
	digest_end(&tail, &digest);
	if (medark_digest_equal(&digest, &j->end))
		return 0;
	return medark_digest_equal(&digest, &j->old)
		       ? 1
		       : leave(a, "is left of a change of an earlier copy of the archive", err);
}

static int finish(const struct medark_append *a, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(END_MAX + JOURNAL_HEAD);
	struct medark_digest digest;
	struct medark_bytes end;
	struct journal j;
	struct stat st;
	int due;

	if (lstat(a->journal, &st) < 0)
		return errno == ENOENT
			       ? 0
			       : medark_error_errno(err, errno, "cannot look at '%s'", a->journal);
	MEDARK_TRY(medark_small_file_read(a->journal, &text, &st, err));
	/* What others could have written is not carried out. */
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) ||
	    !journal_parse(medark_bytes(text.data, text.size), &j))
		return leave(a, "is there, but is not what an interrupted change leaves", err);
	end = medark_bytes(text.data + JOURNAL_HEAD, text.size - JOURNAL_HEAD);
	medark_sha256(end.data, end.size, &digest);
	if (!medark_digest_equal(&digest, &j.end))
		return leave(a, "is there, but is not what an interrupted change leaves", err);
	MEDARK_TRY(check_end(a, &j, end, err));
	due = is_due(a, &j, err);
	MEDARK_TRY(due);
	return due ? carry_out(a, end_offset(j.manifest_offset, j.manifest_size), end, err)
		   : remove_journal(a, err);
}

/* ---- opening ---- */

/*
 * Where there are no locks (a network's file system may have none) two runs could write over each
 * other: nothing is changed there.
 */
static int lock(const struct medark_append *a, const char *path, struct medark_error *err)
{
	int code;

	do
		code = flock(a->fd, LOCK_EX | LOCK_NB);
	while (code < 0 && errno == EINTR);
	if (code == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another run is changing the end of '%s'", path);
	return medark_error_errno(err, errno,
				  "cannot lock '%s', without which two runs could spoil it; change "
				  "a copy on a disk that knows locks",
				  path);
}

int medark_append_open(const char *path, struct medark_append **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_append_free) struct medark_append *a = calloc(1, sizeof(*a));

	if (!a)
		return medark_error_memory(err, "an archive");
	a->fd = -1;
	MEDARK_TRY(medark_digest_setup(err));
	if (!realpath(path, a->path))
		return medark_error_errno(err, errno, "cannot open '%s'", path);
	(void)snprintf(a->journal, sizeof(a->journal), "%s" JOURNAL_SUFFIX, a->path);
	(void)snprintf(a->unnamed, sizeof(a->unnamed), "%s" UNNAMED_SUFFIX, a->path);
	/*
	 * In a folder that others can write the name may become another file's at any time: what is
	 * read, judged and written is this one, and no link is followed to it.
	 */
	a->fd = open(a->path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (a->fd < 0)
		return medark_error_errno(err, errno, "cannot write to '%s'", path);
	MEDARK_TRY(lock(a, path, err));
	MEDARK_TRY(finish(a, err));
	MEDARK_TRY(read_tail(a, err));
	*out = MEDARK_TAKE(a);
	return 0;
}

bool medark_append_has_journal(const char *path)
{
	char real[PATH_MAX], journal[PATH_MAX + sizeof(JOURNAL_SUFFIX)];
	struct stat st;

	if (!realpath(path, real))
		return false;
	(void)snprintf(journal, sizeof(journal), "%s" JOURNAL_SUFFIX, real);
	return lstat(journal, &st) == 0;
}

/* ---- adding ---- */

/*
 * It gets its name when all of it is there: half of one would stand in the way of every change
 * after it. Whoever holds the lock may remove what an earlier run has left without a name.
 */
static int name_journal(const struct medark_append *a, struct medark_bytes text,
			struct medark_error *err)
{
	int code;

	if (unlink(a->unnamed) < 0 && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot remove '%s'", a->unnamed);
	MEDARK_TRY(medark_small_file_write(a->unnamed, text, 0600, false, err));
	if (rename(a->unnamed, a->journal) < 0) {
		(void)medark_error_errno(err, errno, "cannot write '%s'", a->journal);
		(void)unlink(a->unnamed);
		return MEDARK_E_SYSTEM;
	}
	code = medark_small_file_sync_folder(a->journal, err);
	/* Nothing of the archive was changed yet, and nobody is to go on. */
	if (code < 0)
		(void)unlink(a->journal);
	return code;
}

static int write_journal(const struct medark_append *a, struct medark_bytes end,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(END_MAX + JOURNAL_HEAD);
	struct journal j = { .manifest_offset = a->tail.offset,
			     .manifest_size = a->tail.manifest.size };
	char head[JOURNAL_HEAD + 1];

	medark_sha256(a->tail.manifest.data, a->tail.manifest.size, &j.manifest);
	medark_sha256(end.data, end.size, &j.end);
	digest_end(&a->tail, &j.old);
	journal_head(&j, head);
	MEDARK_TRY(medark_buffer_add(&text, head, JOURNAL_HEAD, err));
	MEDARK_TRY(medark_buffer_add(&text, end.data, end.size, err));
	return name_journal(a, medark_bytes(text.data, text.size), err);
}

/* Is it sound with this list? What does not verify must not come to be. */
static int judge(const struct medark_append *a, const struct medark_trust *trust,
		 const struct medark_addition *list, size_t count, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct medark_evidence *e = calloc(1, sizeof(*e));
	struct medark_tail tail = { .offset = a->tail.offset,
				    .manifest = a->tail.manifest,
				    .signature = a->tail.signature,
				    .addition_count = count };
	int code;

	if (!e)
		return medark_error_memory(err, "evidence");
	memcpy(tail.additions, list, count * sizeof(list[0]));
	code = medark_evidence_check(&tail, trust, e, err);
	return code < 0 ? medark_error_prefix(err, code,
					      "with it the archive would not verify, so it was "
					      "not added")
			: 0;
}

int medark_append_add(struct medark_append *a, const struct medark_trust *trust,
		      struct medark_addition *wanted, struct medark_error *err)
{
	struct medark_addition list[MEDARK_ADDITIONS_MAX];
	size_t count = a->tail.addition_count, at;
	bool replaces;

	if (wanted->content.size > MEDARK_ADDITION_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "it is larger than %u bytes",
					MEDARK_ADDITION_MAX);
	MEDARK_TRY(medark_addition_place(a->tail.additions, count, wanted, &at, &replaces, err));
	if (!replaces && count == MEDARK_ADDITIONS_MAX)
		return medark_error_set(err, MEDARK_E_EXISTS, "the archive has room for no more");
	memcpy(list, a->tail.additions, at * sizeof(list[0]));
	list[at] = *wanted;
	memcpy(list + at + 1, a->tail.additions + at + replaces,
	       (count - at - replaces) * sizeof(list[0]));
	return medark_append_replace(a, trust, list, count + 1 - replaces, err);
}

int medark_append_replace(struct medark_append *a, const struct medark_trust *trust,
			  const struct medark_addition *list, size_t count,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer end = MEDARK_BUFFER(END_MAX);

	assert(count <= MEDARK_ADDITIONS_MAX);
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(medark_addition_check(list, i, &list[i], err));
	MEDARK_TRY(medark_addition_check_end(list, count, err));
	MEDARK_TRY(judge(a, trust, list, count, err));
	MEDARK_TRY(put_end(a, list, count, &end, err));
	MEDARK_TRY(write_journal(a, medark_bytes(end.data, end.size), err));
	MEDARK_TRY(carry_out(a, end_offset(a->tail.offset, a->tail.manifest.size),
			     medark_bytes(end.data, end.size), err));
	return read_tail(a, err);
}
