/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunk: records that were scanned and not yet put into a window: where they stand in their block,
 * and what they say of themselves, in a compact form that holds no view of the scanner's memory.
 * Filled by one thread (a worker), then read by another (the gatherer).
 */
#ifndef MEDARK_ARCHIVE_CHUNK_H
#define MEDARK_ARCHIVE_CHUNK_H

#include "archive/block.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "record/record.h"

/* Records of one chunk at most: tiny lines must not cost a multiple of their size. */
#define MEDARK_CHUNK_RECORDS_MAX 4096

/* A patient's key as the index has it (an identifier in its one form). */
struct medark_chunk_key {
	enum medark_patient_key_kind kind;
	uint32_t text, size; /* in texts */
	uint64_t hash;
	/* For the gatherer: what it found for the key in window number `turn`; 0: nothing yet. */
	uint64_t turn;
	uint32_t group, order;
};

enum medark_chunk_form {
	MEDARK_CHUNK_SPACE,  /* white space only: no record */
	MEDARK_CHUNK_BUNDLE, /* a Bundle on a line: to be split */
	MEDARK_CHUNK_RECORD,
};

struct medark_chunk_record {
	struct medark_bytes piece; /* all of its bytes, with the line's end; in a block */
	struct medark_bytes text;  /* the record inside of it */
	uint64_t name, content;	   /* hashes of type and id, and of the text; if it is named */
	uint32_t date;
	uint32_t type, type_size; /* in texts */
	/* "Type/id" in texts, of a record without patients; in an increment, of all. */
	uint32_t label, label_size;
	uint32_t first_key, key_count; /* in keys; records may share them */
	enum medark_chunk_form form;
	enum medark_fault fault;
	bool is_named, is_patient;
	bool ends_line; /* is the piece's last byte a line feed? */
};

struct medark_chunk {
	struct medark_block *block; /* that the records stand in; may be NULL */
	struct medark_chunk_record *records;
	uint32_t count, max;
	struct medark_buffer keys;  /* struct medark_chunk_key each */
	struct medark_buffer texts; /* types and keys */
	uint32_t last_type, last_type_size;
};

void medark_chunk_init(struct medark_chunk *c);
/* Wipes and frees all but the block. */
void medark_chunk_clear(struct medark_chunk *c);
/* Forgets the records; keeps memory that is not unusually large. */
void medark_chunk_reset(struct medark_chunk *c);

/* Appends an empty record; valid until the next call. MEDARK_E_MEMORY. */
int medark_chunk_add(struct medark_chunk *c, struct medark_chunk_record **out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Copies a type's name into texts, once for a run of records of one type. */
int medark_chunk_type(struct medark_chunk *c, struct medark_chunk_record *r,
		      struct medark_bytes type, struct medark_error *err) MEDARK_MUST_USE;

/* Copies a text into texts: its place. MEDARK_E_MEMORY. */
int medark_chunk_text(struct medark_chunk *c, struct medark_bytes text, uint32_t *out,
		      struct medark_error *err) MEDARK_MUST_USE;

static inline struct medark_chunk_key *medark_chunk_keys(const struct medark_chunk *c)
{
	return (struct medark_chunk_key *)(void *)c->keys.data;
}

static inline struct medark_bytes medark_chunk_view(const struct medark_chunk *c, uint32_t at,
						    uint32_t size)
{
	return size ? medark_bytes(c->texts.data + at, size) : medark_bytes(NULL, 0);
}

#endif
