/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit.h"

#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/scratch_cipher.h"
#include "desk/audit_event.h"
#include "desk/audit_folder.h"
#include "desk/state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#define PENDING_MAX ((size_t)16 << 20)

/* Who waits until a row is on the disk; on the stack of its thread. */
struct waiter {
	struct waiter *next;
	bool is_done;
	int code;
	struct medark_error err;
};

/* What hangs behind a row: its number and its hash; 0 and that of the head before the first. */
struct end {
	uint64_t rows;
	struct medark_digest hash;
};

struct medark_audit {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int folder, fd; /* the folder is locked as long as it is open */
	struct medark_scratch_cipher *cipher;
	uint64_t size;		      /* bytes of whole rows; of the thread that writes */
	uint64_t nonce;		      /* the next; one is used up even if its row is not written */
	struct end written, made;     /* rows on the disk; those, and the ones that wait */
	struct medark_buffer pending; /* rows that wait */
	struct waiter *waiters;	      /* for these */
	bool is_writing;	      /* a thread is about it */
	bool is_broken;
};

/* ---- the file before ---- */

static int find_last(const char *folder, uint64_t *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer numbers = MEDARK_BUFFER(MEDARK_AUDIT_FILES_MAX * sizeof(uint64_t));
	size_t count;

	MEDARK_TRY(medark_audit_folder_list(folder, &numbers, err));
	count = numbers.size / sizeof(uint64_t);
	*out = count ? ((const uint64_t *)(void *)numbers.data)[count - 1] : 0;
	return 0;
}

/* How far the file before goes. One that is not whole is told, and does not stop a service. */
static int read_before(const char *folder, uint64_t number, struct medark_audit_head *head,
		       struct medark_audit_before *before, struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_frames_clear) struct medark_audit_frames f = { 0 };
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head old = { 0 };
	MEDARK_AUTO(medark_heap_free) char *path = NULL;
	struct medark_error reason = { 0 };
	char name[MEDARK_AUDIT_NAME_SIZE];
	int code;

	medark_audit_file_name(number, name);
	path = medark_audit_file_path(folder, number);
	if (!path)
		return medark_error_memory(err, "a file name");
	code = medark_audit_frames_open(path, &f, &reason);
	if (code == 0)
		code = medark_audit_head_parse(medark_bytes(f.body.data, f.body.size), &old,
					       &reason);
	while (code == 0 && (code = medark_audit_frames_next(&f, &reason)) == 1)
		code = 0;
	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "the audit log");
	head->has_previous = true;
	head->previous_is_faulty = before->is_faulty = code < 0;
	head->previous_rows = f.rows;
	head->previous_hash = f.hash;
	memcpy(head->previous_log, old.log, sizeof(old.log));
	before->torn = code < 0 ? 0 : f.torn;
	if (code < 0)
		(void)snprintf(before->message, sizeof(before->message), "%s: %.900s", name,
			       reason.message);
	return 0;
}

/* ---- beginning ---- */

/* A key for this file, and how its recipients get it. */
static int make_key(struct medark_audit *a, const struct medark_audit_terms *terms,
		    struct medark_audit_head *head, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key;
	struct medark_recipient recipients[MEDARK_ENVELOPE_RECIPIENTS_MAX] = { 0 };

	if (terms->recipient_count < 1 || terms->recipient_count > MEDARK_ENVELOPE_RECIPIENTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"an audit log has 1 to %d who can read it",
					MEDARK_ENVELOPE_RECIPIENTS_MAX);
	for (size_t i = 0; i < terms->recipient_count; i++)
		recipients[i].certificate = terms->recipients[i];
	MEDARK_TRY(medark_random(key.bytes, sizeof(key.bytes), err));
	MEDARK_TRY(medark_random_public(head->log, sizeof(head->log), err));
	head->keys = (struct medark_buffer)MEDARK_BUFFER(MEDARK_ENVELOPE_SIZE_MAX);
	MEDARK_TRY(
		medark_envelope_seal(&key, recipients, terms->recipient_count, &head->keys, err));
	MEDARK_TRY(medark_kek_commit(&key, head->log, &head->commit, err));
	return medark_audit_cipher(&key, head->log, &a->cipher, err);
}

static int write_all(struct medark_audit *a, struct medark_bytes bytes)
{
	while (bytes.size) {
		ssize_t n = write(a->fd, bytes.data, bytes.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes = medark_bytes(bytes.data + n, bytes.size - (size_t)n);
	}
	return 0;
}

static int write_head(struct medark_audit *a, const struct medark_audit_head *head,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer body = MEDARK_BUFFER(MEDARK_AUDIT_FRAME_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(2 * MEDARK_AUDIT_FRAME_MAX);

	MEDARK_TRY(medark_audit_head_write(head, &body, err));
	MEDARK_TRY(medark_buffer_text(&out, MEDARK_AUDIT_MAGIC, err));
	MEDARK_TRY(medark_audit_frame_write(medark_bytes(body.data, body.size), &out,
					    &a->written.hash, err));
	a->made = a->written;
	if (write_all(a, medark_bytes(out.data, out.size)) < 0 || fsync(a->fd) < 0)
		return medark_error_errno(err, errno, "cannot begin the audit log");
	a->size = out.size;
	return 0;
}

/*
 * The file has its name when its head is on the disk: one that a kill cut short would be taken for
 * a fault for ever. What such a kill left goes; nobody else is here, as the folder is locked.
 */
static int make_file(struct medark_audit *a, const struct medark_audit_head *head,
		     struct medark_error *err)
{
	static const char partial[] = "audit.partial";
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	char name[MEDARK_AUDIT_NAME_SIZE];
	int code;

	medark_audit_file_name(head->file, name);
	(void)unlinkat(a->folder, partial, 0);
	a->fd = openat(a->folder, partial, flags, 0600);
	if (a->fd < 0)
		return medark_error_errno(err, errno, "cannot make the audit log '%s'", name);
	code = write_head(a, head, err);
	if (code == 0 && renameat(a->folder, partial, a->folder, name) < 0)
		code = medark_error_errno(err, errno, "cannot make the audit log '%s'", name);
	if (code < 0) {
		(void)unlinkat(a->folder, partial, 0);
		return code;
	}
	if (fsync(a->folder) < 0)
		code = medark_error_errno(err, errno, "cannot make the audit log '%s'", name);
	if (code < 0)
		(void)unlinkat(a->folder, name, 0);
	return code;
}

static int begin(struct medark_audit *a, const char *folder, const struct medark_audit_terms *terms,
		 struct medark_audit_before *before, struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_head_clear) struct medark_audit_head head = { 0 };
	uint64_t last;

	assert(terms->archive_count <= MEDARK_AUDIT_ARCHIVES_MAX);
	MEDARK_TRY(medark_state_open(folder, true, &a->folder, err));
	if (flock(a->folder, LOCK_EX | LOCK_NB) < 0)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another process writes the audit log in '%s'", folder);
	MEDARK_TRY(find_last(folder, &last, err));
	if (last)
		MEDARK_TRY(read_before(folder, last, &head, before, err));
	head.file = last + 1;
	head.created = terms->now;
	head.archive_count = (uint32_t)terms->archive_count;
	for (size_t i = 0; i < terms->archive_count; i++)
		memcpy(head.archives[i], terms->archives[i], MEDARK_AUDIT_ID_SIZE);
	MEDARK_TRY(make_key(a, terms, &head, err));
	return make_file(a, &head, err);
}

int medark_audit_begin(const char *folder, const struct medark_audit_terms *terms,
		       struct medark_audit **out, struct medark_audit_before *out_before,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_end) struct medark_audit *a = NULL;
	struct medark_audit_before before = { 0 };

	MEDARK_TRY(medark_digest_setup(err));
	a = calloc(1, sizeof(*a));
	if (!a)
		return medark_error_memory(err, "an audit log");
	a->folder = a->fd = -1;
	a->pending = (struct medark_buffer)MEDARK_BUFFER(PENDING_MAX);
	if (pthread_mutex_init(&a->mutex, NULL) || pthread_cond_init(&a->changed, NULL)) {
		free(MEDARK_TAKE(a));
		return medark_error_set(err, MEDARK_E_SYSTEM, "cannot make a lock");
	}
	MEDARK_TRY(begin(a, folder, terms, &before, err));
	*out = MEDARK_TAKE(a);
	*out_before = before;
	return 0;
}

void medark_audit_end(struct medark_audit *a)
{
	if (!a)
		return;
	medark_scratch_cipher_free(a->cipher);
	if (a->fd >= 0)
		(void)close(a->fd);
	if (a->folder >= 0)
		(void)close(a->folder);
	medark_buffer_clear(&a->pending);
	(void)pthread_cond_destroy(&a->changed);
	(void)pthread_mutex_destroy(&a->mutex);
	free(a);
}

/* ---- rows ---- */

static pthread_mutex_t *lock(struct medark_audit *a)
{
	int failed = pthread_mutex_lock(&a->mutex);

	assert(!failed);
	(void)failed;
	return &a->mutex;
}

static void unlock_auto(pthread_mutex_t **mutex)
{
	(void)pthread_mutex_unlock(*mutex);
}

#define WHILE_LOCKED(a)                                                                            \
	__attribute__((cleanup(unlock_auto), unused)) pthread_mutex_t *locked_ = lock(a)

/* The frame of the next row goes to those that wait. */
static int make_row(struct medark_audit *a, const struct medark_audit_event *event,
		    struct medark_error *err)
{
	const struct medark_audit_place place = { a->made.rows + 1, a->made.hash };
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer body = MEDARK_BUFFER_SECRET(MEDARK_AUDIT_FRAME_MAX);
	struct medark_digest hash;
	uint8_t head[16];
	size_t size;

	medark_put_be64(head, place.number);
	medark_put_be64(head + 8, a->nonce);
	MEDARK_TRY(medark_buffer_add(&body, head, sizeof(head), err));
	MEDARK_TRY(medark_buffer_add(&body, place.after.bytes, sizeof(place.after.bytes), err));
	MEDARK_TRY(medark_audit_event_write(event, &place, &body, err));
	size = body.size - MEDARK_AUDIT_ROW_HEAD;
	MEDARK_TRY(medark_buffer_reserve(&body, MEDARK_SCRATCH_TAG, err));
	MEDARK_TRY(medark_scratch_cipher_seal(a->cipher, a->nonce++,
					      body.data + MEDARK_AUDIT_ROW_HEAD, size, err));
	body.size += MEDARK_SCRATCH_TAG;
	/* Room first: what is added is added whole. */
	MEDARK_TRY(medark_buffer_reserve(&a->pending, body.size + MEDARK_AUDIT_FRAME_ROOM, err));
	MEDARK_TRY(medark_audit_frame_write(medark_bytes(body.data, body.size), &a->pending, &hash,
					    err));
	a->made = (struct end) { place.number, hash };
	return 0;
}

/* On the disk, or, as far as that can be had, not there. Without the mutex: one thread writes. */
static int write_rows(struct medark_audit *a, struct medark_bytes rows, bool *out_is_broken,
		      struct medark_error *err)
{
	int reason;

	if (write_all(a, rows) < 0) {
		reason = errno;
		/* Half a row is taken back, so that the next one stands behind a whole one. */
		if (ftruncate(a->fd, (off_t)a->size) < 0 ||
		    lseek(a->fd, (off_t)a->size, SEEK_SET) < 0)
			*out_is_broken = true;
		return medark_error_errno(err, reason, "cannot write the audit log");
	}
	/* What a failed sync leaves on the disk nobody knows: there is no second try (fsync(2)). */
	if (fdatasync(a->fd) < 0) {
		*out_is_broken = true;
		return medark_error_errno(err, errno, "cannot write the audit log");
	}
	a->size += rows.size;
	return 0;
}

static void tell(struct waiter *waiters, int code, const struct medark_error *err)
{
	while (waiters) {
		struct waiter *w = waiters;

		waiters = w->next;
		w->code = code;
		w->err = *err;
		w->is_done = true; /* from here on it may be gone */
	}
}

/*
 * Writes what waits with one sync, while other threads make the next rows. If it fails, theirs
 * fail, too: they hold the hashes of rows that are not there.
 */
static void write_pending(struct medark_audit *a)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer rows = a->pending;
	struct waiter *waiters = a->waiters;
	const struct end end = a->made;
	struct medark_error err = { 0 };
	bool is_broken = false;
	int code;

	a->pending = (struct medark_buffer)MEDARK_BUFFER(PENDING_MAX);
	a->waiters = NULL;
	a->is_writing = true;
	(void)pthread_mutex_unlock(&a->mutex);
	code = write_rows(a, medark_bytes(rows.data, rows.size), &is_broken, &err);
	(void)lock(a);
	a->is_writing = false;
	a->is_broken = is_broken;
	if (code == 0) {
		a->written = end;
	} else {
		tell(a->waiters, code, &err);
		a->waiters = NULL;
		a->pending.size = 0;
		a->made = a->written;
	}
	tell(waiters, code, &err);
	(void)pthread_cond_broadcast(&a->changed);
}

int64_t medark_audit_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int medark_audit_append(struct medark_audit *a, const struct medark_audit_event *event,
			struct medark_error *err)
{
	WHILE_LOCKED(a);
	struct waiter self = { 0 };

	if (a->is_broken)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the audit log takes no more rows after a failure");
	MEDARK_TRY(make_row(a, event, err));
	self.next = a->waiters;
	a->waiters = &self;
	while (!self.is_done) {
		if (a->is_writing)
			(void)pthread_cond_wait(&a->changed, &a->mutex);
		else
			write_pending(a);
	}
	if (self.code < 0 && err)
		*err = self.err;
	return self.code;
}

uint64_t medark_audit_rows(struct medark_audit *a)
{
	WHILE_LOCKED(a);

	return a->written.rows;
}
