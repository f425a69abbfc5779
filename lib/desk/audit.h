/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit: writes the log of who read what (NEN 7513:2018; <medark/desk.h> has its reader). Files
 * audit-000001.log, audit-000002.log … in a folder of their own (0700, files 0600), only ever
 * appended to; audit_file.h says what stands in them.
 *
 * Each start begins a new file, with a new key that only this process and the recipients have, and
 * whose head names the last row of the file before. So a service can write without any private key;
 * what it wrote before it was stopped or taken over it cannot read or change any more; a row that a
 * crash tore stays where it is; and a file that is no longer written never changes again.
 */
#ifndef MEDARK_DESK_AUDIT_H
#define MEDARK_DESK_AUDIT_H

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/certificate.h"
#include "desk/audit_file.h"

#include <medark/desk.h>

struct medark_audit;

struct medark_audit_terms {
	/* Who can read the log, 1 to MEDARK_ENVELOPE_RECIPIENTS_MAX: the auditor, and who has the
	 * archive's identity. Checked by the caller (medark_certificate_check_recipient()). */
	const struct medark_certificate *const *recipients;
	size_t recipient_count;
	/* Archives that are served, at most MEDARK_AUDIT_ARCHIVES_MAX. */
	const uint8_t (*archives)[MEDARK_AUDIT_ID_SIZE];
	size_t archive_count;
	int64_t now; /* seconds since 1970 */
};

/* What was found of the file before. */
struct medark_audit_before {
	bool is_faulty; /* changed, or unreadable: the service may go on, but somebody must be told
			 */
	uint64_t torn;	/* bytes of a row that was not finished */
	char message[MEDARK_ERROR_MAX]; /* what is wrong with it, if it is faulty */
};

/*
 * Begins the next file of the folder, which is made if it is not there. It is on disk when this
 * returns. MEDARK_E_EXISTS: another process writes there; MEDARK_E_KEY, MEDARK_E_USAGE
 * (recipients), MEDARK_E_SYSTEM, MEDARK_E_MEMORY; then no new file stays.
 */
int medark_audit_begin(const char *folder, const struct medark_audit_terms *terms,
		       struct medark_audit **out, struct medark_audit_before *out_before,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Closes the file; wipes the key. A row that says so is the caller's. */
void medark_audit_end(struct medark_audit *audit);
MEDARK_DEFINE_AUTO(struct medark_audit, medark_audit_end)

/* Now, as rows have it: ms since 1970. Any thread. */
int64_t medark_audit_now(void);

/*
 * Appends a row; when this returns 0 it is on the disk. Rows that several threads append meanwhile
 * share a sync. When it fails nothing of what the row is about may be shown (after a failed sync
 * the row may stand there all the same): MEDARK_E_USAGE (the event is none, see audit_event.h),
 * MEDARK_E_MEMORY, MEDARK_E_SYSTEM. After a full disk it can be tried again; after a failed sync,
 * or where half a row cannot be taken back, this file takes no more rows (MEDARK_E_SYSTEM): a new
 * one has to be begun. Any thread.
 */
int medark_audit_append(struct medark_audit *audit, const struct medark_audit_event *event,
			struct medark_error *err) MEDARK_MUST_USE;

/* Rows that are on the disk. Any thread. */
uint64_t medark_audit_rows(struct medark_audit *audit);

#endif
