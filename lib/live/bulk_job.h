/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk_job: what is known of an export that a server makes, on disk: its address, and the files
 * that came of it. Sealed: both are secrets. For lib/live only.
 */
#ifndef MEDARK_LIVE_BULK_JOB_H
#define MEDARK_LIVE_BULK_JOB_H

#include "base/buffer.h"
#include "live/bulk_manifest.h"

#define MEDARK_BULK_ASKED_MAX ((size_t)4096)

/* `asked` has its limit, and no more, at first. */
struct medark_bulk_job {
	struct medark_buffer asked;	      /* medark_bulk_asked(), with its zero */
	bool has_since;			      /* it gives only what has changed */
	struct medark_url status;	      /* text NULL: nothing was asked for */
	struct medark_bulk_manifest manifest; /* as far as `is_complete` */
	bool is_complete;		      /* the server has said what there is */
};

void medark_bulk_job_clear(struct medark_bulk_job *job);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_bulk_job, medark_bulk_job_clear)

/* Writes it, durably. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_bulk_job_save(const struct medark_bulk_job *job, int folder, struct medark_bytes secret,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads what was written into `out`, which is zeroed: it stays so if there is nothing.
 * MEDARK_E_SYSTEM if it does not open with the secret; MEDARK_E_MEMORY.
 */
int medark_bulk_job_load(int folder, struct medark_bytes secret, struct medark_bulk_job *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
