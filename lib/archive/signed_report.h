/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_report: a file for people, and perhaps a signature over its bytes beside it, NAME.p7s, as
 * `openssl cms -verify -binary -content NAME -inform DER -in NAME.p7s` checks it. Files get their
 * names at the end. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SIGNED_REPORT_H
#define MEDARK_ARCHIVE_SIGNED_REPORT_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>

struct medark_signed_report;

struct medark_signed_report_setup {
	const char *path;
	bool replace;
	const char *signer, *signer_key; /* certificate and key (PEM); both NULL: nobody signs */
	struct medark_bytes passphrase;	 /* of the key; may be empty */
};

/*
 * Opens the files and loads the signer. MEDARK_E_EXISTS, MEDARK_E_KEY, MEDARK_E_USAGE (a signer
 * without a key, or the other way round), MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_signed_report_new(const struct medark_signed_report_setup *setup,
			     struct medark_signed_report **out,
			     struct medark_error *err) MEDARK_MUST_USE;
/* What is not finished leaves no file. */
void medark_signed_report_free(struct medark_signed_report *report);
MEDARK_DEFINE_AUTO(struct medark_signed_report, medark_signed_report_free)

/* Writes both. Once. The signing time is now. MEDARK_E_SYSTEM, MEDARK_E_MEMORY, MEDARK_E_EXISTS. */
int medark_signed_report_finish(struct medark_signed_report *report, struct medark_bytes text,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
