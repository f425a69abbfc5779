/* SPDX-License-Identifier: Apache-2.0 */
/* export: the configuration of an export, as export.c and export_run.c share it. */
#ifndef MEDARK_ARCHIVE_EXPORT_H
#define MEDARK_ARCHIVE_EXPORT_H

#include "archive/exclude.h"
#include "container/header.h"
#include "container/summary.h"
#include "crypto/certificate.h"
#include "crypto/crls.h"
#include "crypto/private_key.h"
#include "live/approach.h"

#include <medark/export.h>

#include <time.h>

#define MEDARK_EXPORT_SOURCES_MAX  1024
#define MEDARK_EXPORT_GROUP_MAX	   255
#define MEDARK_EXPORT_EXPECTED_MAX 256

struct medark_export {
	char *sources[MEDARK_EXPORT_SOURCES_MAX];
	size_t source_count;
	struct medark_exclude exclude;
	/* Types of which servers may give fewer than they count. */
	char *expected[MEDARK_EXPORT_EXPECTED_MAX];
	size_t expected_count;
	struct medark_certificate *recipients[MEDARK_RECIPIENTS_MAX];
	size_t recipient_count;
	struct medark_buffer passphrase; /* empty: none */
	bool pbkdf2;			 /* makes its key, not scrypt */
	bool pq_required;		 /* of each recipient's certificate */
	struct medark_certificate *signer;
	struct medark_private_key *signer_key;
	struct medark_crls *crls; /* NULL: none */
	uint32_t sequence;	  /* of the previous archive; 0: there is none */
	struct medark_digest previous;
	bool has_previous_at;
	time_t previous_at; /* as of which the previous one's certificates are judged, or now */
	int level;
	uint64_t memory;
	unsigned threads;
	char *report_path, *auth_path;
	char *group;	/* of servers; NULL: everything */
	char *patients; /* a file that lists those of servers; NULL: everybody */
	enum medark_live_method method;
	bool increment; /* only what has changed since the previous archive */
	/* What the previous archive says of servers, with a time. */
	struct medark_summary_server *previous_servers;
	size_t previous_server_count;
	bool previous_lacks; /* not all that they have is there: it is no beginning */
};

/* Threads and window size that the configuration leads to. */
void medark_export_defaults(const struct medark_export *e, unsigned *out_threads,
			    uint64_t *out_window);

/*
 * Where temporary data goes: beside the archive `out_path`, so that it stays on a disk that was
 * chosen for such data; of standard output, TMPDIR. The caller frees it. MEDARK_E_MEMORY.
 */
int medark_export_folder(const char *out_path, char **out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Gives, with its zero byte, what stands in front of the paths of source number `i`: nothing if it
 * is the only one. MEDARK_E_MEMORY.
 */
int medark_export_prefix(const struct medark_export *e, size_t i, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
