/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header: header.json and summary.json, written and strictly read (FORMAT.md sections 3 and 9).
 * Both stand in clear: nothing of a patient may come into them, and no name that is not listed
 * there is read. What is written is read back before it is given out. Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_HEADER_H
#define MEDARK_CONTAINER_HEADER_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "container/layout.h"
#include "crypto/digest.h"

/* In the order of MEDARK_ENVELOPE_…, which names what keys.p7m holds (F-11 compares them). */
enum medark_recipient_kind {
	MEDARK_RECIPIENT_RSA_OAEP = 0,
	MEDARK_RECIPIENT_ECDH_P256,
	MEDARK_RECIPIENT_ECDH_P384,
	MEDARK_RECIPIENT_PASSPHRASE,
};

enum medark_kdf_name { MEDARK_KDF_NONE = 0, MEDARK_KDF_SCRYPT, MEDARK_KDF_PBKDF2_SHA512 };

struct medark_kdf_spec {
	enum medark_kdf_name name;
	uint64_t n;    /* scrypt: cost; pbkdf2: iterations */
	uint32_t r, p; /* scrypt only */
	uint8_t salt[16];
};

struct medark_header_recipient {
	enum medark_recipient_kind kind;
	char id[65];		    /* 64 hex, or 1 to 64 of [a-z0-9-] for a passphrase */
	struct medark_kdf_spec kdf; /* for MEDARK_RECIPIENT_PASSPHRASE */
};

struct medark_header {
	struct medark_archive_id archive;
	int64_t created; /* seconds since 1970, UTC */
	struct medark_digest kek_commit;
	uint32_t recipient_count; /* 1 to MEDARK_RECIPIENTS_MAX */
	struct medark_header_recipient recipients[MEDARK_RECIPIENTS_MAX]; /* distinct ids */
	uint32_t sequence;						  /* from 1 */
	bool has_previous; /* exactly if sequence is above 1 */
	struct medark_digest previous;
	char tool[65];	 /* 1 to 64 of printable ASCII */
	char source[33]; /* 1 to 32 of [a-z0-9-] */
};

/* "rsa-oaep" …; a static string. */
const char *medark_recipient_kind_name(enum medark_recipient_kind kind);

/* Appends the text. MEDARK_E_USAGE if the reader would not take it; MEDARK_E_MEMORY. */
int medark_header_write(const struct medark_header *header, struct medark_buffer *out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Strict: only the names of section 3, all of them, in their forms and within the limits of section
 * 13. MEDARK_E_FORMAT names the member; MEDARK_E_MEMORY. *out is written on success only.
 */
int medark_header_parse(struct medark_bytes text, struct medark_header *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Names and numbers of a summary's `types`, `reasons` and `declared`. */
struct medark_count {
	char name[65]; /* 1 to 64 of [A-Za-z0-9._-] */
	uint64_t count;
};

#define MEDARK_SUMMARY_TYPES_MAX   1024
#define MEDARK_SUMMARY_REASONS_MAX 64

/* Large (about 150 KB): keep it on the heap. All counts are at most INT64_MAX. */
struct medark_summary {
	struct medark_archive_id archive;
	uint64_t items, bytes, records, opaque, patients, quarantined, duplicates, skipped;
	uint32_t type_count, reason_count;
	struct medark_count types[MEDARK_SUMMARY_TYPES_MAX]; /* all sorted by name, distinct */
	struct medark_count reasons[MEDARK_SUMMARY_REASONS_MAX];
	bool has_declared; /* the source said what it would give: records by type */
	uint32_t declared_count;
	struct medark_count declared[MEDARK_SUMMARY_TYPES_MAX];
	bool complete;
};

/* Appends the text. Errors as above. */
int medark_summary_write(const struct medark_summary *summary, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Strict, as the header; sorts the counts by name. *out is written on success only. */
int medark_summary_parse(struct medark_bytes text, struct medark_summary *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
