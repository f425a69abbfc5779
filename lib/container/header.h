/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header: header.json, written and strictly read (FORMAT.md section 3). It stands in clear: nothing
 * of a patient may come into it, and no name that is not listed there is read. What is written is
 * read back before it is given out. Any thread, no state.
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
	MEDARK_RECIPIENT_ML_KEM_768,
	MEDARK_RECIPIENT_ML_KEM_1024,
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

#endif
