/* SPDX-License-Identifier: Apache-2.0 */
/* audit_reader: clean-up of what <medark/desk.h> reads the audit log with. */
#ifndef MEDARK_DESK_AUDIT_READER_H
#define MEDARK_DESK_AUDIT_READER_H

#include "base/cleanup.h"
#include "desk/audit_file.h"

#include <medark/desk.h>

MEDARK_DEFINE_AUTO(struct medark_audit_log, medark_audit_free)

#endif
