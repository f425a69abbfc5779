/* SPDX-License-Identifier: Apache-2.0 */
#include "live/target_journal.h"

#include "crypto/random.h"
#include "crypto/scratch_cipher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD	   "medark-restore 1\n"
#define HEAD_SIZE  (sizeof(HEAD) - 1)
#define FRAME_MAX  ((size_t)1 << 20) /* sealed, with its tag */
#define FRAME_FULL ((size_t)256 << 10)

/* What an entry holds in front of the id: name, content, moment, gaps, size of the id. */
#define ENTRY_SIZE (2 * MEDARK_TARGET_HASH + 8 + 1 + 1)
#define TERMS	   'T'
#define ENTRY	   'E'

struct medark_target_journal {
	int fd;
	char *path;
	const struct medark_key *key;
	struct medark_scratch_cipher *cipher; /* of this run's section; NULL: not begun */
	uint64_t number;		      /* of its next frame */
	struct medark_buffer frame;	      /* not sealed yet */
	bool has_terms;
};

static int failed(const struct medark_target_journal *j, const char *what, struct medark_error *err)
{
	return medark_error_errno(
		err, errno, "cannot %s the journal '%s' (--journal names another)", what, j->path);
}

void medark_target_journal_free(struct medark_target_journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0 && !j->has_terms)
		(void)unlink(j->path);
	if (j->fd >= 0)
		(void)close(j->fd);
	medark_scratch_cipher_free(j->cipher);
	medark_buffer_clear(&j->frame);
	free(j->path);
	free(j);
}

/* ---- reading ---- */

/* Reads the file once, in order. */
struct reader {
	struct medark_target_journal *j;
	struct medark_target_map *map;
	struct medark_target_terms *terms;
	struct medark_scratch_cipher *cipher;
	struct medark_buffer frame;
	uint64_t number, good; /* frames of this section; bytes of the file that are whole */
};

static void reader_clear(struct reader *r)
{
	medark_scratch_cipher_free(r->cipher);
	medark_buffer_clear(&r->frame);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct reader, reader_clear)

/* 1; 0 at the end of the file, or where it was torn. */
static int read_part(struct reader *r, void *out, size_t size, struct medark_error *err)
{
	uint8_t *p = out;

	while (size) {
		ssize_t n = read(r->j->fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(r->j, "read", err);
		if (n == 0)
			return 0;
		p += n;
		size -= (size_t)n;
	}
	return 1;
}

static int malformed(const struct reader *r, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_USAGE,
				"'%s' is no journal of a restore of this archive into this server",
				r->j->path);
}

static int take_entry(struct reader *r, const uint8_t *at, struct medark_error *err)
{
	struct medark_target_entry *entry;
	struct medark_target_hash name;
	uint32_t number;
	uint8_t size = at[ENTRY_SIZE - 1];

	memcpy(name.bytes, at, sizeof(name.bytes));
	MEDARK_TRY(medark_target_map_add(r->map, &name, &number, err));
	if (size)
		MEDARK_TRY(medark_target_map_set_id(r->map, number,
						    medark_bytes(at + ENTRY_SIZE, size), err));
	entry = medark_target_map_get(r->map, number);
	memcpy(entry->content.bytes, at + MEDARK_TARGET_HASH, MEDARK_TARGET_HASH);
	entry->updated = (int64_t)medark_get_le64(at + 2 * (size_t)MEDARK_TARGET_HASH);
	entry->gaps = at[ENTRY_SIZE - 2];
	entry->state = MEDARK_TARGET_THERE;
	return 0;
}

/* The rows of a frame; it was sealed by us, and is looked at all the same. */
static int take_rows(struct reader *r, struct medark_error *err)
{
	const uint8_t *at = r->frame.data, *end = at + r->frame.size;

	while (at < end) {
		uint8_t kind = *at++;
		size_t left = (size_t)(end - at);

		if (kind == TERMS && left >= sizeof(*r->terms)) {
			memcpy(r->terms, at, sizeof(*r->terms));
			at += sizeof(*r->terms);
			r->terms->ids[sizeof(r->terms->ids) - 1] = '\0';
			r->terms->prefix[sizeof(r->terms->prefix) - 1] = '\0';
			r->j->has_terms = true;
			continue;
		}
		if (kind != ENTRY || left < ENTRY_SIZE || left - ENTRY_SIZE < at[ENTRY_SIZE - 1])
			return malformed(r, err);
		MEDARK_TRY(take_entry(r, at, err));
		at += ENTRY_SIZE + at[ENTRY_SIZE - 1];
	}
	return 0;
}

/* Begins a section: 1, or 0 if what stands there is none. */
static int read_section(struct reader *r, const uint8_t first[4], struct medark_error *err)
{
	uint8_t head[HEAD_SIZE + MEDARK_SCRATCH_SALT];
	struct medark_bytes key = medark_bytes(r->j->key->bytes, sizeof(r->j->key->bytes));
	int code;

	memcpy(head, first, 4);
	code = read_part(r, head + 4, sizeof(head) - 4, err);
	if (code <= 0 || memcmp(head, HEAD, HEAD_SIZE) != 0)
		return code < 0 ? code : 0;
	medark_scratch_cipher_free(r->cipher);
	r->cipher = NULL;
	r->number = 0;
	MEDARK_TRY(medark_scratch_cipher_derive(key, head + HEAD_SIZE, &r->cipher, err));
	r->good += sizeof(head);
	return 1;
}

static uint32_t get_be32(const uint8_t p[4])
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* 1; 0: nothing whole comes any more. */
static int read_frame(struct reader *r, struct medark_error *err)
{
	uint8_t first[4];
	uint32_t size;
	int code = read_part(r, first, 4, err);

	if (code <= 0)
		return code;
	if (memcmp(first, HEAD, 4) == 0)
		return read_section(r, first, err);
	size = get_be32(first);
	if (!r->cipher || size == 0 || size > FRAME_MAX - MEDARK_SCRATCH_TAG)
		return 0;
	r->frame.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&r->frame, size + MEDARK_SCRATCH_TAG, err));
	code = read_part(r, r->frame.data, size + MEDARK_SCRATCH_TAG, err);
	if (code <= 0)
		return code;
	if (medark_scratch_cipher_open(r->cipher, r->number++, r->frame.data, size,
				       r->frame.data + size, NULL) < 0)
		return 0;
	r->frame.size = size;
	MEDARK_TRY(take_rows(r, err));
	r->good += 4 + (uint64_t)size + MEDARK_SCRATCH_TAG;
	return 1;
}

/* As far as it goes: it may have been torn. */
static bool begins_with_head(int fd, size_t size)
{
	char text[HEAD_SIZE];
	size_t wanted = size < HEAD_SIZE ? size : HEAD_SIZE;

	return pread(fd, text, wanted, 0) == (ssize_t)wanted && memcmp(text, HEAD, wanted) == 0;
}

static int load(struct medark_target_journal *j, struct medark_target_map *map,
		struct medark_target_terms *terms, struct medark_error *err)
{
	MEDARK_AUTO(reader_clear)
	struct reader r = { .j = j, .map = map, .terms = terms };
	struct stat st;
	int code;

	r.frame = (struct medark_buffer)MEDARK_BUFFER_SECRET(FRAME_MAX);
	while ((code = read_frame(&r, err)) == 1)
		;
	MEDARK_TRY(code);
	if (fstat(j->fd, &st) < 0)
		return failed(j, "read", err);
	/* What begins otherwise, or with nothing that opens, is another file: it is not cut off. */
	if (!j->has_terms && (st.st_size > (off_t)(HEAD_SIZE + MEDARK_SCRATCH_SALT) ||
			      !begins_with_head(j->fd, (size_t)st.st_size)))
		return malformed(&r, err);
	if (ftruncate(j->fd, (off_t)r.good) < 0 || lseek(j->fd, (off_t)r.good, SEEK_SET) < 0)
		return failed(j, "write", err);
	return 0;
}

/*
 * Its name can be guessed: another user who made it beforehand could put an old one back, or take
 * out of it what was sent. A pipe of this name must not hold it up.
 */
static int open_file(struct medark_target_journal *j, struct medark_error *err)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	struct stat st;

	j->fd = open(j->path, flags | O_CREAT | O_EXCL, 0600);
	if (j->fd >= 0)
		return 0;
	if (errno == EEXIST)
		j->fd = open(j->path, flags);
	if (j->fd < 0 || fstat(j->fd, &st) < 0)
		return failed(j, "open", err);
	if (!S_ISREG(st.st_mode))
		return medark_error_set(err, MEDARK_E_USAGE, "the journal '%s' is no file",
					j->path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the journal '%s' belongs to another user (--journal names "
					"another)",
					j->path);
	return 0;
}

int medark_target_journal_open(const char *path, const struct medark_key *key,
			       struct medark_target_map *map, struct medark_target_journal **out,
			       struct medark_target_terms *out_terms, struct medark_error *err)
{
	MEDARK_AUTO(medark_target_journal_free) struct medark_target_journal *j = NULL;
	int code;

	memset(out_terms, 0, sizeof(*out_terms));
	j = calloc(1, sizeof(*j));
	if (!j)
		return medark_error_memory(err, "a journal");
	j->fd = -1;
	j->has_terms = true; /* what is not ours is not removed */
	j->key = key;
	j->frame = (struct medark_buffer)MEDARK_BUFFER_SECRET(FRAME_MAX);
	j->path = strdup(path);
	if (!j->path)
		return medark_error_memory(err, "a journal");
	MEDARK_TRY(open_file(j, err));
	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another restore works with the journal '%s'", path);
	j->has_terms = false;
	code = load(j, map, out_terms, err);
	if (code < 0) {
		j->has_terms = true;
		return code;
	}
	*out = MEDARK_TAKE(j);
	return 0;
}

/* ---- writing ---- */

static int write_all(struct medark_target_journal *j, const uint8_t *data, size_t size,
		     struct medark_error *err)
{
	while (size) {
		ssize_t n = write(j->fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(j, "write", err);
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static int begin_section(struct medark_target_journal *j, struct medark_buffer *out,
			 struct medark_error *err)
{
	struct medark_bytes key = medark_bytes(j->key->bytes, sizeof(j->key->bytes));
	uint8_t salt[MEDARK_SCRATCH_SALT];

	MEDARK_TRY(medark_random_public(salt, sizeof(salt), err));
	MEDARK_TRY(medark_scratch_cipher_derive(key, salt, &j->cipher, err));
	MEDARK_TRY(medark_buffer_text(out, HEAD, err));
	return medark_buffer_add(out, salt, sizeof(salt), err);
}

/* In one write: a file that ends behind the head of its first section would be nobody's. */
int medark_target_journal_flush(struct medark_target_journal *j, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(2 * FRAME_MAX);
	uint8_t length[4];
	size_t size = j->frame.size;

	if (!size)
		return 0;
	if (!j->cipher)
		MEDARK_TRY(begin_section(j, &out, err));
	medark_put_be32(length, (uint32_t)size);
	MEDARK_TRY(medark_buffer_reserve(&j->frame, MEDARK_SCRATCH_TAG, err));
	MEDARK_TRY(medark_scratch_cipher_seal(j->cipher, j->number++, j->frame.data, size, err));
	j->frame.size = 0;
	MEDARK_TRY(medark_buffer_add(&out, length, sizeof(length), err));
	MEDARK_TRY(medark_buffer_add(&out, j->frame.data, size + MEDARK_SCRATCH_TAG, err));
	MEDARK_TRY(write_all(j, out.data, out.size, err));
	return fdatasync(j->fd) < 0 ? failed(j, "write", err) : 0;
}

/* The name of a new file is durable with its folder. */
static int sync_folder(const struct medark_target_journal *j, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int folder = -1;
	MEDARK_AUTO(medark_heap_free) char *copy = strdup(j->path);
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (!copy)
		return medark_error_memory(err, "a journal");
	if (slash)
		slash[slash == copy] = '\0';
	folder = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder < 0 || fsync(folder) < 0 ? failed(j, "write", err) : 0;
}

int medark_target_journal_begin(struct medark_target_journal *j,
				const struct medark_target_terms *terms, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_add(&j->frame, "T", 1, err));
	MEDARK_TRY(medark_buffer_add(&j->frame, terms, sizeof(*terms), err));
	MEDARK_TRY(medark_target_journal_flush(j, err));
	j->has_terms = true;
	return sync_folder(j, err);
}

int medark_target_journal_add(struct medark_target_journal *j, const struct medark_target_map *map,
			      uint32_t number, struct medark_error *err)
{
	const struct medark_target_entry *entry = medark_target_map_get(map, number);
	struct medark_bytes id = medark_target_map_id(map, number);
	uint8_t row[1 + ENTRY_SIZE + MEDARK_TARGET_ID_MAX] = { ENTRY };

	if (j->frame.size >= FRAME_FULL)
		MEDARK_TRY(medark_target_journal_flush(j, err));
	memcpy(row + 1, entry->name.bytes, MEDARK_TARGET_HASH);
	memcpy(row + 1 + MEDARK_TARGET_HASH, entry->content.bytes, MEDARK_TARGET_HASH);
	medark_put_le64(row + 1 + 2 * (size_t)MEDARK_TARGET_HASH, (uint64_t)entry->updated);
	row[ENTRY_SIZE - 1] = entry->gaps;
	row[ENTRY_SIZE] = (uint8_t)id.size;
	if (id.size)
		memcpy(row + 1 + ENTRY_SIZE, id.data, id.size);
	return medark_buffer_add(&j->frame, row, 1 + ENTRY_SIZE + id.size, err);
}
