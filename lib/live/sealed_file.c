/* SPDX-License-Identifier: Apache-2.0 */
#define ZSTD_STATIC_LINKING_ONLY /* memory of contexts that is wiped */
#include "live/sealed_file.h"

#include "base/secret.h"
#include "crypto/random.h"
#include "crypto/scratch_cipher.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <zstd.h>

#define BLOCK	    ((size_t)256 << 10)	      /* of the content */
#define FRAME_MAX   ZSTD_COMPRESSBOUND(BLOCK) /* of a compressed block */
#define HEAD	    4			      /* in front of a block: its size */
#define SEALED_MAX  (HEAD + FRAME_MAX + MEDARK_SCRATCH_TAG)
#define SIZE_FIELD  8
#define MARK	    (2 * SIZE_FIELD + MEDARK_SCRATCH_TAG) /* at the end */
#define LAST	    (UINT64_C(1) << 63)
#define LEVEL	    (-20) /* of zstd: as quick as what it saves in sealing, writing and reading */
#define STEP	    ((size_t)64 << 10) /* of who wants all of it */
#define PART_SUFFIX ".part"

/* Contexts of zstd keep parts of what they work on. */
static void *context_new(void *opaque, size_t size)
{
	(void)opaque;
	return medark_secret_new(size);
}

static void context_free(void *opaque, void *p)
{
	(void)opaque;
	medark_secret_free(p);
}

static const ZSTD_customMem memory = { .customAlloc = context_new, .customFree = context_free };

/* ---- writing ---- */

struct medark_sealed_writer {
	struct medark_scratch_cipher *cipher;
	ZSTD_CCtx *context;
	int folder, fd;
	uint64_t number, size; /* of blocks, and of the content in them */
	size_t used, most;     /* bytes of the block that has begun; most that a block had */
	size_t filled;	       /* bytes of sealed blocks that wait to be written */
	char name[NAME_MAX + 1], part[NAME_MAX + 1];
	uint8_t plain[BLOCK];
	uint8_t sealed[BLOCK + SEALED_MAX + MARK];
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
	(void)ZSTD_freeCCtx(w->context);
	medark_secret_wipe(w->plain, w->most > w->used ? w->most : w->used);
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
	w->context = ZSTD_createCCtx_advanced(memory);
	if (!w->context ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(w->context, ZSTD_c_compressionLevel, LEVEL)))
		return medark_error_memory(err, "what is received");
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

/* Other programs write to that disk, too: it must not be a server that fills it. */
static int check_room(const struct medark_sealed_writer *w, struct medark_error *err)
{
	struct statvfs disk;

	if (fstatvfs(w->fd, &disk))
		return medark_error_errno(err, errno, "cannot look how full the disk is");
	if ((uint64_t)disk.f_bavail * disk.f_frsize >= MEDARK_SEALED_ROOM)
		return 0;
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"the disk with what is received is full but for %" PRIu64
				" MiB: make room; the next export goes on from here",
				MEDARK_SEALED_ROOM >> 20);
}

static int write_sealed(struct medark_sealed_writer *w, struct medark_error *err)
{
	MEDARK_TRY(write_all(w->fd, w->sealed, w->filled, err));
	w->filled = 0;
	return 0;
}

static int end_block(struct medark_sealed_writer *w, struct medark_error *err)
{
	uint8_t *head = w->sealed + w->filled, *frame = head + HEAD;
	size_t size = ZSTD_compress2(w->context, frame, FRAME_MAX, w->plain, w->used);

	if (ZSTD_isError(size))
		return medark_error_memory(err, "what is received");
	medark_put_le32(head, (uint32_t)size);
	MEDARK_TRY(medark_scratch_cipher_seal(w->cipher, w->number, frame, size, err));
	w->filled += HEAD + size + MEDARK_SCRATCH_TAG;
	w->number++;
	w->size += w->used;
	w->most = w->used > w->most ? w->used : w->most;
	w->used = 0;
	if (w->filled < BLOCK)
		return 0;
	MEDARK_TRY(check_room(w, err));
	return write_sealed(w, err);
}

int medark_sealed_add(struct medark_sealed_writer *w, struct medark_bytes bytes,
		      struct medark_error *err)
{
	while (bytes.size) {
		size_t n = bytes.size < BLOCK - w->used ? bytes.size : BLOCK - w->used;

		memcpy(w->plain + w->used, bytes.data, n);
		w->used += n;
		bytes = medark_bytes(bytes.data + n, bytes.size - n);
		if (w->used == BLOCK)
			MEDARK_TRY(end_block(w, err));
	}
	return 0;
}

/* Nothing can be cut off: the mark at the end knows how many blocks there are, and their size. */
static int add_mark(struct medark_sealed_writer *w, struct medark_error *err)
{
	uint8_t *mark = w->sealed + w->filled;

	medark_put_le64(mark, w->size);
	medark_put_le64(mark + SIZE_FIELD, w->size);
	MEDARK_TRY(medark_scratch_cipher_seal(w->cipher, w->number | LAST, mark + SIZE_FIELD,
					      SIZE_FIELD, err));
	w->filled += MARK;
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
	uint64_t number;
	uint64_t rest; /* bytes of sealed blocks that were not read */
	uint64_t size,
		left;	 /* of the content: all that the mark promises; what no block gave yet */
	bool is_ended;	 /* the mark was seen */
	size_t at, used; /* in `block` */
	uint8_t *block;	 /* of who reads by small parts; else NULL */
};

static void reader_free(void *self)
{
	struct reader *r = self;

	if (!r)
		return;
	if (r->fd >= 0)
		(void)close(r->fd);
	medark_scratch_cipher_free(r->cipher);
	medark_secret_free(r->block);
	free(r);
}
MEDARK_DEFINE_AUTO(struct reader, reader_free)

static int changed(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"what was received was changed since, or belongs to another job");
}

static int read_all(int fd, uint8_t *out, size_t size, struct medark_error *err)
{
	while (size) {
		ssize_t n = read(fd, out, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot read what was received");
		if (n == 0)
			return changed(err);
		out += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Bytes of the content as the mark says in clear, and of the sealed blocks. */
static int measure(int fd, uint64_t *out_size, uint64_t *out_sealed, struct medark_error *err)
{
	uint8_t size[SIZE_FIELD];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return medark_error_errno(err, errno, "cannot read what was received");
	if (!S_ISREG(st.st_mode) || st.st_size < MEDARK_SCRATCH_SALT + MARK)
		return changed(err);
	do
		n = pread(fd, size, sizeof(size), st.st_size - MARK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return medark_error_errno(err, errno, "cannot read what was received");
	if (n != sizeof(size) || medark_get_le64(size) > INT64_MAX)
		return changed(err);
	*out_size = medark_get_le64(size);
	*out_sealed = (uint64_t)st.st_size - MEDARK_SCRATCH_SALT - MARK;
	return 0;
}

static int open_sealed(int folder, const char *name, struct medark_error *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "it was not received");
	return fd < 0 ? medark_error_errno(err, errno, "cannot read what was received") : fd;
}

static void secret_free(uint8_t **p)
{
	medark_secret_free(*p);
}

/* The next block's frame, unsealed; the caller frees it with medark_secret_free(). */
static int read_frame(struct reader *r, uint8_t **out, size_t *out_size, struct medark_error *err)
{
	__attribute__((cleanup(secret_free))) uint8_t *frame = NULL;
	uint8_t head[HEAD];
	size_t size;

	if (r->rest < HEAD + MEDARK_SCRATCH_TAG)
		return changed(err);
	MEDARK_TRY(read_all(r->fd, head, HEAD, err));
	size = medark_get_le32(head);
	if (size > FRAME_MAX || size > r->rest - HEAD - MEDARK_SCRATCH_TAG)
		return changed(err);
	frame = medark_secret_new(size + MEDARK_SCRATCH_TAG);
	if (!frame)
		return medark_error_memory(err, "what was received");
	MEDARK_TRY(read_all(r->fd, frame, size + MEDARK_SCRATCH_TAG, err));
	if (medark_scratch_cipher_open(r->cipher, r->number, frame, size, frame + size, err) < 0)
		return changed(err);
	r->rest -= HEAD + size + MEDARK_SCRATCH_TAG;
	r->number++;
	*out_size = size;
	*out = MEDARK_TAKE(frame);
	return 0;
}

static int check_mark(struct reader *r, struct medark_error *err)
{
	uint8_t mark[MARK], *sealed = mark + SIZE_FIELD;

	MEDARK_TRY(read_all(r->fd, mark, sizeof(mark), err));
	if (medark_scratch_cipher_open(r->cipher, r->number | LAST, sealed, SIZE_FIELD,
				       sealed + SIZE_FIELD, err) < 0 ||
	    medark_get_le64(sealed) != r->size || r->left)
		return changed(err);
	r->is_ended = true;
	return 0;
}

/* Opens a frame into `out`, or, if that is too small for it, into a block of the reader's own. */
static int decompress(struct reader *r, struct medark_bytes frame, uint8_t *out, size_t room,
		      size_t *out_size, struct medark_error *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.size);
	ZSTD_DCtx *context;
	size_t n;

	if (size == 0 || size > BLOCK || size > r->left)
		return changed(err);
	if (size > room && !r->block)
		r->block = medark_secret_new(BLOCK);
	context = ZSTD_createDCtx_advanced(memory);
	if (!context || (size > room && !r->block)) {
		(void)ZSTD_freeDCtx(context);
		return medark_error_memory(err, "what was received");
	}
	n = ZSTD_decompressDCtx(context, size > room ? r->block : out, size, frame.data,
				frame.size);
	(void)ZSTD_freeDCtx(context);
	if (ZSTD_isError(n) || n != size)
		return changed(err);
	r->left -= n;
	r->used = size > room ? n : 0;
	*out_size = size > room ? 0 : n;
	return 0;
}

/*
 * Bytes that stand in `out`; 0 if they stand in the reader's block. Before the last block is given
 * the mark is looked at: it shows that nothing is missing.
 */
static int next_block(struct reader *r, uint8_t *out, size_t room, size_t *out_size,
		      struct medark_error *err)
{
	__attribute__((cleanup(secret_free))) uint8_t *frame = NULL;
	size_t size;

	*out_size = 0;
	r->at = r->used = 0; /* of a block that is not whole, nothing is given */
	if (r->rest) {
		MEDARK_TRY(read_frame(r, &frame, &size, err));
		MEDARK_TRY(decompress(r, medark_bytes(frame, size), out, room, out_size, err));
	}
	return r->rest ? 0 : check_mark(r, err);
}

static ssize_t reader_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct reader *r = self;
	size_t n;
	int code;

	if (r->at == r->used && !r->is_ended) {
		code = next_block(r, out, size, &n, err);
		if (code < 0)
			r->used = 0;
		if (code < 0 || n)
			return code < 0 ? code : (ssize_t)n;
	}
	n = r->used - r->at < size ? r->used - r->at : size;
	if (n)
		memcpy(out, r->block + r->at, n);
	r->at += n;
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
	MEDARK_TRY(measure(r->fd, &r->size, &r->rest, err));
	r->left = r->size;
	MEDARK_TRY(read_all(r->fd, salt, sizeof(salt), err));
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
		MEDARK_TRY(medark_buffer_reserve(out, STEP, err));
		n = medark_stream_read(s, out->data + out->size, STEP, err);
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
	uint64_t sealed;
	int fd = open_sealed(folder, name, err), code;

	if (fd < 0)
		return fd;
	code = measure(fd, out, &sealed, err);
	(void)close(fd);
	return code;
}
