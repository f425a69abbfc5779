/* SPDX-License-Identifier: Apache-2.0 */
/* The row of the log that says what leaves an archive (<medark/desk.h>). */
#include "base/text.h"
#include "desk/audit.h"
#include "desk/audit_recipients.h"

#include <string.h>
#include <time.h>

/* For as long as others may be at it, who write one row as well: 5 seconds. */
#define TRIES	 50
#define PAUSE_MS 100

static int begin(const char *folder, const struct medark_audit_terms *terms,
		 struct medark_audit **out, struct medark_error *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	struct medark_audit_before before;
	int code = medark_audit_begin(folder, terms, out, &before, err);

	for (int i = 0; code == MEDARK_E_EXISTS && i < TRIES; i++) {
		(void)nanosleep(&pause, NULL);
		code = medark_audit_begin(folder, terms, out, &before, err);
	}
	return code;
}

int medark_audit_note_export(const char *folder, const struct medark_audit_export *note,
			     struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_recipients_clear) struct medark_audit_recipients readers = { 0 };
	MEDARK_AUTO(medark_audit_end) struct medark_audit *audit = NULL;
	uint8_t id[1][MEDARK_AUDIT_ID_SIZE];
	struct medark_audit_event row = {
		.kind = MEDARK_AUDIT_EXPORT,
		.action = 'R',
		.outcome = note->has_failed ? MEDARK_AUDIT_FAILED : MEDARK_AUDIT_DONE,
		.account = note->account,
		.archive = note->archive,
		.detail = note->detail,
	};
	struct medark_audit_terms terms = { .archives = (const uint8_t(*)[MEDARK_AUDIT_ID_SIZE])id,
					    .archive_count = 1 };

	if (!medark_text_unhex(medark_bytes_text(note->archive), id[0], sizeof(id[0])))
		return medark_error_set(err, MEDARK_E_USAGE, "this is no id of an archive");
	MEDARK_TRY(medark_audit_recipients_find(note->identity, note->auditors, note->auditor_count,
						&readers, err));
	terms.recipients = (const struct medark_certificate *const *)readers.list;
	terms.recipient_count = readers.count;
	row.recorded = medark_audit_now();
	terms.now = row.recorded / 1000;
	MEDARK_TRY(begin(folder, &terms, &audit, err));
	return medark_audit_append(audit, &row, err);
}
