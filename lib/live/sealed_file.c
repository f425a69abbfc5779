/* SPDX-License-Identifier: Apache-2.0 */
#include "live/sealed_file.h"

#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/scratch_cipher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define BLOCK	    ((size_t)64 << 10)
#define SEALED	    (BLOCK + MEDARK_SCRATCH_TAG)
#define GROUP	    4 /* blocks that are written at once */
#define LAST	    (UINT64_C(1) << 63)
#define PART_SUFFIX ".part"

/* ---- writing ---- */

struct medark_sealed_writer {
	struct medark_scratch_cipher *cipher;
	int folder, fd;
	uint64_t number;
	size_t used;   /* bytes of the block that has begun */
	size_t filled; /* bytes of whole blocks before it */
	char name[NAME_MAX + 1], part[NAME_MAX + 1];
	uint8_t sealed[GROUP * SEALED + MEDARK_SCRATCH_TAG]; /* on its way to the file */
};

void medark_sealed_writer_free(struct medark_sealed_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		(void)close(w->fd);
		(void)unlinkat(w->folder, w->part, 0);
	}
	medark_scratch_cipher_free(w->cipher);
	free(w);
}

static int write_all(int fd, const uint8_t *data, size_t size, struct medark_error *err)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot keep what was received");
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int medark_sealed_create(int folder, const char *name, struct medark_bytes secret,
			 struct medark_sealed_writer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;
	uint8_t salt[MEDARK_SCRATCH_SALT];

	w = calloc(1, sizeof(*w));
	if (!w)
		return medark_error_memory(err, "what is received");
	w->folder = folder;
	w->fd = -1;
	if (snprintf(w->name, sizeof(w->name), "%s", name) >= (int)sizeof(w->name) ||
	    snprintf(w->part, sizeof(w->part), "%s" PART_SUFFIX, name) >= (int)sizeof(w->part))
		return medark_error_set(err, MEDARK_E_USAGE, "the name of a file is too long");
	MEDARK_TRY(medark_random_public(salt, sizeof(salt), err));
	MEDARK_TRY(medark_scratch_cipher_derive(secret, salt, &w->cipher, err));
	w->fd = openat(folder, w->part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		       0600);
	if (w->fd < 0)
		return medark_error_errno(err, errno, "cannot keep what is received");
	MEDARK_TRY(write_all(w->fd, salt, sizeof(salt), err));
	*out = MEDARK_TAKE(w);
	return 0;
}

static int write_sealed(struct medark_sealed_writer *w, struct medark_error *err)
{
	MEDARK_TRY(write_all(w->fd, w->sealed, w->filled, err));
	w->filled = 0;
	return 0;
}

static int end_block(struct medark_sealed_writer *w, struct medark_error *err)
{
	MEDARK_TRY(medark_scratch_cipher_end(w->cipher, w->sealed + w->filled + w->used, err));
	w->filled += w->used + MEDARK_SCRATCH_TAG;
	w->used = 0;
	w->number++;
	return 0;
}

/* Sealed on its way from the network's buffer into that of the file: no copy in between. */
int medark_sealed_add(struct medark_sealed_writer *w, struct medark_bytes bytes,
		      struct medark_error *err)
{
	while (bytes.size) {
		size_t n = BLOCK - w->used;

		n = bytes.size < n ? bytes.size : n;
		if (w->used == 0)
			MEDARK_TRY(medark_scratch_cipher_begin(w->cipher, w->number, err));
		MEDARK_TRY(medark_scratch_cipher_add(w->cipher, medark_bytes(bytes.data, n),
						     w->sealed + w->filled + w->used, err));
		w->used += n;
		bytes = medark_bytes(bytes.data + n, bytes.size - n);
		if (w->used == BLOCK)
			MEDARK_TRY(end_block(w, err));
		if (w->filled == GROUP * SEALED)
			MEDARK_TRY(write_sealed(w, err));
	}
	return 0;
}

/* Nothing can be cut off: the mark at the end knows how many blocks there are. */
static int add_mark(struct medark_sealed_writer *w, struct medark_error *err)
{
	MEDARK_TRY(medark_scratch_cipher_begin(w->cipher, w->number | LAST, err));
	MEDARK_TRY(medark_scratch_cipher_end(w->cipher, w->sealed + w->filled, err));
	w->filled += MEDARK_SCRATCH_TAG;
	return 0;
}

static int write_rest(struct medark_sealed_writer *w, struct medark_error *err)
{
	if (w->used)
		MEDARK_TRY(end_block(w, err));
	MEDARK_TRY(add_mark(w, err));
	return write_sealed(w, err);
}

int medark_sealed_finish(struct medark_sealed_writer *w, struct medark_error *err)
{
	MEDARK_TRY(write_rest(w, err));
	if (fsync(w->fd) < 0 || renameat(w->folder, w->part, w->folder, w->name) < 0)
		return medark_error_errno(err, errno, "cannot keep what was received");
	(void)close(w->fd); /* synced: nothing can fail any more */
	w->fd = -1;
	if (fsync(w->folder) < 0)
		return medark_error_errno(err, errno, "cannot keep what was received");
	return 0;
}

int medark_sealed_keep(struct medark_sealed_writer *w, struct medark_error *err)
{
	int fd = w->fd;

	MEDARK_TRY(write_rest(w, err));
	w->fd = -1;
	if (close(fd) < 0 || renameat(w->folder, w->part, w->folder, w->name) < 0)
		return medark_error_errno(err, errno, "cannot keep what was received");
	return 0;
}

/* ---- reading ---- */

struct reader {
	struct medark_scratch_cipher *cipher;
	int fd;
	uint64_t number, blocks, left; /* bytes of the content that were not given */
	bool is_ended;		       /* the mark at the end was seen */
	size_t at, size;	       /* in block */
	uint8_t block[BLOCK];
};

static void reader_free(void *self)
{
	struct reader *r = self;

	if (!r)
		return;
	if (r->fd >= 0)
		(void)close(r->fd);
	medark_scratch_cipher_free(r->cipher);
	medark_secret_wipe(r->block, sizeof(r->block));
	free(r);
}
MEDARK_DEFINE_AUTO(struct reader, reader_free)

static int changed(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"what was received was changed since, or belongs to another job");
}

/* Bytes of the content and its blocks, of what is on disk. */
static int measure(int fd, uint64_t *out_size, uint64_t *out_blocks, struct medark_error *err)
{
	uint64_t sealed, rest;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return medark_error_errno(err, errno, "cannot read what was received");
	if (!S_ISREG(st.st_mode) || st.st_size < MEDARK_SCRATCH_SALT + MEDARK_SCRATCH_TAG)
		return changed(err);
	sealed = (uint64_t)st.st_size - MEDARK_SCRATCH_SALT - MEDARK_SCRATCH_TAG;
	rest = sealed % SEALED;
	*out_blocks = sealed / SEALED + (rest != 0);
	if (rest && rest <= MEDARK_SCRATCH_TAG)
		return changed(err);
	*out_size = sealed - *out_blocks * MEDARK_SCRATCH_TAG;
	return 0;
}

static int open_sealed(int folder, const char *name, struct medark_error *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "it was not received");
	return fd < 0 ? medark_error_errno(err, errno, "cannot read what was received") : fd;
}

static int read_salt(int fd, uint8_t out[MEDARK_SCRATCH_SALT], struct medark_error *err)
{
	ssize_t n;

	do
		n = read(fd, out, MEDARK_SCRATCH_SALT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return medark_error_errno(err, errno, "cannot read what was received");
	return n == MEDARK_SCRATCH_SALT ? 0 : changed(err);
}

/* The next block and its tag, in one call where the system gives all at once. */
static int read_sealed(int fd, uint8_t *out, size_t size, uint8_t *out_tag,
		       struct medark_error *err)
{
	size_t done = 0, whole = size + MEDARK_SCRATCH_TAG;

	while (done < whole) {
		size_t block = done < size ? size - done : 0;
		size_t tag = done > size ? done - size : 0;
		const struct iovec parts[] = {
			{ .iov_base = out + (size - block), .iov_len = block },
			{ .iov_base = out_tag + tag, .iov_len = MEDARK_SCRATCH_TAG - tag },
		};
		ssize_t n = block ? readv(fd, parts, 2) : readv(fd, parts + 1, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot read what was received");
		if (n == 0)
			return changed(err);
		done += (size_t)n;
	}
	return 0;
}

/* A block, or, with a size of 0, the mark. Of one that was changed nothing stays. */
static int open_block(struct reader *r, uint64_t number, uint8_t *out, size_t size,
		      struct medark_error *err)
{
	uint8_t tag[MEDARK_SCRATCH_TAG];

	MEDARK_TRY(read_sealed(r->fd, out, size, tag, err));
	if (medark_scratch_cipher_open(r->cipher, number, out, size, tag, err) == 0)
		return 0;
	medark_secret_wipe(out, size);
	return changed(err);
}

/* Before the last block is given the mark is looked at: it shows that nothing is missing. */
static int next_block(struct reader *r, uint8_t *out, size_t size, struct medark_error *err)
{
	if (r->number < r->blocks)
		MEDARK_TRY(open_block(r, r->number++, out, size, err));
	if (r->number < r->blocks)
		return 0;
	MEDARK_TRY(open_block(r, r->number | LAST, r->block, 0, err));
	r->is_ended = true;
	return 0;
}

static ssize_t reader_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct reader *r = self;
	size_t next = r->left < BLOCK ? (size_t)r->left : BLOCK, n;

	if (r->at == r->size && !r->is_ended && next && next <= size) {
		/* Opened where it is wanted: no copy. */
		MEDARK_TRY(next_block(r, out, next, err));
		r->left -= next;
		return (ssize_t)next;
	}
	if (r->at == r->size && !r->is_ended) {
		r->at = r->size = 0; /* of a block that is not whole, nothing is given */
		MEDARK_TRY(next_block(r, r->block, next, err));
		r->size = next;
	}
	n = r->size - r->at < size ? r->size - r->at : size;
	memcpy(out, r->block + r->at, n);
	r->at += n;
	r->left -= n;
	return (ssize_t)n;
}

static const struct medark_stream_ops reader_ops = { .read = reader_read, .free = reader_free };

int medark_sealed_stream(int folder, const char *name, struct medark_bytes secret,
			 struct medark_stream **out, struct medark_error *err)
{
	MEDARK_AUTO(reader_free) struct reader *r = calloc(1, sizeof(*r));
	uint8_t salt[MEDARK_SCRATCH_SALT];

	if (!r)
		return medark_error_memory(err, "what was received");
	r->fd = open_sealed(folder, name, err);
	if (r->fd < 0)
		return r->fd;
	MEDARK_TRY(measure(r->fd, &r->left, &r->blocks, err));
	MEDARK_TRY(read_salt(r->fd, salt, err));
	MEDARK_TRY(medark_scratch_cipher_derive(secret, salt, &r->cipher, err));
	return medark_stream_new(&reader_ops, MEDARK_TAKE(r), out, err);
}

int medark_sealed_read(int folder, const char *name, struct medark_bytes secret,
		       struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	ssize_t n;

	MEDARK_TRY(medark_sealed_stream(folder, name, secret, &s, err));
	do {
		MEDARK_TRY(medark_buffer_reserve(out, BLOCK, err));
		n = medark_stream_read(s, out->data + out->size, BLOCK, err);
		out->size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	return (int)n;
}

int medark_sealed_write(int folder, const char *name, struct medark_bytes secret,
			struct medark_bytes content, bool is_synced, struct medark_error *err)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;

	MEDARK_TRY(medark_sealed_create(folder, name, secret, &w, err));
	MEDARK_TRY(medark_sealed_add(w, content, err));
	return is_synced ? medark_sealed_finish(w, err) : medark_sealed_keep(w, err);
}

int medark_sealed_size(int folder, const char *name, uint64_t *out, struct medark_error *err)
{
	uint64_t blocks;
	int fd = open_sealed(folder, name, err), code;

	if (fd < 0)
		return fd;
	code = measure(fd, out, &blocks, err);
	(void)close(fd);
	return code;
}
