/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_file: what a file of the audit log looks like. docs/AUDIT.md says it, and why; rules A-1
 * and so on are its. In short: "medark-audit 1\n", then frames (size, body, SHA-256), of which the
 * first is the head in clear and the others are sealed rows, each with the hash of the frame before
 * it.
 */
#ifndef MEDARK_DESK_AUDIT_FILE_H
#define MEDARK_DESK_AUDIT_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"
#include "crypto/scratch_cipher.h"
#include "store/input.h"

#include <medark/desk.h>

#define MEDARK_AUDIT_MAGIC	"medark-audit 1\n"
#define MEDARK_AUDIT_MAGIC_SIZE (sizeof(MEDARK_AUDIT_MAGIC) - 1)
#define MEDARK_AUDIT_ID_SIZE	16
#define MEDARK_AUDIT_FRAME_MAX	((size_t)256 << 10) /* of a body */
#define MEDARK_AUDIT_FRAME_ROOM (4 + MEDARK_DIGEST_SIZE)
#define MEDARK_AUDIT_ROW_HEAD	(8 + 8 + MEDARK_DIGEST_SIZE)

struct medark_audit_head {
	uint8_t log[MEDARK_AUDIT_ID_SIZE];
	uint64_t file;	 /* from 1 */
	int64_t created; /* seconds since 1970 */
	uint32_t archive_count;
	uint8_t archives[MEDARK_AUDIT_ARCHIVES_MAX][MEDARK_AUDIT_ID_SIZE];
	bool has_previous, previous_is_faulty;
	uint8_t previous_log[MEDARK_AUDIT_ID_SIZE];
	uint64_t previous_rows;
	struct medark_digest previous_hash;
	struct medark_digest commit; /* medark_kek_commit() of the log key and `log` */
	struct medark_buffer keys;   /* keys.p7m, as an archive has it */
};

void medark_audit_head_clear(struct medark_audit_head *head);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_audit_head, medark_audit_head_clear)

/* Appends the body of the head. MEDARK_E_MEMORY. */
int medark_audit_head_write(const struct medark_audit_head *head, struct medark_buffer *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/* MEDARK_E_FORMAT quotes nothing; MEDARK_E_MEMORY. *out, zeroed before, is the caller's to clear.
 */
int medark_audit_head_parse(struct medark_bytes body, struct medark_audit_head *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Appends a frame of a body and gives its hash. MEDARK_E_MEMORY. */
int medark_audit_frame_write(struct medark_bytes body, struct medark_buffer *out,
			     struct medark_digest *out_hash,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * What seals and opens the rows; the key is that which keys.p7m gives. MEDARK_E_MEMORY,
 * MEDARK_E_SYSTEM.
 */
int medark_audit_cipher(const struct medark_key *log_key, const uint8_t log[MEDARK_AUDIT_ID_SIZE],
			struct medark_scratch_cipher **out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Reads frames of a file, each checked against its hash. One thread at a time. */
struct medark_audit_frames {
	struct medark_input *input; /* owned */
	uint64_t at, size;
	struct medark_buffer body;   /* of the frame that was read last */
	struct medark_buffer window; /* a part of the file that was read at once */
	uint64_t window_at;
	struct medark_digest hash; /* of that frame */
	uint64_t rows;		   /* whole rows so far */
	uint64_t torn;		   /* bytes at the end that are no whole frame */
};

void medark_audit_frames_clear(struct medark_audit_frames *f);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_audit_frames, medark_audit_frames_clear)

/*
 * Opens the file and reads the frame of the head, whose body then stands in `body`.
 * MEDARK_E_FORMAT: it is no such file, or the head is not whole; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_audit_frames_open(const char *path, struct medark_audit_frames *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Goes to a place where a frame begins, behind `rows` rows; the hash of the frame before is that
 * which stands there. A place that is none is found out by the next read. MEDARK_E_FORMAT,
 * MEDARK_E_SYSTEM.
 */
int medark_audit_frames_go(struct medark_audit_frames *f, uint64_t at, uint64_t rows,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * The next row: 1, or 0 at the end, also where the last frame is not whole (torn). MEDARK_E_FORMAT
 * for one that was changed, or that does not follow the one before; MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_audit_frames_next(struct medark_audit_frames *f,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
