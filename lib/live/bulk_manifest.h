/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk_manifest: what a server says that an export has given (FHIR Bulk Data Access, "Response -
 * Complete Status"; STU1 to STU3 and the ballot of STU4). Addresses in it are secrets: whoever has
 * a signed one can fetch what it leads to.
 */
#ifndef MEDARK_LIVE_BULK_MANIFEST_H
#define MEDARK_LIVE_BULK_MANIFEST_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "net/url.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_BULK_MANIFEST_MAX ((size_t)64 << 20)
#define MEDARK_BULK_FILES_MAX	 200000
#define MEDARK_BULK_TYPE_MAX	 64
#define MEDARK_BULK_TIME_MAX	 64

enum medark_bulk_kind {
	MEDARK_BULK_OUTPUT,
	MEDARK_BULK_DELETED, /* Bundles of what is gone since the time that was asked for */
	MEDARK_BULK_OUTCOME, /* OperationOutcomes: errors and warnings */
};

struct medark_bulk_file {
	enum medark_bulk_kind kind;
	char type[MEDARK_BULK_TYPE_MAX + 1]; /* a resource type by its form; else empty */
	struct medark_url url;
	bool has_count;
	uint64_t count;
};

struct medark_bulk_manifest {
	char transaction_time[MEDARK_BULK_TIME_MAX + 1]; /* as the server wrote it; may be empty */
	bool wants_token; /* for the files; if it does not say, as it stood in STU1 */
	struct medark_bulk_file *files;
	size_t count;
	struct medark_url next; /* of a manifest in parts; text NULL: none */
	uint64_t unusable;	/* entries without an address that may be fetched */
};

/* Wipes and frees; may be called on a zeroed object. */
void medark_bulk_manifest_clear(struct medark_bulk_manifest *m);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_bulk_manifest, medark_bulk_manifest_clear)

/*
 * Adds what a manifest that came from `base` says to `m`, which is zeroed at first. MEDARK_E_REMOTE
 * if it is no manifest, or names more files than allowed; MEDARK_E_MEMORY. Any thread.
 */
int medark_bulk_manifest_parse(struct medark_bytes text, const struct medark_url *base,
			       struct medark_bulk_manifest *m,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
