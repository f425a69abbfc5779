/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary: summary.json, written and strictly read (FORMAT.md section 9). It stands in clear:
 * counts and servers only, and no name that is not listed there is read. What is written is read
 * back before it is given out. Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_SUMMARY_H
#define MEDARK_CONTAINER_SUMMARY_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "container/layout.h"
#include "crypto/digest.h"

/* Names and numbers of a summary's `types`, `reasons` and `declared`. */
struct medark_count {
	char name[65]; /* 1 to 64 of [A-Za-z0-9._-] */
	uint64_t count;
};

#define MEDARK_SUMMARY_TYPES_MAX   1024
#define MEDARK_SUMMARY_REASONS_MAX 64
#define MEDARK_SUMMARY_SERVERS_MAX 64
#define MEDARK_SUMMARY_BASE_MAX	   512 /* bytes of a server's address */
#define MEDARK_SUMMARY_TIME_MAX	   64

/* A server that the archive was exported from. Printable ASCII; times as the server writes them. */
struct medark_summary_server {
	char base[MEDARK_SUMMARY_BASE_MAX + 1];	 /* address, nothing behind its path */
	char time[MEDARK_SUMMARY_TIME_MAX + 1];	 /* as of which it gave everything; may be empty */
	char since[MEDARK_SUMMARY_TIME_MAX + 1]; /* empty: everything; else what changed since */
	bool partial; /* of some patients only: of a Group, or of a list */
};

/* Large (about 190 KB): keep it on the heap. All counts are at most INT64_MAX. */
struct medark_summary {
	struct medark_archive_id archive;
	uint64_t sources; /* of several, items' paths begin with a name for each */
	uint64_t items, bytes, records, opaque, patients, quarantined, duplicates, skipped;
	uint32_t type_count, reason_count;
	struct medark_count types[MEDARK_SUMMARY_TYPES_MAX]; /* all sorted by name, distinct */
	struct medark_count reasons[MEDARK_SUMMARY_REASONS_MAX];
	bool has_declared; /* the source said what it would give: records by type */
	uint32_t declared_count;
	struct medark_count declared[MEDARK_SUMMARY_TYPES_MAX];
	uint32_t server_count;
	struct medark_summary_server servers[MEDARK_SUMMARY_SERVERS_MAX];
	bool complete;
};

/* Did a server give only what has changed since? */
bool medark_summary_is_increment(const struct medark_summary *summary);

/* How many stand there for a reason, by its name. */
uint64_t medark_summary_reason(const struct medark_summary *summary, const char *name);

/* Appends the text. MEDARK_E_USAGE, MEDARK_E_MEMORY, as medark_header_write(). */
int medark_summary_write(const struct medark_summary *summary, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Strict, as medark_header_parse(), with its errors; sorts the counts by name. *out is written on
 * success only.
 */
int medark_summary_parse(struct medark_bytes text, struct medark_summary *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
