/* SPDX-License-Identifier: Apache-2.0 */
/* export_warnings: what the next exports and readers will stumble over, while there is time to act.
 */
#ifndef MEDARK_ARCHIVE_EXPORT_WARNINGS_H
#define MEDARK_ARCHIVE_EXPORT_WARNINGS_H

#include "archive/export.h"
#include "archive/progress.h"

/*
 * Warns of certificates that expire soon, of a signer whom readers will not trust for an authority
 * above it (F-26), and of an archive that lies within a source. The export has a signer. One
 * thread.
 */
void medark_export_warn(const struct medark_export *e, const char *out_path,
			struct medark_meter *meter);

#endif
